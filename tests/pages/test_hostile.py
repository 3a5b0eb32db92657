"""Names, remarks and refused values from outside that carry markup, formulas or invisible letters: shown as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.publishing.harvest import Harvest, department_rows, measurement_rows, quarantine_rows
from etl.publishing.publish import publish
from files.sheets import to_csv
from ranking.names import spelling, without_province
from tests.conftest import CAPTURED, _forget, _row, _small_world
from tests.pages.test_in_browser import browser, served
from tests.pages.test_pages import PAGES, markup, open_page

__all__ = ["browser"]

MARKUP = '<script>window.pwned=1</script><img src=x onerror="window.pwned=2">'
MARKDOWN = "[nhấn](javascript:pwned) **đậm** :red[đỏ] $x$"
FORMULA = '=HYPERLINK("http://x","y")'
TURNED = "Sở \u202eđảo\u202c ngược\u0000\u200b"
NASTY = f"{MARKUP} {MARKDOWN} & < >"
SEEN = "window.pwned"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Iterator[Path]:
    """A dataset `live` of which every text that a source gives is hostile."""
    data = tmp_path_factory.mktemp("hostile")
    rows = [*_small_world(), _row(unit_code="04828", measure="digitised_share", quality=NASTY)]
    refused = quarantine_rows(
        {"source": f"form:{NASTY}.xlsx", "place": NASTY, "row": 7, "column": NASTY, "value": text, "reason": NASTY,
         "captured_at": CAPTURED}
        for text in (NASTY, FORMULA)
    )  # fmt: skip
    told = Harvest(
        measurement_rows(rows), CAPTURED, [f"form:{NASTY}.xlsx"], warnings=[NASTY], quarantine=refused,
        departments=department_rows({"H44.15": NASTY}),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(data))
        _forget()
        publish(data, "live", told, nature="live")
        yield data
        _forget()


class Dangers(HTMLParser):
    """Whatever in a piece of markup a browser would run or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "form", "base", "meta", "link"):
            self.found.append(tag)
        for name, value in attributes:
            if name.startswith("on") or re.match(r"\s*(javascript|vbscript):", value or "", re.IGNORECASE):
                self.found.append(f"{tag} {name}={value}")


def dangers(text: str) -> list[str]:
    parser = Dangers()
    parser.feed(text)
    return parser.found


def test_the_finder_of_dangers_finds_them():
    assert dangers(f"<p>{NASTY}</p>") == ["script", "img onerror=window.pwned=2"]
    assert dangers('<a href=" JavaScript:x">') == ["a href= JavaScript:x"]


def labels(app: AppTest) -> list[str]:
    """The texts of widgets that Streamlit reads as Markdown."""
    return [element.label for kind in ("button", "selectbox", "checkbox", "text_input", "multiselect", "number_input")
            for element in app.get(kind)]  # fmt: skip


@pytest.mark.parametrize("page", [*PAGES, "imports"])
@pytest.mark.parametrize("query", [{}, {"level": "department"}, {"part": "data"}, {"unit": "04828"}], ids=str)
def test_every_page_shows_it_as_text(hostile, page, query):
    app = open_page(page, dataset="live", **query)

    assert dangers(markup(app)) == []
    assert not any(SEEN in label or "javascript:" in label for label in labels(app))
    assert not any(SEEN in block.value for block in app.markdown)


def test_the_ranking_of_departments_names_it(hostile):
    app = open_page("rankings", dataset="live", level="department", province="25")

    assert "&lt;script&gt;window.pwned=1" in markup(app)


def test_refused_values_are_listed_as_text(hostile):
    shown = markup(open_page("methods", dataset="live"))

    assert "&lt;script&gt;window.pwned=1" in shown


@pytest.mark.browser
def test_no_browser_runs_any_of_it(hostile, browser):
    with served() as address:
        page = browser.new_page()
        for path in ("xep-hang?dataset=live&level=department&province=25", "phuong-phap?dataset=live", "?dataset=live"):
            page.goto(f"{address}/{path}")
            page.wait_for_selector("h1", timeout=60_000)
            page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)
            if "xep-hang" in path:
                assert SEEN in page.inner_text("[data-testid=stMain]")
            assert page.evaluate("() => window.pwned") is None
        page.close()


def test_names_lose_what_cannot_be_seen_or_turns_the_text():
    assert spelling(TURNED) == "Sở đảo ngược"
    assert without_province(TURNED) == "Sở đảo ngược"


@pytest.mark.parametrize("text", [FORMULA, NASTY, TURNED])
def test_a_csv_gives_it_back_as_text(text):
    written = to_csv(["a"], [[text]]).decode("utf-8-sig")
    (_, (cell,)) = csv.reader(io.StringIO(written))

    assert cell.lstrip("'") == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
