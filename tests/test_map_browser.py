"""The map in a real browser: hover names a unit, and a click, however slow, chooses it."""

from __future__ import annotations

import math

import polars as pl
import pytest

from tests.test_browser import address, browser, visit
from ui import store
from ui.map_deck import HEIGHT, WIDTH, Frame, camera
from ui.maps import LEGEND

__all__ = ["address", "browser"]

pytestmark = pytest.mark.browser

TIP = "[data-testid=stDeckGlJsonChart] .deck-tooltip"


def place_of(code: str, box: dict) -> tuple[float, float]:
    """Where on the screen the seat of a commune of Phú Thọ is, in a map of one period."""
    seen = camera("25", Frame(WIDTH, HEIGHT, LEGEND))
    lon, lat = store.reference("units").filter(pl.col("code") == code).select("seat_lon", "seat_lat").row(0)
    degree = 512 * 2**seen.zoom / 360
    up = math.degrees(math.asinh(math.tan(math.radians(lat))) - math.asinh(math.tan(math.radians(seen.latitude))))
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return middle[0] + (lon - seen.longitude) * degree, middle[1] - up * degree


def test_a_slow_click_on_a_unit_chooses_it(browser, address):
    seen = visit(browser, address, "/ban-do?dataset=recorded&province=25")
    box = seen.page.locator("[data-testid=stDeckGlJsonChart]").bounding_box()
    seen.page.mouse.move(*place_of("04792", box))
    seen.page.wait_for_selector(f"{TIP}:has-text('Phường Tân Hòa')")
    seen.page.mouse.down()
    seen.page.wait_for_timeout(400)
    seen.page.mouse.up()
    seen.page.wait_for_selector(".gd-unit-card:has-text('Phường Tân Hòa')")

    assert "unit=04792" in seen.page.url
    assert seen.complaints == []
    seen.page.close()
