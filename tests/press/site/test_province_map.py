"""The light map of a province: every commune once, far islands in boxes of their own, names as text."""

from __future__ import annotations

import re

import pytest
import shapely

from etl.boundaries.prepared import write
from press.site import province_map
from store.reference import reference_table

TRUONG_SA = "22736"


@pytest.fixture
def khanh_hoa(tmp_path, monkeypatch) -> list[str]:
    """Boundaries of five communes of Khánh Hòa and of Trường Sa: small squares where they lie."""
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    units = reference_table("units").filter(province_code="56")
    rows = [*units.filter(special_zone=False).head(5).iter_rows(named=True),
            *units.filter(code=TRUONG_SA).iter_rows(named=True)]  # fmt: skip
    squares = {
        row["code"]: shapely.box(row["point_lon"], row["point_lat"], row["point_lon"] + 0.05, row["point_lat"] + 0.05)
        for row in rows
    }
    write(squares, tmp_path / "boundaries" / "boundaries.parquet", nature="official")
    return list(squares)


def drawn(codes: list[str], word: str = "94 %") -> str:
    return province_map.svg("56", dict.fromkeys(codes, "above"), dict.fromkeys(codes, word), "Bản đồ")


def test_every_commune_is_drawn_once(khanh_hoa):
    assert drawn(khanh_hoa).count('<path class="above"') == 6


def test_an_archipelago_far_away_stands_in_a_box_with_its_name(khanh_hoa):
    svg = drawn(khanh_hoa)

    assert svg.count("<rect") == 1
    assert ">Trường Sa</text>" in svg


def test_the_rest_fills_the_width_although_an_archipelago_lies_far_away(khanh_hoa):
    without_inset = drawn(khanh_hoa).partition("<rect")[0]
    starts = [int(x) for x in re.findall(r'd="M(\d+)', without_inset)]

    assert max(starts) - min(starts) > province_map.WIDTH / 4


def test_words_are_escaped(khanh_hoa):
    svg = drawn(khanh_hoa, "<script>alert(1)</script>")

    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg


def test_without_boundaries_there_is_no_map(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))

    assert drawn([TRUONG_SA]) == ""


def test_an_island_too_small_to_be_seen_is_a_dot():
    frame = province_map._Frame({"a": shapely.box(0, 0, 1, 1)}, 100, 100, 0, 0)

    assert province_map._ring(frame.points(shapely.box(0.5, 0.5, 0.5001, 0.5001).exterior)).endswith("h3v3h-3z")
