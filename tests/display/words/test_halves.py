"""A half is the same on a page, in a chart's hover, in a PDF and in a workbook as a spreadsheet shows it."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from display.drawing.palette import LIGHT
from display.words import numbers
from display.words.text import Speaker
from display.words.view import View
from files.places import HOME
from store.reference import measures
from ui.rankings import charts

HALVES = [(81.25, "81,3\u00a0%"), (0.05, "0,1\u00a0%"), (81.35, "81,4\u00a0%"), (94.449, "94,4\u00a0%")]
FORMATS = re.compile(r"%\{(?:x|y|z|r|value|text|customdata[^}]*):[^}]*f\}|NumberColumn|toFixed|toLocaleString")


@pytest.mark.parametrize(("value", "words"), HALVES)
def test_a_hover_says_what_the_page_says(value, words):
    measure = measures()["on_time_share"]
    row = {"value": value, "value_low": value, "value_high": value, "name": "Xã A"}
    points = charts._points(_view(), measure, pl.DataFrame([row]), [1], "#000000", 1)

    assert points.customdata == (words,) or list(points.customdata) == [words]
    assert "%{customdata}" in points.hovertemplate and "%{y" not in points.hovertemplate
    assert numbers.with_unit(value, measure, "vi") == words


def test_a_share_is_the_number_that_its_counts_make():
    """n of 2,000 ends on a half where n is odd; divided first, some would be a little less than that."""
    told = {"denominator": 2000.0, "state": "reported", "score": None}
    rows = pl.DataFrame([{"numerator": float(n), **told} for n in range(2001)], schema_overrides={"score": pl.Float64})
    shares = rows.select(value=measures()["on_time_share"].value())["value"]
    assert [float(numbers.rounded(share, 1)) for share in shares] == [(n + 1) // 2 / 10 for n in range(2001)]


@pytest.mark.parametrize("room", ["ui", "pages", "display", "web", "press"])
def test_no_other_place_writes_a_figure_as_text(room):
    """A chart's own format, a column's or a script's would round a half in its own way."""
    written = [path for kind in ("*.py", "*.js") for path in (HOME / room).rglob(kind)]
    assert [_place(path) for path in written if FORMATS.search(path.read_text(encoding="utf-8"))] == []


def _place(path: Path) -> str:
    return str(path.relative_to(HOME))


def _view() -> View:
    return View("vi", Speaker("vi"), None, LIGHT)  # type: ignore[arg-type]
