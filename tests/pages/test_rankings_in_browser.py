"""The picture in a real browser: in view on the first screen, and linked with the rows of the table below it."""

from __future__ import annotations

import pytest

from tests.pages.test_in_browser import BEYOND, WIDTHS, address, browser, visit

__all__ = ["address", "browser"]

pytestmark = pytest.mark.browser

BOX = "document.querySelector('svg.gd-places').getBoundingClientRect()"


@pytest.mark.parametrize(
    "link", ["/?dataset=recorded", "/xep-hang?dataset=recorded", "/xep-hang?dataset=simulated&lang=en"]
)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_picture_is_whole_on_the_first_screen(browser, address, link, width):
    seen = visit(browser, address, link, width)
    seen.page.wait_for_selector("svg.gd-places")
    wide, high = WIDTHS[width]
    top, bottom, right = (seen.page.evaluate(f"{BOX}.{side}") for side in ("top", "bottom", "right"))

    assert 0 < top < bottom <= high
    assert right <= wide
    assert seen.page.evaluate(BEYOND) == []
    seen.page.close()


@pytest.mark.parametrize("scope", ["25", "VN"])
def test_pointing_at_a_row_finds_its_dot(browser, address, scope):
    seen = visit(browser, address, f"/xep-hang?dataset=simulated&province={scope}&period=2026-08")
    row = seen.page.locator("table.gd-table tbody tr[data-unit]").nth(2)
    row.scroll_into_view_if_needed()
    row.locator("td").first.hover()
    seen.page.wait_for_selector(".gd-found[visibility=visible]")

    assert row.locator("th a").inner_text() in seen.page.locator(".gd-found text").text_content()
    seen.page.close()


def test_the_chart_can_be_changed_and_the_picture_comes_back(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=simulated&province=25&period=2026-08&chart=funnel")
    assert seen.page.locator("svg.gd-places").count() == 0

    seen.page.get_by_text("Theo thứ tự", exact=True).click()
    seen.page.wait_for_selector("svg.gd-places")
    seen.page.close()
