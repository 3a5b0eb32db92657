"""Working days: Monday to Friday without Vietnam's public holidays (Labour Code 2019, article 112).

A day off that is made up for on a Saturday is no working day, and neither is that Saturday.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

import holidays
import polars as pl

from ranking.extent import first_and_last

_DAY = timedelta(days=1)


def working_days(start: pl.Series, end: pl.Series) -> pl.Series:
    """The working days from each `start` to its `end`, both included."""
    reach = first_and_last(pl.concat([start, end]))
    free = public_holidays(reach[0].year, reach[1].year) if reach else pl.Series([], dtype=pl.Date)
    return pl.select(pl.business_day_count(start, end + _DAY, holidays=free)).to_series()


@lru_cache(maxsize=8)
def public_holidays(first_year: int, last_year: int) -> pl.Series:
    """The public holidays of these years in order, days in lieu of those on a weekend included."""
    return pl.Series(sorted(holidays.country_holidays("VN", years=range(first_year, last_year + 1))), dtype=pl.Date)
