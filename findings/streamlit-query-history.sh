#!/bin/sh
# Tool:     Streamlit 1.67.0
# Expected: what one run of a script does to st.query_params reaches the browser as one change of the address.
# Happens:  each key that is assigned is a step of its own in the browser's history. Three assignments in one run need
#           three presses of Back, through addresses of states that the app never showed. from_dict() and update() with
#           the same three keys make one step.
# Way out:  gather the changes and write them once, with from_dict() or update().
# Needs:    a Chromium, /usr/bin/chromium or the one that CHROMIUM names.
# Seen:     2026-11, Python 3.11: one by one 3 steps, update 1, from_dict 1;
#           one step back from ?a=1&b=1&c=1 is ?a=1&b=1&c=2
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile streamlit==1.67.0 playwright==1.65.2
cd "$folder"
cat > app.py <<'PY'
import streamlit as st

if st.button("update"):
    st.query_params.update(dict.fromkeys("abc", "3"))
if st.button("from_dict"):
    st.query_params.from_dict(dict.fromkeys("abc", "2"))
if st.button("one by one"):
    for key in "abc":
        st.query_params[key] = "1"
st.write("?" + "&".join(f"{key}={value}" for key, value in st.query_params.items()))
PY
venv/bin/python - <<'PY'
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

from playwright.sync_api import sync_playwright


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
    raise TimeoutError("Streamlit has not started within 30 s")


def steps(page, way, query):
    before = page.evaluate("history.length")
    page.get_by_role("button", name=way).click()
    page.get_by_text(query).wait_for()
    page.wait_for_timeout(1000)
    return page.evaluate("history.length") - before


with served() as address, sync_playwright() as playwright:
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
    page = browser.new_page()
    page.goto(address)
    ways = {"update": "?a=3&b=3&c=3", "from_dict": "?a=2&b=2&c=2", "one by one": "?a=1&b=1&c=1"}
    seen = {way: steps(page, way, query) for way, query in ways.items()}
    page.evaluate("history.back()")
    page.wait_for_timeout(1000)
    back = page.evaluate("location.search")
    browser.close()
for way, count in seen.items():
    print(f"{way}: steps of history: {count}")
print(f"one step back from {ways['one by one']}: {back}")
assert seen == {"update": 1, "from_dict": 1, "one by one": 3}, "changed: steps"
assert back == "?a=1&b=1&c=2", "changed: back"
PY
