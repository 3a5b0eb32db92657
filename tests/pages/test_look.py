"""What each page looks like on its first screen, beside a picture of it that somebody has looked at (docs/look.md)."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pages.test_in_browser import PATHS, WIDTHS, address, browser, visit

__all__ = ["address", "browser"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PICTURES = Path(__file__).parents[1] / "fixtures" / "looks"
SCALE = 4
"""Sixteen pixels become one grey: how letters are smoothed does not show in it, where a block stands does."""
STEP = 28
"""Levels of grey, of 256, by which a pixel must differ to count."""
MOST_DIFFERENT = 0.02
PAGES = [name for name in PATHS if name != "administration"]  # which tells of the day


def seen(browser, address: str, page: str, width: str) -> Image.Image:
    found = visit(browser, address, f"{PATHS[page]}?dataset=recorded&province=25&unit=04792&period=2026-08", width)
    picture = settled(found.page)
    found.close()
    return picture.reduce(SCALE)


def settled(page) -> Image.Image:
    """The screen in grey once it has come to rest: its files have come, and two pictures of it are the same.

    The map is painted after its layers have come; until then nothing of it is there.
    """
    page.wait_for_load_state("networkidle")
    if page.locator("[data-testid=stDeckGlJsonChart]").count():
        wait_for_areas(page)
    before = None
    for _ in range(60):
        now = page.screenshot(animations="disabled")
        if now == before:
            return Image.open(io.BytesIO(now)).convert("L")
        before = now
    raise AssertionError("the page does not come to rest")


def wait_for_areas(page) -> None:
    """Wait until three greys cover a hundredth of the map each: its ground, and areas of two colours."""
    deck = page.locator("[data-testid=stDeckGlJsonChart]")
    for _ in range(120):
        drawn = Image.open(io.BytesIO(deck.screenshot(animations="disabled"))).convert("L")
        greys = np.bincount(np.asarray(drawn).ravel(), minlength=256)
        if (greys > drawn.width * drawn.height * 0.01).sum() >= 3:
            return
    raise AssertionError("the map is never painted")


def different(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ; 1 for pictures of different sizes."""
    if one.size != other.size:
        return 1.0
    apart = np.abs(np.asarray(one, dtype=np.int16) - np.asarray(other, dtype=np.int16))
    return float((apart > STEP).mean())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_looks_as_in_its_picture(browser, address, page, width):
    """A picture that is not there is made, and the test asks for a look at it."""
    kept, now = PICTURES / f"{page}-{width}.png", seen(browser, address, page, width)
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        now.save(kept, optimize=True)
        pytest.fail(f"{kept.name} was made: look at it, and keep it if it is right")
    assert different(now, Image.open(kept)) <= MOST_DIFFERENT


@pytest.mark.parametrize("width", WIDTHS)
def test_a_shifted_layout_is_another_look(width):
    kept = Image.open(PICTURES / f"rankings-{width}.png")
    shifted = Image.new("L", kept.size, 255)
    shifted.paste(kept, (0, 40 // SCALE))
    assert different(kept, shifted) > 2 * MOST_DIFFERENT
