"""A ranking on paper says the page's figures, whoever has no rank stands below with the reason, nothing is cut off."""

from __future__ import annotations

import io
from dataclasses import replace

import polars as pl
import pytest
from pypdf import PdfReader

from display.drawing.palette import LIGHT
from display.words import numbers, rankings
from display.words.selection import Selection
from display.words.text import Speaker
from display.words.view import View
from press import ranking_sheet
from ranking.periods import parse
from store.reference import measures
from store.snapshot import open_snapshot

SIZES = {"a4": (595, 842), "a3": (1191, 842)}
SELECTION = Selection("commune", "25", measures()["on_time_share"], "portal", "766-2026", parse("2026-08"))


def view_of(dataset: str, language: str = "vi") -> View:
    return View(language, Speaker(language), open_snapshot(dataset), LIGHT)


def read(content: bytes) -> tuple[PdfReader, str]:
    pages = PdfReader(io.BytesIO(content))
    return pages, " ".join(" ".join(page.extract_text() for page in pages.pages).split())


@pytest.mark.parametrize("paper", ranking_sheet.PAPERS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_sheet_says_each_units_figures_and_where_they_come_from(language, paper):
    view = view_of("recorded", language)
    rows = rankings.rows_of(view, SELECTION)
    pages, text = read(ranking_sheet.pdf(view, SELECTION, rows, paper, "https://example.org/gan-dan/xep-hang?x=1"))
    assert tuple(round(float(side)) for side in pages.pages[0].mediabox[2:]) == SIZES[paper]
    for row in rows.filter(pl.col("rank").is_not_null()).to_dicts():
        value = numbers.with_unit(row["value"], SELECTION.measure, language)
        assert " ".join(f"{row['name']} {value}".split()) in text
    assert "https://example.org/gan-dan/xep-hang?dataset=recorded" in text.replace(" ", "")
    assert rankings.title(view, SELECTION) in text
    assert pages.metadata and pages.metadata.title == rankings.title(view, SELECTION)


def test_a_unit_without_a_figure_stands_below_with_its_reason(published):
    view = view_of("live")
    rows = rankings.rows_of(view, SELECTION)
    _, text = read(ranking_sheet.pdf(view, SELECTION, rows, "a4"))
    assert "Xã Đà Bắc chưa có báo cáo" in text
    assert text.index("Phường Tân Hòa") < text.index("Phường Hòa Bình") < text.index("Xã Đà Bắc")


def test_simulated_figures_say_so_in_the_file_and_in_its_name(published):
    view = view_of("live")
    manifest = replace(view.snapshot.manifest, nature="simulated")
    view = replace(view, snapshot=replace(view.snapshot, manifest=manifest))
    _, text = read(ranking_sheet.pdf(view, SELECTION, rankings.rows_of(view, SELECTION), "a4"))
    assert "MÔ PHỎNG" in text
    assert ranking_sheet.file_name(view, SELECTION, "a4") == "gan-dan_on_time_share_25_2026-08_a4_mo-phong.pdf"


def test_a_list_that_nobody_prints_is_not_offered():
    rows = pl.DataFrame({"unit_code": range(700)})
    assert ranking_sheet.papers(rows) == () and ranking_sheet.papers(rows.head(166)) == ranking_sheet.PAPERS
