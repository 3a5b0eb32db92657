"""The card beside the map: what it says of a unit, and that text stays text."""

from __future__ import annotations

import re

import polars as pl
import pytest

from display.drawing.palette import LIGHT
from display.maps import members
from display.words.selection import Selection
from display.words.text import Speaker
from display.words.view import View
from ranking.periods import parse
from store import reference, snapshot
from ui.map import card as map_card
from ui.map import maps
from ui.parts.map_deck import Look

AUGUST = parse("2026-08")


@pytest.fixture
def view(published) -> View:
    return View("vi", Speaker("vi"), snapshot.open_snapshot("live"), LIGHT)


@pytest.fixture
def selection() -> Selection:
    return Selection("commune", "25", reference.measures()["on_time_share"], "portal", "766-2026", AUGUST)


def card(view: View, selection: Selection, code: str | None) -> str:
    return map_card.card(view, selection, maps.rows_of(view, selection, Look("symbol", "value")), code)


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))


def test_a_card_has_value_interval_n_and_rank(view, selection):
    text = words(card(view, selection, "04792"))

    assert "90,0\u00a0%" in card(view, selection, "04792")
    assert "khoảng 95 %: 81,5–94,9 · n = 100 hồ sơ" in text
    assert "Chưa tách được · hạng dự kiến 1 Có thể từ hạng 1 đến hạng 2 trong 2" in text
    assert re.search(r"Tính trên tháng 8/2026; độ dao động giả định", text)


def test_a_card_lists_what_the_unit_was_merged_from_with_old_district_and_province(view, selection):
    text = words(card(view, selection, "04792"))

    assert "Hợp thành từ 3 đơn vị cũ" in text
    assert "Phường Tân Hòa, Xã Yên Mông, Xã Hòa Bình Thành phố Hòa Bình, Tỉnh Hòa Bình" in text


def test_a_part_is_called_a_part(view, selection):
    code = reference.reference_table("lineage").filter(pl.col("part") == "part").item(0, "new_code")

    assert "(một phần)" in words(card(view, selection, code))


def test_a_long_list_folds_away(view, selection):
    lengths = members.counts().sort("members")
    short, long = lengths.item(0, "unit_code"), lengths.item(-1, "unit_code")

    assert "<details" not in card(view, selection, short)
    assert "<details" in card(view, selection, long)


def test_a_unit_whose_kind_has_changed_has_both(view, selection):
    changed = reference.reference_table("units").filter(pl.col("kind") != pl.col("kind_2025_07_01")).row(0, named=True)

    assert f"{changed['kind']} (ngày 1/7/2025 là {changed['kind_2025_07_01']})" in words(
        card(view, selection, changed["code"])
    )


def test_a_doubtful_population_says_why(view, selection):
    doubtful = reference.reference_table("units").filter(pl.col("quality") == "area_population_of_one_predecessor")

    assert "dân số công bố chỉ của một xã cũ" in words(card(view, selection, doubtful.item(0, "code")))


def test_a_silent_unit_and_one_without_any_figure_say_so(view, selection):
    assert "chưa có báo cáo" in words(card(view, selection, "04831"))
    assert "không có trong nguồn" in words(card(view, selection, "04894"))


def test_without_a_unit_the_card_says_how_to_choose_one(view, selection):
    assert "Chọn một đơn vị" in card(view, selection, None)


def test_a_card_leads_to_the_page_of_the_unit(view, selection):
    assert "don-vi?dataset=live&amp;lang=vi&amp;unit=04792" in card(view, selection, "04792")


def test_markup_in_a_name_stays_text(view, selection, monkeypatch):
    real = reference.reference_table

    def hostile(table: str) -> pl.DataFrame:
        name = {"units": "seat", "lineage": "old_name"}.get(table)
        frame = real(table)
        return frame.with_columns(pl.lit("<script>alert(1)</script>").alias(name)) if name else frame

    rows = maps.rows_of(view, selection, Look("symbol", "value"))
    monkeypatch.setattr(map_card, "reference_table", hostile)
    monkeypatch.setattr(members, "reference_table", hostile)
    markup = map_card.card(view, selection, rows, "04792")

    assert "<script>" not in markup
    assert markup.count("&lt;script&gt;") == 4
