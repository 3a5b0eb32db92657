"""Rows of one period."""

from __future__ import annotations

import polars as pl

from ranking.periods import Period
from ranking.vocabulary import PERIOD_COLUMNS


def in_period(period: Period) -> pl.Expr:
    """Whether a row, by its three columns of a period, is of this one."""
    at = zip(PERIOD_COLUMNS, (period.start, period.end, period.kind), strict=True)
    return pl.all_horizontal(*(pl.col(name) == value for name, value in at))
