"""Working days: Monday to Friday without Vietnam's public holidays (Labour Code 2019, article 112).

A Saturday that is worked in exchange for a day off between holidays is not counted, and that day off is.
"""

from __future__ import annotations

from functools import lru_cache

import holidays
import polars as pl


@lru_cache(maxsize=8)
def public_holidays(first_year: int, last_year: int) -> pl.Series:
    """The public holidays of these years, days in lieu of those on a weekend included."""
    return pl.Series(sorted(holidays.country_holidays("VN", years=range(first_year, last_year + 1))), dtype=pl.Date)
