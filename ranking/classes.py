"""Classes of values for a coloured map."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import polars as pl


def quantile_breaks(values: pl.Series, steps: int = 7) -> list[float]:
    """Inner limits that put about as many units into each of `steps` classes; fewer where values repeat.

    A value equal to a limit belongs to the class above it.
    """
    known = values.drop_nulls()
    if known.is_empty():
        return []
    limits = sorted({float(known.quantile(n / steps, "lower")) for n in range(1, steps)})
    return [limit for limit in limits if limit > known.min()]


def class_of(value: float, breaks: Sequence[float]) -> int:
    """0 for the lowest class, len(breaks) for the highest."""
    return bisect_right(breaks, value)


def class_limits(values: pl.Series, breaks: Sequence[float]) -> list[tuple[float, float, int]]:
    """(lowest, highest value found, number of units) of each class, from low to high."""
    known = values.drop_nulls().to_list()
    groups: list[list[float]] = [[] for _ in range(len(breaks) + 1)]
    for value in known:
        groups[class_of(value, breaks)].append(value)
    return [(min(group), max(group), len(group)) for group in groups if group]
