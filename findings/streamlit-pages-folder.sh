#!/bin/sh
# Tool:     Streamlit 1.67.0
# Expected: an app with st.navigation doesn't care whether a folder beside it is called pages: the documentation says
#           that such a folder is then ignored.
# Happens:  the first reader of a fresh server who comes by the address of a page is shown "Page not found", and the
#           page itself behind it. From the second reader on it is ignored. Checks by hand miss it, as they are
#           seldom the first visit after a start, at an inner page.
# Cause:    the folder counts as the older kind of navigation until st.navigation has run once in that process.
# Way out:  another name for the folder.
# Needs:    a Chromium, /usr/bin/chromium or the one that CHROMIUM names.
# Seen:     2026-11, Python 3.11: with pages/ not found, found; without found, found
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile streamlit==1.67.0 playwright==1.65.2
cd "$folder"
mkdir -p with/pages without
echo 'import streamlit' > with/pages/older.py
cat > with/app.py <<'PY'
import streamlit as st


def start():
    st.write("This is the start.")


def report():
    st.write("This is the report.")


st.navigation([st.Page(start), st.Page(report)]).run()
PY
cp with/app.py without/app.py
venv/bin/python - <<'PY'
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

from playwright.sync_api import sync_playwright


@contextmanager
def served(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--browser.gatherUsageStats=false", "--logger.level=error"]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
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


def visit(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.get_by_text("This is the report.").wait_for()
    page.wait_for_timeout(2000)
    missed = page.get_by_text("Page not found").count()
    page.close()
    return "not found" if missed else "found"


with sync_playwright() as playwright:
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
    seen = {}
    for folder in ("with", "without"):
        with served(folder) as address:
            seen[folder] = [visit(browser, f"{address}/report") for _ in range(2)]
        print(f"{folder} pages/: first reader {seen[folder][0]}, second reader {seen[folder][1]}")
    browser.close()
assert seen == {"with": ["not found", "found"], "without": ["found", "found"]}, "changed"
PY
