"""Working days, counted on a wall calendar."""

from __future__ import annotations

import random
from datetime import date, timedelta

import holidays
import polars as pl
import pytest

from ranking import working_days as module
from ranking.days_off import OFF
from ranking.periods import calendar_period
from ranking.working_days import are_worked, working_days
from store.swapped_days import swapped_days

SWAPS = swapped_days()


def counted(*periods: tuple[date, date]) -> list[int]:
    frame = pl.DataFrame(periods, schema={"start": pl.Date, "end": pl.Date}, orient="row")
    return working_days(frame["start"], frame["end"], SWAPS).to_list()


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 6, 8), date(2026, 6, 14), 5),  # Monday to Sunday
        (date(2026, 6, 13), date(2026, 6, 14), 0),  # a weekend
        (date(2026, 6, 8), date(2026, 6, 8), 1),  # one Monday
        (date(2026, 2, 1), date(2026, 2, 28), 15),  # 20 weekdays less Tết, Monday 16 to Friday 20
        (date(2026, 8, 1), date(2026, 8, 31), 21),  # 21 weekdays less Monday 31, and Saturday 22
        (date(2026, 9, 1), date(2026, 9, 30), 20),  # 22 weekdays less Tuesday 1 and Wednesday 2
        (date(2025, 9, 1), date(2025, 9, 30), 20),  # 22 weekdays less Monday 1 and Tuesday 2
        (date(2025, 4, 1), date(2025, 4, 30), 21),  # 22 weekdays less 7 and 30, and Saturday 26
        (date(2025, 5, 1), date(2025, 5, 31), 20),  # 22 weekdays less 1 and 2
        (date(2026, 4, 27), date(2026, 5, 3), 2),  # Giỗ Tổ on Sunday 26 made up on Monday; 30/4 and 1/5
        (date(2026, 1, 1), date(2026, 1, 31), 21),  # 22 weekdays less 1 and 2, and Saturday 10
        (date(2025, 12, 31), date(2026, 1, 2), 1),  # across the year, 1/1 free, 2/1 off
        (date(2019, 1, 1), date(2019, 1, 6), 4),  # Saturday 5 worked for 31 December of the year before
    ],
)
def test_working_days(start, end, days):
    assert counted((start, end)) == [days]


def test_a_tet_that_falls_on_a_weekend_is_made_up_for():
    """Tết on Saturday 6, free from Friday 5 to Thursday 11."""
    assert counted((date(2027, 2, 1), date(2027, 2, 28))) == [15]


@pytest.mark.parametrize(
    ("saturday", "off", "between"),
    [
        (date(2026, 8, 22), date(2026, 8, 31), 6),  # known to the package of holidays
        (date(2026, 1, 10), date(2026, 1, 2), None),  # known to data/swapped_days.yaml alone
    ],
)
def test_a_saturday_that_is_worked_for_a_day_off_counts(saturday, off, between):
    assert counted((saturday, saturday), (off, off)) == [1, 0]
    assert between is None or counted((saturday, off)) == [between]


def test_many_periods_are_counted_each_for_itself():
    assert counted((date(2026, 6, 8), date(2026, 6, 14)), (date(2025, 12, 31), date(2026, 1, 2))) == [5, 1]


def test_no_period_has_no_days():
    assert counted() == []


def test_a_period_that_has_not_begun_has_no_days():
    """Until the day before its start: nothing, and no day less than that."""
    assert counted((date(2026, 8, 22), date(2026, 8, 21)), (date(2026, 6, 8), date(2026, 6, 7))) == [0, 0]


@pytest.mark.parametrize("month", range(24))
def test_each_month_of_two_years_as_one_counts_on_the_calendar(month):
    period = calendar_period("month", 2025 + month // 12, month % 12 + 1)
    assert counted((period.start, period.end)) == [_by_hand(period.start, period.end)]


@pytest.mark.parametrize("years", [(2009, 2012), (2018, 2027), (2040, 2045)])
def test_they_are_counted_as_one_counts_on_the_calendar(years):
    dice = random.Random(766)
    starts = [date(years[0], 1, 1) + timedelta(dice.randrange(365 * (years[1] - years[0]))) for _ in range(100)]
    periods = [(start, start + timedelta(dice.randrange(300))) for start in starts]
    assert counted(*periods) == [_by_hand(*period) for period in periods]


def test_days_and_stretches_agree():
    days = pl.date_range(date(2018, 12, 1), date(2027, 12, 31), eager=True)
    assert are_worked(days, SWAPS).cast(pl.Int32).to_list() == working_days(days, days, SWAPS).to_list()


def test_the_list_of_days_off_is_the_packages():
    """Where a new version of the package knows better, the years that differ are to be written down again."""
    differing = {year: module._asked(year) for year in OFF if module._listed(year) != module._asked(year)}
    assert differing == {}


def test_years_that_are_not_listed_are_asked_of_the_package():
    assert max(OFF) < 2060
    assert counted((date(2060, 9, 1), date(2060, 9, 5))) == [_by_hand(date(2060, 9, 1), date(2060, 9, 5))]


def _by_hand(start: date, end: date) -> int:
    """Day by day, without polars."""
    known = holidays.country_holidays("VN", years=range(start.year - 1, end.year + 2))
    off, worked = dict(SWAPS).keys(), dict(SWAPS).values()
    days = (start + timedelta(n) for n in range((end - start).days + 1))
    return sum(day in worked or (known.is_working_day(day) and day not in off) for day in days)
