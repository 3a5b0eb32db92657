"""A link that was copied before an import shows the same figures after it."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from etl.__main__ import main
from tests.opened import completed, open_page
from tests.pages.test_pages import markup
from tests.stand_in.recorded import further_folder, recorded_folder

PORTAL, REAL = recorded_folder(), further_folder()
pytestmark = pytest.mark.skipif(PORTAL is None or REAL is None, reason="the recorded replies are not at hand")

PAGES: dict[str, dict[str, str]] = {
    "overview": {},
    "rankings": {},
    "map": {},
    "unit": {"unit": "08230"},
    "transparency": {"unit": "08230"},
    "inspection": {},
}
"""Each page that shows figures of a period, with what it needs besides a province."""


def publish(data: Path, folder: Path) -> None:
    assert main(["recorded", "--from", str(folder), "--data", str(data)]) == 0


def numbers(app, *, first: bool = False) -> list[str]:
    """Heading, sentences, tables and figures of the page as words; those up to the first figure alone, if asked."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", markup(app), flags=re.S)
    heading = re.search(r"<h1.*?</h1>", body, re.S).group()
    parts = re.findall(r'<table.*?</table>|<dl class="gd-cards.*?</dl>|<p class="gd-sentence.*?</p>', body, re.S)
    text = unescape(re.sub(r"<[^>]+>", " ", " ".join([heading, *parts])))
    if first:  # what follows it is the course up to now
        text = text[: text.index("%")]
    return re.findall(r"\w+(?:,\d+)?", text)


def published_twice(tmp_path: Path) -> tuple[Path, Path]:
    """Folders of replies: without those of single months, and all of them."""
    early, whole = tmp_path / "early", tmp_path / "whole"
    early.mkdir()
    whole.mkdir()
    for reply in (*PORTAL.glob("*.json"), *REAL.glob("*.json")):
        shutil.copy2(reply, whole)
        if "month-" not in reply.name:
            shutil.copy2(reply, early)
    return early, whole


def test_a_link_shows_the_same_figures_after_an_import_and_a_page_without_one_the_new(tmp_path, monkeypatch):
    data = tmp_path / "data"
    monkeypatch.setenv("GANDAN_DATA", str(data))
    early, whole = published_twice(tmp_path)
    publish(data, early)
    opened = {name: open_page(name, province="25", **choices) for name, choices in PAGES.items()}
    first = {name: (completed(app), numbers(app)) for name, app in opened.items()}
    over_time = open_page("online_filing", province="25")
    figure = numbers(over_time, first=True)
    publish(data, whole)

    for name, (query, seen) in first.items():
        assert {"dataset", "province", "period"} <= set(query), name
        assert len(seen) > 20, name
        assert numbers(open_page(name, **query)) == seen, name
        assert numbers(open_page(name, province="25", **PAGES[name])) != seen, name
    assert numbers(open_page("online_filing", **completed(over_time)), first=True) == figure
