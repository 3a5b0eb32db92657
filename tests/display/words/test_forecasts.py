"""Forecasts in words: value, interval, tier, and how good they were."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from display.words import forecasts as words
from ranking.forecasts import SCHEMA, Score
from store.forecasts import Next
from tests.display.portraits.conftest import small, view_of  # noqa: F401

TRIED = Score(740, 0.957, 1.84, 2.02, 40, 33)
NEXT = Next(date(2026, 9, 1), "766-2026", pl.DataFrame(schema=SCHEMA), TRIED)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (0.9, 0.0, "nhiều khả năng thuộc nhóm đầu"),
        (0.0, 0.8, "nhiều khả năng thuộc nhóm cuối"),
        (0.5, 0.3, "chưa nói được thuộc nhóm nào"),
    ],
)
def test_a_figure_is_said_with_interval_and_tier(small, first, last, said):  # noqa: F811
    row = {"expected": 94.25, "low": 92.0, "high": 96.5, "p_first": first, "p_last": last}
    found = words.one(view_of(small, "vi"), "on_time_share", row)
    assert found.replace("\u00a0", " ").startswith("Đúng hạn (Cổng): 94,3 %, khoảng 95 % từ 92,0 % đến 96,5 %; ")
    assert found.endswith(f"{said}.")


def test_what_was_kept_comes_before_what_was_tried(small):  # noqa: F811
    view = view_of(small, "vi")
    tried, kept = words.quality(view, "index_766", NEXT, None), words.quality(view, "index_766", NEXT, (3, TRIED))

    assert "chưa có dự kiến nào giữ lại đã đến kỳ chấm" in tried
    assert "3 tháng dự kiến đã giữ từ trước" in kept
    for said in (tried, kept):
        assert "96 % nằm trong khoảng" in said and "lệch trung bình 1,8 điểm" in said
        assert said.endswith("Trong 40 lần nói rõ nhóm, đúng 33.")
