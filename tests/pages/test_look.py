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
    found.page.wait_for_timeout(1_000)  # the map is painted after its layers have come
    picture = Image.open(io.BytesIO(found.page.screenshot(animations="disabled"))).convert("L")
    found.close()
    return picture.reduce(SCALE)


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
