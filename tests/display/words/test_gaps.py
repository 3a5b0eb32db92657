"""Who waits longer, in words."""

from __future__ import annotations

import polars as pl
import pytest

from display.words import gaps
from display.words.text import Speaker
from ranking.dossiers.gaps import SCHEMA

SAY = Speaker("vi")
WITHIN = "ngày làm việc trong cùng lĩnh vực"


def rows(*changes: dict[str, object]) -> pl.DataFrame:
    plain = dict.fromkeys(SCHEMA) | {"kind": "border", "field": "all", "shown": 1.0}
    return pl.DataFrame([plain | change for change in changes], schema=SCHEMA, orient="row")


def told(gap: float, low: float, high: float, **more: object) -> dict[str, object]:
    return {"gap": gap, "gap_low": low, "gap_high": high, "mean_a": 4.0, "mean_b": 4.0 - gap} | more


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((1.8, 0.9, 2.7), f"chờ lâu hơn các xã, phường còn lại 1,8 {WITHIN} (khoảng 95 %: 0,9 đến 2,7)"),
        ((-1.8, -2.7, -0.9), f"chờ ngắn hơn các xã, phường còn lại 1,8 {WITHIN} (khoảng 95 %: 0,9 đến 2,7)"),
        ((0.5, -0.2, 1.2), "khác nhau rõ trong cùng lĩnh vực (+0,5 ngày làm việc, khoảng 95 %: −0,2 đến +1,2)"),
    ],
)  # fmt: skip
def test_longer_is_said_only_where_the_whole_range_is(figures, said):
    assert said in gaps.sentences(SAY, rows(told(*figures)), "border")[0]


def test_fields_that_are_clearly_longer_are_named():
    land, civil = told(3.0, 1, 5, field="Đất đai"), told(0.2, -1, 1.4, field="Hộ tịch")
    assert gaps.sentences(SAY, rows(told(1, 0.5, 1.5), land, civil), "border")[1:] == [
        "Lâu hơn rõ: Đất đai (+3,0 ngày)."
    ]


@pytest.mark.parametrize("why", ["no_group", "few_units", "few", "other_mix"])
def test_what_is_not_fair_to_compare_says_so(why):
    [said] = gaps.sentences(SAY, rows({"untold": why}), "border")
    assert said.startswith("Xã, phường biên giới đất liền: không so với các xã, phường còn lại, vì ")


def test_the_way_of_filing_is_compared_with_those_in_person():
    assert gaps.rest(SAY, "online") == "hồ sơ nộp trực tiếp"
    assert gaps.sentences(SAY, rows(told(1, 0.5, 1.5)), "online") == []


def test_the_table_has_a_line_per_field_the_largest_gap_first():
    small = told(0.2, -1, 1.4, field="Hộ tịch", half_a=1, half_b=0, n_a=200, n_b=900)
    few = {"field": "Y tế", "untold": "few", "n_a": 3, "n_b": 40, "half_a": None, "half_b": 2}
    heads, lines = gaps.table(SAY, rows(told(1, 0, 2), small, few, told(3.0, 1, 5, field="Đất đai")), "border")
    assert [line[0] for line in lines] == ["Đất đai", "Hộ tịch", "Y tế"] and len(heads) == len(lines[0]) == 6
    assert lines[1][1:] == ["+0,2 (−1,0 đến +1,4)", "4,0", "3,8", "1 / 0", "200 / 900"]
    assert lines[2][1:4] == ["một bên có dưới 100 hồ sơ", "–", "–"]
