"""How far a column reaches: its lowest and its highest value."""

from __future__ import annotations

from datetime import date

import polars as pl


def extent(figures: pl.Series) -> tuple[float, float] | None:
    """The lowest and the highest of a column of numbers; None where none is known."""
    low, high = figures.min(), figures.max()
    if low is None or high is None:
        return None
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        raise TypeError(f"column {figures.name!r} must hold numbers, but holds {figures.dtype}")
    return low, high


def first_and_last(days: pl.Series) -> tuple[date, date] | None:
    """The first and the last of a column of days; None where none is known."""
    first, last = days.min(), days.max()
    if first is None or last is None:
        return None
    if not isinstance(first, date) or not isinstance(last, date):
        raise TypeError(f"column {days.name!r} must hold days, but holds {days.dtype}")
    return first, last
