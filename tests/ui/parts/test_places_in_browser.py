"""Rows and dots find each other, by the script of the pages and by the style sheet of pages without scripts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
from playwright.sync_api import Page, sync_playwright

from display.drawing.likely_frame import LEAST_LETTER, Look
from display.drawing.likely_places import likely_places
from display.drawing.place_cells import place_cell, row_mark
from display.drawing.place_figure import place_figure
from display.words.text import Speaker
from store.reference import measures
from tests.display.place_rows import province
from tests.pages.test_in_browser import FLAT
from ui.parts import places

pytestmark = pytest.mark.browser

SAY, SHARE = Speaker("en"), measures()["on_time_share"]
SCRIPT = Path(places.__file__).with_suffix(".js").read_text(encoding="utf-8")
SIZES = [30, 3000]
DRAWN = """pictures => pictures.map(svg => [svg, svg.getBoundingClientRect().width]).filter(([, width]) => width)
  .map(([svg, width]) => [svg.viewBox.baseVal.width,
    Math.min(...[...svg.querySelectorAll("text")].map(text => parseFloat(getComputedStyle(text).fontSize)))
      * width / svg.viewBox.baseVal.width])"""
"""Of each picture that is seen: the width it is made for, and how high its smallest letters are in pixels."""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAT)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    one = browser.new_page(viewport={"width": 1100, "height": 1600})
    yield one
    one.close()


def table(rows: pl.DataFrame) -> str:
    cells = (
        f'<tr{row_mark(row["unit_code"])}><th><a href="#{row["unit_code"]}">{row["name"]}</a></th>'
        f"<td>{place_cell(SAY, row)}</td></tr>"
        for row in rows.head(30).iter_rows(named=True)
    )
    return f'<div class="gd-tall" style="height:400px;overflow-y:auto"><table>{"".join(cells)}</table></div>'


def with_script(page: Page, of: int) -> None:
    rows = province(of)
    svg = quote(likely_places(SAY, SHARE, "commune", rows, Look()))
    data = {"address": f"data:image/svg+xml,{svg}", "label": "On time", "failed": "not loaded"}
    start = f"void mount({{data: {json.dumps(data)}, parentElement: document.querySelector('main')}})"
    page.set_content(
        f'<main><div class="gd-places-hold"></div></main>{table(rows)}'
        f"<script>{SCRIPT.replace('export default function', 'window.mount = function', 1)}</script>"
    )
    page.evaluate(start)
    page.locator("svg.gd-places").wait_for()


def found(page: Page) -> str | None:
    shown = page.locator(".gd-found").get_attribute("visibility") == "visible"
    return page.locator(".gd-found text").text_content() if shown else None


@pytest.mark.parametrize("of", SIZES)
def test_pointing_at_a_row_finds_its_dot_and_leaving_it_lets_go(page, of):
    with_script(page, of)
    page.locator('tr[data-unit="25003"]').hover()
    assert found(page).startswith("Xã 3: 97.0%")
    page.mouse.move(1090, 1590)
    assert found(page) is None


@pytest.mark.parametrize("of", SIZES)
def test_the_focus_in_a_row_finds_its_dot(page, of):
    with_script(page, of)
    page.locator('tr[data-unit="25002"] a').focus()
    assert found(page).startswith("Xã 2: 98.0%")


def test_pointing_at_a_dot_marks_its_row_and_brings_it_into_sight(page):
    with_script(page, 30)
    box = page.locator("svg.gd-places").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.985, box["y"] + box["height"] / 2)
    row = page.locator("tr.gd-found-row")
    assert row.get_attribute("data-unit") == "25030"
    frame, place = page.locator(".gd-tall").bounding_box(), row.bounding_box()
    assert frame["y"] <= place["y"] <= frame["y"] + frame["height"] - place["height"]


@pytest.mark.parametrize("of", SIZES)
def test_the_keyboard_goes_from_unit_to_unit_and_to_the_row(page, of):
    with_script(page, of)
    hold = page.locator(".gd-places-hold")
    hold.focus()
    for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert hold.get_attribute("aria-valuenow") == "3"
    assert hold.get_attribute("aria-valuetext").startswith("Xã 3: 97.0%")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Xã 3"


def test_a_picture_that_does_not_come_is_said(page):
    page.set_content(
        '<main><div class="gd-places-hold"></div></main>'
        f"<script>{SCRIPT.replace('export default function', 'window.mount = function', 1)}</script>"
    )
    data = json.dumps({"address": "data:nothing at all", "label": "", "failed": "not loaded"})
    page.evaluate(f"void mount({{data: {data}, parentElement: document.querySelector('main')}})")
    page.get_by_text("not loaded").wait_for()


def test_without_a_script_the_style_sheet_rings_the_dot_and_marks_the_row(page):
    rows = province(30)
    page.set_content(place_figure(SAY, SHARE, "commune", rows) + table(rows))
    dot = page.locator('.gd-on-1000 g[data-unit="25002"] > :last-child')
    ring = "node => getComputedStyle(node).strokeWidth"
    assert dot.evaluate(ring) != "4px"
    page.locator('tr[data-unit="25002"]').hover()
    assert dot.evaluate(ring) == "4px"
    cell, ground = page.locator('tr[data-unit="25002"] td'), "node => getComputedStyle(node).backgroundColor"
    page.mouse.move(1090, 1590)
    before = cell.evaluate(ground)
    dot.hover()
    assert cell.evaluate(ground) != before


def test_the_figure_fits_its_window_and_can_be_read(page):
    page.set_content(place_figure(SAY, SHARE, "commune", province(160), ("25080",)))
    shown = {}
    for width in (1920, 1000, 900, 640, 460, 320):
        page.set_viewport_size({"width": width, "height": 800})
        pictures = page.locator(".gd-places").evaluate_all(DRAWN)
        shown[width] = [look for look, _ in pictures]
        assert min(letters for _, letters in pictures) >= LEAST_LETTER
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert shown == {1920: [1000], 1000: [1000], 900: [700], 640: [480], 460: [480], 320: [300]}


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("of", [5, 20, 160, 3321])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_words_overlap_or_leave_the_picture(browser, width, of, language):
    page = browser.new_page(viewport={"width": width, "height": 800})
    value = 100 - 30 * pl.col("expected") / of
    rows = province(of).with_columns(value=value, value_low=value - 2, value_high=pl.min_horizontal(value + 2, 100.0))
    page.set_content(place_figure(Speaker(language), SHARE, "commune", rows, (f"{25000 + of * 3 // 4}",)))
    shown = 1000 if width > 640 else 300
    boxes = page.locator(f".gd-on-{shown} svg > text").evaluate_all(
        "texts => texts.map(text => { const b = text.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height] })"
    )
    size = page.locator(f".gd-on-{shown} svg").evaluate(
        "svg => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height]"
    )
    page.close()
    assert all(x >= 0 and y >= 0 and right <= size[0] and bottom <= size[1] for x, y, right, bottom in boxes)
    for n, (x, y, right, bottom) in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = other[0] >= right or other[2] <= x or other[1] >= bottom - 3 or other[3] - 3 <= y
            assert apart, (boxes[n], other)
