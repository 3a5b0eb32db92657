"""What the portal's on-time share leaves open, in a sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from display.words import due
from display.words.text import Speaker
from ranking.periods import Period

VI = Speaker("vi")
JUNE = Period(date(2026, 6, 1), date(2026, 6, 30), "month")


def line(captured: datetime, measure: str = "on_time_share", basis: str = "portal") -> str:
    return due.line(VI, measure, basis, JUNE, captured)


def test_at_the_end_of_a_month_each_kind_of_procedure_has_its_part():
    said = line(datetime(2026, 6, 30, 12, tzinfo=UTC))
    assert (
        "khoảng 5 % với thủ tục 1 ngày, 23 % với thủ tục 5 ngày, 68 % với thủ tục 15 ngày, 100 % với thủ tục 25 ngày."
    ) in said
    assert "Khi lấy số (30/6/2026)" in said


def test_later_only_the_longest_are_left_and_then_nothing_is_said():
    assert "khoảng 32 % với thủ tục 25 ngày." in line(datetime(2026, 7, 24, 12, tzinfo=UTC))
    assert line(datetime(2026, 9, 1, 12, tzinfo=UTC)) == ""


@pytest.mark.parametrize("other", [{"basis": "dossiers"}, {"measure": "on_time_share_form", "basis": "form"}])
def test_of_other_measures_nothing_is_said(other):
    assert line(datetime(2026, 6, 30, 12, tzinfo=UTC), **other) == ""
