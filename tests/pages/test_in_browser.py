"""The app in a real browser: every page, both languages, both widths, and nothing leaves the origin."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, sync_playwright

from tests.served import free_port, served

__all__ = ["free_port", "served"]

pytestmark = pytest.mark.browser

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
SIZES = WIDTHS | {"zoomed": (720, 450)}
PATHS = {
    "overview": "/", "rankings": "/xep-hang", "map": "/ban-do", "online_filing": "/nop-truc-tuyen",
    "unit": "/don-vi", "inspection": "/kiem-tra", "transparency": "/minh-bach",
    "methods": "/phuong-phap", "imports": "/nhap-bieu",
    "administration": "/quan-tri",
}  # fmt: skip
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]  # fmt: skip
"""All that is seen is drawn by GL in software, as on a machine with a GPU; for what measures painting."""
FLAT = [flag for flag in FLAGS if not flag.startswith("--use-")] + ["--disable-gpu"]
"""GL for maps alone: putting a page together by GL takes four times the processor time."""
IDLE = "/_stcore/health"
"""Where a tab waits for the next visit: a small page of the same server, so that its process stays."""
BEYOND = """() => {
    const main = document.querySelector("[data-testid=stMain]"), found = [];
    const scrolls = (node) => node !== main
        && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
    for (const node of main.querySelectorAll("*")) {
        const box = node.getBoundingClientRect();
        const out = box.width && box.right > main.clientWidth + 1;
        if (out && !scrolls(node.parentElement)) found.push(node.outerHTML.slice(0, 99));
    }
    return found;
}"""
"""What reaches beyond the right edge of the page and does not lie in a part that scrolls by itself."""
TABS = 13
"""Elements that every page has for the keyboard: its navigation, the search, the dataset, the language."""
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# The browser loads the code of charts when it first meets one, which on a busy machine takes seconds.
DRAWN = """() => !document.querySelector("[data-testid=stSkeleton]")
    && [...document.querySelectorAll("[data-testid=stPlotlyChart]")].every(chart => chart.querySelector(".main-svg"))
    && [...document.querySelectorAll("[data-testid=stDeckGlJsonChart]")].every(map => map.querySelector("canvas"))"""

STILL = """() => new Promise((done) => {
    let quiet;
    const app = document.querySelector("[data-testid=stApp]");
    const wait = () => { clearTimeout(quiet); quiet = setTimeout(check, 250); };
    const watcher = new MutationObserver(wait);
    const check = () => {
        if (app.dataset.testScriptState !== "notRunning" || document.fonts.status !== "loaded") return wait();
        watcher.disconnect();
        done();
    };
    watcher.observe(document.documentElement, {subtree: true, childList: true, attributes: true});
    wait();
})"""
"""Until nothing has changed for a while by the page's own clock: a narrow window asks for one more run, for example."""


@pytest.fixture(scope="module")
def address(app_data, shared_app) -> str:
    """The app on the datasets of the tests, the same one for all files."""
    return shared_app


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=program, args=FLAT)
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """A page with what its browser complained of and whom it called."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", self._error)
        self.page.on("request", self._request)

    def settle(self) -> None:
        """Wait until the heading stands, the server has nothing more to say and every chart is drawn."""
        self.page.wait_for_selector("h1", timeout=60_000)
        self.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)
        self.page.wait_for_function(DRAWN, timeout=60_000)
        self.page.evaluate(STILL)

    def close(self) -> None:
        """Leave the page, and the tab to the next visit."""
        self.page.remove_listener("console", self._console)
        self.page.remove_listener("pageerror", self._error)
        self.page.remove_listener("request", self._request)
        self.page.unroute_all(behavior="wait")
        self.page.evaluate("sessionStorage.clear()")
        self.page.goto(self.address + IDLE)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url')}")

    def _error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws", 1), "data:", "blob:")):
            self.strangers.append(request.url)


def visit(browser: Browser, address: str, link: str, width: str = "desk", theme: str = "light") -> Visit:
    """A page as a reader with this window and theme comes to it, settled."""
    seen = Visit(tab(browser.contexts[0] if browser.contexts else browser.new_context()), address)
    wide, high = SIZES[width]
    seen.page.set_viewport_size({"width": wide, "height": high})
    seen.page.emulate_media(color_scheme=theme)
    seen.page.goto(address + link)
    seen.settle()
    return seen


def tab(context: BrowserContext) -> Page:
    """A tab that no visit uses; in a new one Streamlit's scripts are compiled again, half of the time of a visit."""
    return next((page for page in context.pages if page.url.endswith(IDLE)), None) or context.new_page()


def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA: rule and place."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{fault['id']}: {node['target']}" for fault in found for node in fault["nodes"]]


def test_the_first_reader_of_a_fresh_server_can_open_any_page(browser, app_data):
    with served() as fresh:
        seen = visit(browser, fresh, "/ban-do?dataset=recorded")

        assert "kém nhất" in seen.page.inner_text("h1")
        assert seen.complaints == []
        seen.close()


MORE = pytest.mark.slow
"""For combinations whose page, width, language and dataset each come in another one of `make test`."""


@pytest.mark.parametrize(
    ("dataset", "language", "width"),
    [
        ("recorded", "vi", "phone"),
        ("simulated", "en", "desk"),
        *(
            pytest.param(dataset, language, width, marks=MORE)
            for dataset, language, width in product(("recorded", "simulated"), ("vi", "en"), WIDTHS)
            if (dataset, language, width) not in {("recorded", "vi", "phone"), ("simulated", "en", "desk")}
        ),
    ],
)
@pytest.mark.parametrize("page", PATHS)
def test_pages_are_whole_quiet_and_ours(browser, address, page, language, width, dataset):
    seen = visit(browser, address, f"{PATHS[page]}?dataset={dataset}&lang={language}", width)
    scroll = seen.page.evaluate("document.documentElement.scrollWidth")

    assert seen.complaints == []
    assert seen.strangers == []
    assert seen.page.evaluate("document.documentElement.lang") == language
    assert scroll <= WIDTHS[width][0]
    seen.close()


def test_a_long_label_of_a_button_goes_on_in_a_second_line(browser, address):
    seen = visit(browser, address, "/minh-bach?dataset=simulated&lang=en&unit=04795", "phone")
    labels = seen.page.locator(":is(.stLinkButton, .stDownloadButton) [data-testid=stMarkdownContainer]")
    cut = labels.evaluate_all("all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)")

    assert "Praise or complain on the National Public Service Portal" in labels.all_inner_texts()
    assert cut == []
    seen.close()


@pytest.mark.parametrize("page", PATHS)
def test_at_twice_the_size_nothing_sticks_out(browser, address, page):
    """200 % zoom in a window of 1440 pixels leaves 720 for the page."""
    seen = visit(browser, address, f"{PATHS[page]}?dataset=simulated&province=25&unit=04795", "zoomed")

    assert seen.page.evaluate(BEYOND) == []
    seen.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", PATHS)
def test_axe_finds_nothing_and_the_keyboard_gets_everywhere(browser, address, page, theme):
    seen = visit(browser, address, f"{PATHS[page]}?dataset=recorded&province=25&unit=04792", theme=theme)

    assert faults(seen.page) == []
    assert seen.complaints == []
    assert seen.strangers == []
    if theme == "light":
        assert len(walked(seen.page)) == TABS
    seen.close()


def walked(page: Page) -> list[str]:
    """The first elements that the Tab key reaches, each once: an element that holds the focus fast ends the walk."""
    reached: list[str] = []
    for _ in range(TABS):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => { const now = document.activeElement, box = now.getBoundingClientRect();
                window.order = window.order || new Map();
                if (!window.order.has(now)) window.order.set(now, window.order.size);
                return `${window.order.get(now)} ${now.tagName} ${box.width > 0}` }"""
        )
        if place in reached:
            break
        reached.append(place)
    return reached


def test_the_dark_theme_is_quiet_too(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded", theme="dark")

    assert seen.complaints == []
    assert seen.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == "rgb(16, 24, 31)"
    seen.close()


def test_on_paper_a_chart_shrinks_to_the_sheet_and_the_address_stands_at_the_foot(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded&province=25&chart=funnel")
    drawing = seen.page.locator(".js-plotly-plot svg.main-svg").first
    before = drawing.get_attribute("style")
    seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    _, _, width, _ = (drawing.get_attribute("viewBox") or "0 0 0 0").split()

    assert float(width) > 500 and drawing.evaluate("drawing => drawing.style.width") == "100%"
    assert seen.page.locator(".gd-address").text_content() == seen.page.url
    seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert (drawing.get_attribute("viewBox"), drawing.get_attribute("style")) == (None, before)
    seen.close()


def test_language_switches_in_place_and_into_the_link(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded")
    seen.page.locator(".st-key-top_row").get_by_text("EN", exact=True).click()
    seen.page.wait_for_selector(".gd-sentence:has-text('Communes ranked')")
    seen.page.wait_for_function("() => document.documentElement.lang === 'en'")

    seen.page.wait_for_url("**lang=en**")
    seen.close()


def test_a_copied_link_reproduces_the_view(browser, address):
    link = "/xep-hang?dataset=simulated&province=38&measure=online_filing_share&period=2026-08&q=nghi+son&lang=en"
    seen = visit(browser, address, link)
    copied, shown = seen.page.url, seen.page.inner_text("[data-testid=stMain]")
    assert "dataset=simulated" in copied
    assert "Nghi Sơn" in seen.page.inner_text("table")
    seen.close()

    again = visit(browser, address, copied.removeprefix(address))
    assert again.page.inner_text("[data-testid=stMain]") == shown
    again.close()


def test_on_a_phone_every_section_is_one_touch_away(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=simulated&province=38", "phone")
    for link in seen.page.locator(".gd-sections a, .gd-views a").all():
        box = link.bounding_box()
        assert box["y"] + box["height"] < 140
        assert box["x"] + box["width"] <= WIDTHS["phone"][0]
    seen.page.get_by_role("link", name="Bản đồ").click()
    seen.page.wait_for_selector(".gd-sentence:has-text('Bản đồ')")

    seen.page.wait_for_url("**province=38**")
    seen.close()


def test_choices_travel_to_the_next_page(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=simulated&province=38&period=2026-08")
    seen.page.get_by_role("link", name="Bản đồ").click()
    seen.page.wait_for_selector(".gd-sentence:has-text('Bản đồ')")
    seen.settle()

    assert "Thanh Hóa" in seen.page.inner_text("[data-testid=stMain]")
    seen.page.wait_for_url("**province=38**")
    seen.page.wait_for_url("**dataset=simulated**")
    seen.close()


def test_switching_the_dataset_marks_the_page_as_simulated(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded")
    seen.page.locator(".st-key-second_row [data-testid=stSelectbox] input").click()
    seen.page.get_by_role("option", name="Số liệu mô phỏng").click()
    seen.page.wait_for_selector("text=Mô phỏng: không phải số liệu thật")
    seen.settle()

    seen.page.wait_for_url("**dataset=simulated**")
    assert seen.complaints == []
    seen.close()


def test_the_table_downloads_as_csv(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded&province=25&measure=on_time_share")
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="CSV", exact=True).click()
    text = download.value.path().read_text(encoding="utf-8-sig")

    assert len(text.splitlines()) == 149
    assert "Xã Yên Phú" in text
    seen.close()


def test_filters_fold_behind_one_button_on_a_phone(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded", "phone")
    assert not seen.page.get_by_text("Chỉ tiêu", exact=True).first.is_visible()

    seen.page.get_by_role("button", name="Lọc:").click()
    seen.page.get_by_text("Chỉ tiêu", exact=True).first.wait_for(state="visible")
    seen.close()


def test_the_map_takes_its_layer_from_our_own_address(browser, address):
    seen = visit(browser, address, "/xep-hang?dataset=recorded")
    with seen.page.expect_response(lambda reply: "/layers/units.geojson" in reply.url) as reply:
        seen.page.goto(address + "/ban-do?dataset=recorded&province=25")

    assert reply.value.ok
    assert len(reply.value.json()["features"]) == 148
    assert "max-age=3600" in reply.value.headers["cache-control"]
    seen.close()
