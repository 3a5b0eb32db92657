"""The map in a real browser: hover names a unit, and a click, however slow, chooses it."""

from __future__ import annotations

import math
import re
from contextlib import suppress

import polars as pl
import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from store.reference import reference_table
from tests.pages.test_in_browser import WIDTHS, address, browser, visit
from ui.map.maps import frame_in
from ui.parts.map_deck import camera

__all__ = ["address", "browser"]

pytestmark = pytest.mark.browser

TIP = "[data-testid=stDeckGlJsonChart] .deck-tooltip"


def place_of(code: str, box: dict) -> tuple[float, float]:
    """Where on the screen the seat of a commune of Phú Thọ is, in a map of one period."""
    seen = camera("25", frame_in(WIDTHS["desk"]))
    lon, lat = reference_table("units").filter(pl.col("code") == code).select("seat_lon", "seat_lat").row(0)
    degree = 512 * 2**seen.zoom / 360
    up = math.degrees(math.asinh(math.tan(math.radians(lat))) - math.asinh(math.tan(math.radians(seen.latitude))))
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return middle[0] + (lon - seen.longitude) * degree, middle[1] - up * degree


def hover(page, x: float, y: float) -> None:
    """Move to a place until its name shows: a move before the layer is painted meets nothing."""
    tip = page.locator(f"{TIP}:has-text('Phường Tân Hòa')")
    for step in range(60):
        page.mouse.move(x + step % 2, y)
        with suppress(PlaywrightTimeout):
            return tip.wait_for(timeout=500)
    raise AssertionError("no tip after 30 s")


def test_a_slow_click_on_a_unit_chooses_it(browser, address):
    seen = visit(browser, address, "/ban-do?dataset=recorded&province=25")
    box = seen.page.locator("[data-testid=stDeckGlJsonChart]").bounding_box()
    hover(seen.page, *place_of("04792", box))
    seen.page.mouse.down()
    seen.page.wait_for_timeout(400)
    seen.page.mouse.up()
    seen.page.wait_for_selector(".gd-unit-card:has-text('Phường Tân Hòa')")

    seen.page.wait_for_url("**unit=04792**")
    assert seen.complaints == []
    seen.close()


def test_hovering_gives_value_interval_n_and_the_range_of_ranks(browser, address):
    seen = visit(browser, address, "/ban-do?dataset=recorded&province=25&measure=on_time_share&period=2026-08")
    box = seen.page.locator("[data-testid=stDeckGlJsonChart]").bounding_box()
    hover(seen.page, *place_of("04792", box))
    tip = seen.page.inner_text(TIP)

    assert re.search(r"\d+,\d\s%", tip)
    assert re.search(r"n = [\d.]+", tip)
    assert re.search(r"(nhóm đầu|nhóm cuối|chưa tách được) · hạng dự kiến \d+", tip)
    seen.close()


def test_the_legend_counts_every_unit_once(browser, address):
    seen = visit(browser, address, "/ban-do?dataset=recorded&province=25&measure=on_time_share&period=2026-08")
    counts = re.findall(r"\((\d+)\)", seen.page.locator(".gd-legend").first.inner_text())

    assert sum(map(int, counts)) == 148
    seen.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_chosen_unit_names_its_former_ones_and_leads_to_its_page(browser, address, language):
    seen = visit(browser, address, f"/ban-do?dataset=simulated&province=38&unit=16654&inside=old&lang={language}")
    card = seen.page.locator(".gd-unit-card")
    assert "Phường Hải Thượng" in card.inner_text()

    card.locator("a[href*='don-vi']").click()
    seen.page.wait_for_selector("h1:has-text('Phường Nghi Sơn')")
    seen.page.wait_for_url("**unit=16654**")
    assert seen.strangers == []
    assert seen.complaints == []
    seen.close()


def test_a_link_to_the_map_comes_back_as_it_was(browser, address):
    link = "/ban-do?dataset=simulated&lang=en&province=38&measure=online_filing_share&period=2026-07"
    seen = visit(browser, address, f"{link}&way=band&unit=16654")
    seen.page.wait_for_url("**way=band**")
    copied, card, legend = seen.page.url, *card_and_legend(seen.page)
    assert "unit=16654" in copied
    seen.close()

    again = visit(browser, address, copied.removeprefix(address))
    assert card_and_legend(again.page) == (card, legend)
    again.close()


def card_and_legend(page) -> tuple[str, str]:
    return page.locator(".gd-unit-card").inner_text(), page.locator(".gd-legend").first.inner_text()
