"""The map and the course over time on paper: the page's finding, every figure of its table, source and address."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial

import pytest
from pypdf import PdfReader

from display.drawing import curves
from display.drawing.palette import LIGHT
from display.words import findings, numbers, over_time, rankings
from display.words.selection import Selection
from display.words.text import Speaker
from display.words.view import View
from press.share import files, paper
from press.share import map as shared_map
from press.share.shareable import Listed, Shared
from ranking.periods import parse
from store.reference import measures
from store.snapshot import open_snapshot
from ui.parts import share
from ui.time import course, sharing

SIZES = {"a4": (595, 842), "a3": (1191, 842)}
AT = "https://example.org/gan-dan/x"
SELECTION = Selection("commune", "25", measures()["on_time_share"], "portal", "766-2026", parse("2026-08"))


def view_of(dataset: str, language: str = "vi") -> View:
    return View(language, Speaker(language), open_snapshot(dataset), LIGHT)


def read(content: bytes) -> tuple[tuple[int, ...], str, str]:
    """The size of the pages, the title, and all that is written on them."""
    pages = PdfReader(io.BytesIO(content))
    words = " ".join(" ".join(page.extract_text() for page in pages.pages).split())
    size = tuple(round(float(side)) for side in pages.pages[0].mediabox[2:])
    return size, str(pages.metadata and pages.metadata.title), words


def of_map(view: View) -> Shared:
    rows = rankings.rows_of(view, SELECTION)
    layer = shared_map._layer(view, SELECTION, "symbol", "value")
    words = ("Bản đồ", "Cách đọc")
    return shared_map.of_map(view, SELECTION, rows, layer, words, [("#0B6E75", "x (3)")], None, {})


@pytest.mark.parametrize("size", paper.PAPERS)
def test_the_map_on_paper_says_the_finding_and_each_units_figure(app_data, size):
    view = view_of("recorded")
    rows = rankings.rows_of(view, SELECTION)
    found, title, text = read(paper.pdf(view, of_map(view), size, AT))

    assert found == SIZES[size] and title == "Bản đồ"
    assert " ".join(findings.headline(view, SELECTION, rows).split()) in text and "x (3)" in text
    for row in rows.drop_nulls("rank").to_dicts():
        value = numbers.with_unit(row["value"], SELECTION.measure, "vi")
        assert " ".join(f"{row['name']} {value}".split()) in text
    assert "https://example.org/gan-dan/ban-do?dataset=recorded" in text.replace(" ", "")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_course_on_paper_says_every_figure_of_the_page(app_data, language):
    view, measure = view_of("simulated", language), measures()["on_time_share"]
    table = over_time.known_values(view, measure, "38")
    listed = Listed(curves.headers(view, measure), table, frozenset({2, 3}))
    draw = share.chart(view, partial(course.figure_of, measure, "38", []))
    source = sharing.source(view, measure)
    one = Shared("t", course.title(view, measure, "38"), "F", source, listed, "./x?y=1", draw=draw)
    _, title, text = read(paper.pdf(view, one, "a4", AT))

    assert title == one.title and source in text and "MÔ PHỎNG" in text
    for row in table:
        assert " ".join(" ".join(row[:4]).split()) in text


def test_simulated_paper_says_so_in_its_name_too(app_data):
    view = view_of("simulated")
    shared_one = replace(of_map(view_of("recorded")), name="ban-do")
    assert files.file_name(view, shared_one, "large_pdf") == "gan-dan_ban-do_mo-phong_a3.pdf"
