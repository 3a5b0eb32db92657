#!/bin/sh
# Tool:     deck.gl 9.4.1, as Streamlit 1.67.0 ships it (pydeck 0.9.3 writes the map)
# Expected: a click on a map counts however long the button is held, as for a link or a button of the page.
# Happens:  a click held for longer than 250 ms is no click: nothing is selected and nobody is told, though the
#           browser reports it to the page as a click. People whose hands are slow find the map dead.
# Cause:    deck.gl takes its clicks from a recogniser of gestures, whose taps last 250 ms at most. pydeck and Streamlit
#           have no setting for it.
# Way out:  offer the same choice outside the map, or listen to the page's own clicks and take what lies under
#           the mouse.
# Needs:    a Chromium, /usr/bin/chromium or the one that CHROMIUM names.
# Seen:     2026-11, Python 3.11: held 50 ms: 1 click, selected; held 400 ms: 1 click, not selected
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile \
    streamlit==1.67.0 pydeck==0.9.3 playwright==1.65.2
cd "$folder"
cat > app.py <<'PY'
import pydeck
import streamlit as st

disc = pydeck.Layer(
    "ScatterplotLayer", id="disc", data=[{"at": [105, 21]}], get_position="at", get_radius=400_000, pickable=True
)
deck = pydeck.Deck(
    layers=[disc],
    initial_view_state=pydeck.ViewState(longitude=105, latitude=21, zoom=4),
    map_provider=None,
)
event = st.pydeck_chart(deck, height=400, on_select="rerun", selection_mode="single-object")
st.write("selected" if event.selection.objects else "nothing selected")
PY
venv/bin/python - <<'PY'
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

from playwright.sync_api import TimeoutError, sync_playwright

DRAWN_IN_SOFTWARE = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@contextmanager
def served():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--browser.gatherUsageStats=false", "--logger.level=error"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def wait_for(port):
    for _ in range(150):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.2)
    raise RuntimeError("Streamlit has not started within 30 s")


def click(page, held, aside=0):
    """How many clicks the page is told of."""
    box = page.get_by_test_id("stDeckGlJsonChart").bounding_box()
    page.evaluate("window.clicks = 0")
    page.mouse.move(box["x"] + box["width"] / 2 + aside, box["y"] + box["height"] / 2)
    page.wait_for_timeout(500)
    page.mouse.down()
    page.wait_for_timeout(held)
    page.mouse.up()
    return page.evaluate("window.clicks")


def shows(page, state):
    try:
        page.get_by_text(state, exact=True).wait_for(timeout=3000)
    except TimeoutError:
        return False
    return True


def click_shortly(page, state, aside=0):
    """Click until the app shows `state`: a busy machine holds some of these too long, or has not drawn the map yet."""
    for _ in range(10):
        if click(page, 50, aside) == 1 and shows(page, state):
            return
    raise AssertionError(f"changed: no short click leads to '{state}'")


with served() as address, sync_playwright() as playwright:
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *DRAWN_IN_SOFTWARE])
    page = browser.new_page()
    page.goto(address)
    page.get_by_text("nothing selected").wait_for()
    page.evaluate("document.addEventListener('click', () => window.clicks++, true)")
    click_shortly(page, "selected")
    print("held 50 ms: 1 click, selected")
    click_shortly(page, "nothing selected", aside=300)
    clicks, selected = click(page, 400), shows(page, "selected")
    print(f"held 400 ms: {clicks} click, {'selected' if selected else 'not selected'}")
    click_shortly(page, "selected")
    browser.close()
assert (clicks, selected) == (1, False), "changed"
PY
