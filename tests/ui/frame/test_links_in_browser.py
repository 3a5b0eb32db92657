"""Links in a real browser: one click is one step, Back and Forward lead where one was, a reload shows the same."""

from __future__ import annotations

import re
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from files.places import HOME
from tests.pages.test_in_browser import IDLE, PATHS, browser, served
from ui.frame.bar import SECTIONS

__all__ = ["browser"]

pytestmark = pytest.mark.browser

QUIET = "[data-testid=stApp][data-test-script-state=notRunning]"
LASTING = {
    "overview": {"dataset", "lang", "province", "measure", "period"},
    "rankings": {"dataset", "lang", "province", "level", "measure", "period"},
    "map": {"dataset", "lang", "province", "measure", "period"},
    "online_filing": {"dataset", "lang", "province", "over", "period"},
    "unit": {"dataset", "lang", "province"},
    "inspection": {"dataset", "lang", "province", "period"},
    "transparency": {"dataset", "lang", "province"},
    "methods": {"dataset", "lang"},
    "imports": {"dataset", "lang"},
    "administration": {"dataset", "lang"},
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The app on the recorded dataset alone."""
    data = tmp_path_factory.mktemp("links")
    shutil.copytree(HOME / "data" / "published" / "recorded", data / "published" / "recorded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(data))
        with served() as own:
            yield own


@pytest.fixture(scope="module")
def page(browser):
    own = browser.new_page(viewport={"width": 1440, "height": 900})
    yield own
    own.close()


def choices(page: Page) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def has(page: Page, *keys: str, **values: str) -> None:
    """Wait until the address has these choices and the server has nothing more to say."""
    page.wait_for_function(
        """([keys, values]) => { const now = new URLSearchParams(location.search);
            return keys.every((key) => now.has(key)) && Object.entries(values).every(([k, v]) => now.get(k) === v) }""",
        arg=[list(keys), values],
        timeout=20_000,
    )
    page.wait_for_selector(QUIET, timeout=20_000)
    page.wait_for_selector("h1", timeout=20_000)


def steps(page: Page) -> int:
    return page.evaluate("history.length")


def title(page: Page) -> str:
    return page.inner_text("h1")


def back_and_forward(page: Page, before: str, heading: str) -> None:
    """Back leads to the address and the heading of before, Forward to those of now."""
    now = (page.url, title(page))
    for step, (there, said) in ((page.go_back, (before, heading)), (page.go_forward, now)):
        step()
        page.wait_for_url(there)
        expect(page.locator("h1")).to_have_text(said, timeout=20_000)


def opened(page: Page, address: str, name: str, query: str = "") -> None:
    page.goto(f"{address}{PATHS[name]}{query}")
    has(page, *LASTING[name])


@pytest.mark.parametrize("name", PATHS)
def test_a_page_completes_its_address_without_a_step_and_a_reload_keeps_it(page, address, name):
    page.goto(address + IDLE)
    before = steps(page)
    opened(page, address, name)
    assert steps(page) == before + 1
    whole, shown = page.url, title(page)
    page.reload()
    has(page, *LASTING[name])
    assert (page.url, title(page)) == (whole, shown)


@pytest.mark.parametrize("section", [section for section in SECTIONS if section != "overview"])
def test_the_navigation_is_one_step_and_back_and_forward_lead_where_one_was(page, address, section):
    opened(page, address, "overview", "?dataset=recorded&province=25")
    first, before, overview = page.url, steps(page), title(page)
    name = SECTIONS[section][0]
    page.locator(f'.gd-sections a[href*="{PATHS[name]}"]').click()
    page.wait_for_url(re.compile(re.escape(PATHS[name])))
    has(page, *LASTING[name])
    assert steps(page) == before + 1
    back_and_forward(page, first, overview)


def test_a_view_of_the_same_selection_is_one_step_and_shows_it(page, address):
    opened(page, address, "rankings", "?dataset=recorded&province=25&measure=tdgq&period=2026-08&lang=en")
    for name, chosen in (("map", "measure"), ("online_filing", "over"), ("rankings", "measure")):
        before = steps(page)
        page.locator(f'.gd-views a[href*="{PATHS[name]}"]').click()
        page.wait_for_url(re.compile(re.escape(PATHS[name])))
        has(page, province="25", period="2026-08", **{chosen: "tdgq"})
        assert steps(page) == before + 1


def test_a_choice_in_a_box_is_one_step_and_back_undoes_it(page, address):
    opened(page, address, "rankings", "?dataset=recorded&province=25&lang=en")
    first, before, shown = page.url, steps(page), title(page)
    page.locator(".st-key-chosen_measure input").click()
    page.get_by_role("option", name="Timeliness score").click()
    has(page, measure="tdgq")
    expect(page.locator("h1")).not_to_have_text(shown)
    assert steps(page) == before + 1
    back_and_forward(page, first, shown)


def test_a_link_in_a_table_is_one_step(page, address):
    opened(page, address, "rankings", "?dataset=recorded&province=25&measure=on_time_share")
    first, before = page.url, steps(page)
    page.locator("table.gd-table tbody th a").first.click()
    page.wait_for_url(re.compile("/don-vi"))
    has(page, "unit", "province")
    assert steps(page) == before + 1

    page.go_back()
    page.wait_for_url(first)
    page.wait_for_selector("table.gd-table tbody th a")


def test_a_hit_of_the_search_is_one_step(page, address):
    opened(page, address, "methods")
    first, before = page.url, steps(page)
    page.get_by_role("combobox", name=re.compile("Tìm")).first.fill("Yên Phú")
    page.get_by_role("option").first.click()
    page.wait_for_url(re.compile("unit="))
    has(page, "unit", "province")
    assert steps(page) == before + 1

    page.go_back()
    page.wait_for_url(first)


def test_a_unit_chosen_on_the_map_is_one_step(page, address):
    opened(page, address, "map", "?dataset=recorded&province=25")
    before = steps(page)
    page.locator(".st-key-chosen_unit input").click()
    page.keyboard.type("Yên Phú")
    page.get_by_role("option", name="Xã Yên Phú").first.click()
    has(page, "unit")
    assert steps(page) == before + 1


def test_a_link_that_asks_for_what_is_not_there_says_so_and_keeps_it(page, address):
    page.goto(f"{address}/xep-hang?dataset=recorded&province=25&measure=median_processing_days&lang=en")
    has(page, "period", measure="median_processing_days")
    assert "The link asks for the measure" in page.inner_text("[role=alert]")
