#!/bin/sh
# Tool:     Chromium 156, driven by playwright 1.65.2
# Expected: a number field in a page whose language is Vietnamese, read by someone whose browser asks for Vietnamese
#           pages, takes "9,5" as nine and a half, or marks it as no number.
# Happens:  the field holds 95, counts as valid, and shows 95: the comma is dropped, the digits stay. Neither the
#           language of the page or the field nor the one that the browser asks for counts, though the browser itself
#           writes 9.5 as "9,5" on that page. What counts is the language of the browser's own menus, here English.
# Way out:  a text field with inputmode="decimal", read by one's own rules.
# Needs:    a Chromium, /usr/bin/chromium or the one that CHROMIUM names.
# Seen:     2026-11, Chromium 156.0.8078.108: (9.5).toLocaleString() is 9,5; typed "9,5": 95, valid; pasted "9,5": 95
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile playwright==1.65.2
cd "$folder"
LANGUAGE=en venv/bin/python - <<'PY'
import os

from playwright.sync_api import sync_playwright

PAGE = '<!doctype html><html lang="vi"><label>Days <input type="number" step="0.1" lang="vi"></label></html>'


def entered(field, way):
    field.fill("")
    field.focus()
    way("9,5")
    return field.evaluate("field => [field.value, field.validity.valid]")


with sync_playwright() as playwright:
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--lang=en-US"]
    browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
    print("Chromium", browser.version)
    page = browser.new_context(locale="vi-VN").new_page()
    page.set_content(PAGE)
    wanted, written = page.evaluate("[navigator.language, (9.5).toLocaleString()]")
    field = page.get_by_label("Days")
    typed, pasted = (entered(field, way) for way in (page.keyboard.type, page.keyboard.insert_text))
    browser.close()
print(f"asks for {wanted}, writes {written}; typed 9,5: {typed}; pasted 9,5: {pasted}")
assert (wanted, written) == ("vi-VN", "9,5"), "changed: how the browser writes numbers"
assert typed == pasted == ["95", True], "changed: how the field reads them"
PY
