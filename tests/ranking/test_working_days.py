"""Working days, counted on a wall calendar."""

from __future__ import annotations

import random
from datetime import date, timedelta

import holidays
import polars as pl
import pytest

from ranking.working_days import working_days


def counted(*periods: tuple[date, date]) -> list[int]:
    frame = pl.DataFrame(periods, schema={"start": pl.Date, "end": pl.Date}, orient="row")
    return working_days(frame["start"], frame["end"]).to_list()


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 6, 8), date(2026, 6, 14), 5),  # Monday to Sunday
        (date(2026, 6, 13), date(2026, 6, 14), 0),  # a weekend
        (date(2026, 6, 8), date(2026, 6, 8), 1),  # one Monday
        (date(2026, 2, 1), date(2026, 2, 28), 15),  # 20 weekdays less Tết, Monday 16 to Friday 20
        (date(2026, 9, 1), date(2026, 9, 30), 20),  # 22 weekdays less Tuesday 1 and Wednesday 2
        (date(2025, 9, 1), date(2025, 9, 30), 20),  # 22 weekdays less Monday 1 and Tuesday 2
        (date(2026, 4, 27), date(2026, 5, 3), 2),  # Giỗ Tổ on Sunday 26 made up on Monday; 30/4 and 1/5
        (date(2025, 12, 31), date(2026, 1, 2), 2),  # across the year, 1/1 free
    ],
)
def test_working_days(start, end, days):
    assert counted((start, end)) == [days]


def test_a_tet_that_falls_on_a_weekend_is_made_up_for():
    """Tết on Saturday 6, free from Friday 5 to Thursday 11."""
    assert counted((date(2027, 2, 1), date(2027, 2, 28))) == [15]


def test_a_saturday_that_is_worked_for_a_day_off_is_none():
    """Monday 31 August 2026 is off between a Sunday and the National Day, and Saturday 22 is worked for it."""
    saturday, monday = date(2026, 8, 22), date(2026, 8, 31)
    assert counted((saturday, saturday), (monday, monday), (saturday, monday)) == [0, 0, 5]


def test_many_periods_are_counted_each_for_itself():
    assert counted((date(2026, 6, 8), date(2026, 6, 14)), (date(2025, 12, 31), date(2026, 1, 2))) == [5, 2]


def test_no_period_has_no_days():
    assert counted() == []


@pytest.mark.parametrize("years", [(2009, 2012), (2024, 2027), (2040, 2045)])
def test_they_are_counted_as_one_counts_on_the_calendar(years):
    """Day by day, without polars: none of the weekend, none of the holidays that the package lists."""
    free = holidays.country_holidays("VN", years=range(years[0], years[1] + 1))
    dice = random.Random(766)
    starts = [date(years[0], 1, 1) + timedelta(dice.randrange(365 * (years[1] - years[0]))) for _ in range(100)]
    periods = [(start, start + timedelta(dice.randrange(300))) for start in starts]
    stretches = ([start + timedelta(n) for n in range((end - start).days + 1)] for start, end in periods)
    assert counted(*periods) == [sum(d.weekday() < 5 and d not in free for d in days) for days in stretches]
