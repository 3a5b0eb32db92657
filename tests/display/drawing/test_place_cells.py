"""The place of one unit in a row, and how rows and dots find each other by style alone."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given

from display.drawing.place_cells import linked_rows, place_cell, rank_whisker, row_mark, tier_chip
from display.words.text import Speaker
from tests.display.place_rows import frames, place

VI, EN = Speaker("vi"), Speaker("en")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("tier", "chip"),
    [
        ("first", '<span class="gd-band gd-above">nhóm đầu</span>'),
        ("middle", '<span class="gd-band gd-alike">chưa tách được</span>'),
        ("last", '<span class="gd-band gd-below">nhóm cuối</span>'),
        (None, ""),
    ],
)
def test_a_tier_is_a_chip_with_its_word(tier, chip):
    assert tier_chip(VI, tier) == chip


def test_a_row_shows_tier_and_expected_rank_and_its_range_when_pointed_at():
    cell = ElementTree.fromstring(place_cell(VI, place(3, 9)))
    assert "".join(cell.itertext()) == "nhóm đầu hạng dự kiến 3"
    assert cell.get("title") == "có thể từ hạng 1 đến hạng 5 trong 9"


def test_without_an_expected_rank_the_cell_is_empty():
    assert place_cell(VI, place(3, 9, expected=None)) == ""


def test_the_whisker_reaches_from_the_first_to_the_last_likely_rank():
    svg = ElementTree.fromstring(rank_whisker(EN, place(5, 9, low=1, high=9)))
    line = svg.findall(f"{SVG}path")[1].get("d")
    assert line == "M4 7H92"
    assert svg.get("aria-label") == "about rank 5, likely between rank 1 and 9 of 9"
    assert float(svg.find(f"{SVG}circle").get("cx")) == 48


@pytest.mark.parametrize("missing", [{"low": None}, {"high": None}, {"expected": None}])
def test_without_a_range_there_is_no_whisker(missing):
    assert rank_whisker(EN, place(5, 9, **missing)) == ""


@given(frames())
def test_any_row_has_its_cell_and_its_whisker(rows):
    for row in rows.iter_rows(named=True):
        for markup in (place_cell(VI, row), rank_whisker(EN, row)):
            if markup:
                ElementTree.fromstring(markup)


def test_a_code_is_escaped_in_its_row_and_left_out_of_the_style_if_it_is_no_plain_word():
    assert row_mark('2"<') == ' data-unit="2&quot;&lt;"'
    style = linked_rows(["25001", '2"}</style><script>'])
    assert style.count('tr[data-unit="25001"]') == 2
    assert "script" not in style


def test_the_style_of_no_units_names_none():
    assert "has(" not in linked_rows([])
