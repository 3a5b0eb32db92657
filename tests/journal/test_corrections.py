"""Corrections of single figures: kept with both values, one in force for a figure, taken back by those who may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from journal import corrections
from journal.corrections import Correction
from journal.database import VisitError

CELL = ("live", "25", "04792", "on_time_share", "2026-08", "766-2026", "portal")
ONE = Correction(*CELL, 95, "Đếm thiếu năm hồ sơ", 100, old_numerator=90, old_denominator=100, author="lan")


def test_a_correction_is_kept_with_both_values_and_taken_back(database):
    kept = corrections.correct(ONE)

    assert corrections.known("live", "25", in_force=True) == [kept]
    assert (kept.old_numerator, kept.new_numerator, kept.reason, kept.author) == (90, 95, "Đếm thiếu năm hồ sơ", "lan")
    assert corrections.withdraw(kept.id, "38", "mai") is False
    assert corrections.withdraw(kept.id, "25", "mai") is True
    assert corrections.withdraw(kept.id, "25", "mai") is False
    assert corrections.known("live", in_force=True) == []
    (back,) = corrections.known("live")
    assert (back.withdrawn_by, back.withdrawn_at is not None) == ("mai", True)


def test_a_second_correction_of_a_figure_takes_the_first_back(database):
    first = corrections.correct(ONE)
    second = corrections.correct(replace(ONE, new_numerator=96, author="mai"))

    assert corrections.known("live", in_force=True) == [second]
    assert [one.withdrawn_by for one in corrections.known("live") if one.id == first.id] == ["mai"]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"reason": "  "}, "no_words"),
        ({"reason": "x" * 501}, "too_long"),
        ({"new_numerator": 101}, "no_number"),
        ({"new_numerator": -1}, "no_number"),
        ({"new_numerator": float("nan")}, "no_number"),
        ({"new_denominator": None}, "no_number"),
        ({"measure": "received"}, "no_number"),
        ({"new_numerator": 90}, "same"),
    ],
)
def test_what_can_be_no_figure_is_refused(published, changed, kind):
    with pytest.raises(VisitError) as error:
        corrections.correct(replace(ONE, **changed))
    assert error.value.kind == kind
    assert corrections.known("live") == []
