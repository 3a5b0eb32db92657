"""The public's page and the static site in a real browser: quiet, ours, legible for everyone, light and dark."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, Request

from press.site.command import build
from tests.pages.test_in_browser import WIDTHS, address, browser, faults

__all__ = ["address", "browser"]

pytestmark = pytest.mark.browser

PAGES = (
    "",
    "tinh/25.html",
    "don-vi/04831.html",
    "don-vi/04792.html",
    "chi-tieu.html",
    "phuong-phap.html",
    "tai-ve.html",
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(app_data, tmp_path_factory) -> Iterator[str]:
    """The address of a small server with the recorded figures of Phú Thọ."""
    out = tmp_path_factory.mktemp("out")
    build(out, "recorded", only=["25"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=out / "current"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """The tab of all tests: for a new one the browser starts a process."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def calls(tab: Page) -> Iterator[list[str]]:
    """All addresses that the tab asks for in a test."""
    heard: list[str] = []

    def note(request: Request) -> None:
        heard.append(request.url)

    tab.on("request", note)
    yield heard
    tab.remove_listener("request", note)


def opened(tab: Page, link: str, width: str = "desk", theme: str = "light") -> Page:
    wide, high = WIDTHS[width]
    tab.set_viewport_size({"width": wide, "height": high})
    tab.emulate_media(color_scheme=theme)
    tab.goto(link)
    return tab


def test_axe_is_at_work(tab, site):
    page = opened(tab, site)
    page.add_style_tag(content=".lead { color: #ccc !important; background: #fff; }")

    assert any("color-contrast" in fault for fault in faults(page))


@pytest.mark.parametrize(
    ("language", "theme"),
    [
        ("", "light"),
        ("", "dark"),
        ("en/", "light"),
        # The colours of the dark and the words of the English page, each of which comes above.
        pytest.param("en/", "dark", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on_the_site(tab, site, path, language, theme):
    page = opened(tab, site + language + path, theme=theme)

    assert faults(page) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_and_call_nobody_else(tab, calls, site, path, width):
    page = opened(tab, site + path, width)

    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]
    assert [call for call in calls if not call.startswith(site)] == []


def test_the_search_finds_a_former_name_without_diacritics(tab, site):
    page = opened(tab, site)
    page.fill("#q", "yen mong")
    page.wait_for_selector("#hits a")

    assert page.inner_text("#hits") == "Phường Tân Hòa, Phú Thọ (trước là Xã Yên Mông)"
    page.press("#q", "Enter")
    page.wait_for_url("**/don-vi/04792.html")


def test_markup_typed_into_the_search_stays_text(tab, site):
    page = opened(tab, site)
    page.fill("#q", "<img src=x onerror=alert(1)>")
    page.wait_for_function("() => document.querySelector('#said').textContent")

    assert page.inner_text("#said") == "Không tìm thấy."
    assert page.locator("#said img").count() == 0


def test_without_javascript_a_commune_is_reached_by_links(browser, site):
    page = browser.new_page(java_script_enabled=False)
    page.goto(site)
    assert not page.locator(".search").is_visible()

    page.get_by_role("link", name="Phú Thọ", exact=True).click()
    page.get_by_role("link", name="Xã Đà Bắc").click()

    assert page.inner_text("h1") == "Xã Đà Bắc"
    assert "Cứ 100 hồ sơ thì 92 đúng hạn hoặc chưa đến hạn" in page.inner_text("main")
    page.close()


def test_the_keyboard_comes_first_to_the_content(tab, site):
    page = opened(tab, site + "don-vi/04831.html")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
