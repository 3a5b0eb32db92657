"""Working days: Monday to Friday without Vietnam's public holidays (Labour Code 2019, article 112).

A day off that is made up for on a Saturday is no working day, and that Saturday is one.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from ranking.days_off import OFF, WORKED
from ranking.extent import first_and_last

Swaps = tuple[tuple[date, date], ...]
"""The day off and the day of the weekend that was worked for it; those that the package of holidays lacks."""

Known = tuple[list[date], list[date]]
_DAY = timedelta(days=1)
_SATURDAY = 5


def working_days(start: pl.Series, end: pl.Series, swaps: Swaps) -> pl.Series:
    """The working days from each `start` to its `end`, both included."""
    reach = first_and_last(pl.concat([start, end]))
    if reach is None:
        return pl.Series(dtype=pl.Int32)
    free, worked = off_and_worked(reach[0].year, reach[1].year, swaps)
    weekdays = pl.select(pl.business_day_count(start, end + _DAY, holidays=free)).to_series()
    weekends = worked.search_sorted(end, side="right") - worked.search_sorted(start, side="left")
    return weekdays + weekends.cast(pl.Int32)


def are_worked(days: pl.Series, swaps: Swaps) -> pl.Series:
    """Whether each of `days` is a working day."""
    reach = first_and_last(days)
    if reach is None:
        return pl.Series(dtype=pl.Boolean)
    free, worked = off_and_worked(reach[0].year, reach[1].year, swaps)
    return days.dt.is_business_day(holidays=free) | days.is_in(worked.implode())


@lru_cache(maxsize=8)
def off_and_worked(first_year: int, last_year: int, swaps: Swaps) -> tuple[pl.Series, pl.Series]:
    """(the days off, the days of the weekend that were worked) of these years, each in order.

    Days in lieu of holidays on a weekend are off. A swap can reach into the year beside, so those are looked at too.
    """
    years = range(first_year - 1, last_year + 2)
    known = [_listed(year) if year in OFF else _asked(year) for year in years]
    off = {*(day for days, _ in known for day in days), *(day for day, _ in swaps)}
    inside = (day for _, days in known for day in days if first_year <= day.year <= last_year)
    worked = {*inside, *(day for _, day in swaps)}
    return pl.Series(sorted(off), dtype=pl.Date), pl.Series(sorted(worked), dtype=pl.Date)


def _listed(year: int) -> Known:
    return _days(year, OFF[year]), _days(year, WORKED.get(year, ""))


def _days(year: int, text: str) -> list[date]:
    return [date.fromisoformat(f"{year}-{day}") for day in text.split()]


def _asked(year: int) -> Known:
    """What the package knows of a year that isn't listed."""
    import holidays

    known = holidays.country_holidays("VN", years=range(year - 1, year + 2))
    off = sorted(day for day in known if day.year == year and day.weekday() < _SATURDAY)
    return off, [*filter(known.is_working_day, _weekends(date(year, 1, 1), date(year, 12, 31)))]


def _weekends(first: date, last: date) -> list[date]:
    days = pl.date_range(first, last, eager=True)
    return days.filter(days.dt.weekday() > 5).to_list()
