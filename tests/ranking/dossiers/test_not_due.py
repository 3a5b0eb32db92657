"""What part of a month can't be late yet."""

from __future__ import annotations

from datetime import date

import pytest

from ranking.dossiers.not_due import parts
from ranking.periods import calendar_period
from store.swapped_days import swapped_days

JULY = calendar_period("month", 2026, 7)  # 23 working days


@pytest.mark.parametrize(
    ("captured", "days"),
    [
        (date(2026, 7, 31), (1, 5, 15, 23)),
        (date(2026, 8, 3), (0, 4, 14, 23)),  # one working day later
        (date(2026, 8, 21), (0, 0, 0, 10)),
        (date(2026, 9, 30), (0, 0, 0, 0)),
    ],
)
def test_what_came_in_so_late_that_it_cannot_be_late(captured: date, days: tuple[int, ...]):
    assert [23 * part for part in parts(JULY, captured, swapped_days()).values()] == pytest.approx(days)


def test_a_true_share_of_85_looks_like_86_to_100():
    """June 2026 has 22 working days, as in the example of a month."""
    found = parts(calendar_period("month", 2026, 6), date(2026, 6, 30), swapped_days())
    shown = [85 + 15 * part for part in found.values()]
    assert shown == pytest.approx([85.7, 88.4, 95.2, 100], abs=0.05)


def test_a_period_that_is_not_over_is_cut_at_the_capture_and_one_to_come_has_nothing():
    assert parts(JULY, date(2026, 7, 3), swapped_days())[1] == pytest.approx(1 / 3)
    assert set(parts(JULY, date(2026, 6, 30), swapped_days()).values()) == {0.0}
