"""Typing into a select box in a real browser: options are found without their diacritics, and stay what they are."""

from __future__ import annotations

import pytest

from tests.pages.test_in_browser import address, browser, visit

__all__ = ["address", "browser"]

pytestmark = pytest.mark.browser

PROVINCE, MEASURE = "Tỉnh, thành phố", "Chỉ tiêu"


def box_of(seen, label: str):
    return seen.page.get_by_role("combobox", name=label).first


def typed(seen, label: str, text: str):
    """Types into the box; its options that are left."""
    box_of(seen, label).click()
    seen.page.keyboard.type(text, delay=20)
    return seen.page.get_by_role("listbox").get_by_role("option")


IN_OTHER_CASE = [pytest.param(text, marks=pytest.mark.slow) for text in ("PHU THO", "phú thọ")]
"""The search itself knows no case: one spelling of each kind stays in `make test`."""


@pytest.mark.parametrize("text", ["phu tho", "Phú Thọ", "Phu\u0301 Tho\u0323", *IN_OTHER_CASE])
def test_a_province_is_found_with_and_without_its_marks_and_enter_chooses_it(browser, address, text):
    seen = visit(browser, address, "/xep-hang?dataset=simulated&province=38")
    options = typed(seen, PROVINCE, text)
    options.first.filter(has_text="Phú Thọ").wait_for()

    assert options.first.inner_text() == "Phú Thọ"  # letter by letter what the server said, not another form of it
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**province=25**")
    seen.settle()
    assert box_of(seen, PROVINCE).input_value() == "Phú Thọ"
    assert seen.complaints == []
    seen.close()


def test_d_finds_the_crossed_d(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=simulated&province=38")
    options = typed(seen, MEASURE, "dung han")
    options.first.filter(has_text="úng hạn").wait_for()

    assert "úng hạn" in options.first.inner_text()
    seen.close()


def test_apart_from_boxes_letters_are_put_in_lower_case_as_ever(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded")

    assert seen.page.evaluate("'ĐÚNG HẠN'.toLowerCase()") == "đúng hạn"
    box_of(seen, MEASURE).click()
    assert seen.page.evaluate("'ĐÚNG HẠN, Kẻ'.toLowerCase()") == "dung han, ke"
    seen.close()
