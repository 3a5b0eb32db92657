"""The search box in a real browser: by keyboard, by pointer, without leaving the session."""

from __future__ import annotations

import pytest

from tests.pages.test_in_browser import address, browser, visit

__all__ = ["address", "browser"]

pytestmark = pytest.mark.browser


def ask(seen, query: str, language: str = "vi"):
    """Types a query as a reader does; the box and its options."""
    box = seen.page.get_by_role("combobox", name="Tìm xã" if language == "vi" else "Find a commune")
    box.click()
    box.press_sequentially(query, delay=20)
    return box, seen.page.get_by_role("option")


def ask_at_once(seen, query: str):
    """Puts a whole query into the box, so that no answer to a part of it comes between; the box and its options."""
    box = seen.page.get_by_role("combobox", name="Tìm xã")
    box.fill(query)
    return box, seen.page.get_by_role("option")


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_an_old_name_is_explained_and_enter_opens_its_unit(browser, address, width):
    seen = visit(browser, address, "/xep-hang?dataset=simulated&lang=en", width)
    seen.page.evaluate("window.same = true")
    box, options = ask(seen, "hai thuong", "en")
    said = "Phường Hải Thượng (thị xã Nghi Sơn, Thanh Hóa) is now in phường Nghi Sơn"
    options.first.filter(has_text=said).wait_for()  # the answers to the first letters may stand there before

    assert box.get_attribute("aria-expanded") == "true"
    box.press("Enter")
    seen.page.wait_for_url("**/don-vi?**unit=16654**")
    assert "dataset=simulated" in seen.page.url
    assert "lang=en" in seen.page.url
    assert seen.page.evaluate("window.same")  # no new document: the session goes on
    seen.close()


def test_enter_right_after_typing_waits_for_the_answer(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded")
    box, _ = ask(seen, "16654")
    box.press("Enter")

    seen.page.wait_for_url("**/don-vi?**unit=16654**")
    seen.close()


def test_enter_while_an_answer_is_on_its_way_is_not_lost(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded")
    seen.page.route("**/search.json?**", lambda route: (seen.page.wait_for_timeout(500), route.continue_()))
    with seen.page.expect_request("**/search.json?**"):
        box, _ = ask(seen, "16654")
    box.press("Enter")

    seen.page.wait_for_url("**/don-vi?**unit=16654**")
    seen.close()


def test_arrows_walk_through_the_options_and_escape_closes_them(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded")
    box, options = ask_at_once(seen, "hai thuong")
    options.nth(1).wait_for()
    box.press("ArrowDown")
    box.press("ArrowDown")

    assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    assert options.nth(1).get_attribute("aria-selected") == "true"
    box.press("Escape")
    options.first.wait_for(state="hidden")
    assert box.get_attribute("aria-expanded") == "false"
    seen.close()


def test_a_province_that_is_clicked_opens_the_start_page(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=simulated")
    _, options = ask_at_once(seen, "tỉnh thanh hóa")
    options.first.click()

    seen.page.wait_for_url(lambda url: url.split("?")[0] == address + "/" and "province=38" in url)
    assert seen.complaints == []
    seen.close()


def test_nothing_found_is_said_aloud(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded")
    ask(seen, "xyzzyq")

    seen.page.locator("[role=status]", has_text="Không tìm thấy “xyzzyq”").wait_for(state="attached")
    assert seen.strangers == []
    seen.close()
