"""Classes of values for a coloured map."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Literal

import polars as pl

from ranking.extent import extent


def quantile_breaks(values: pl.Series, steps: int = 7) -> list[float]:
    """Inner limits that put about as many units into each of `steps` classes; fewer where values repeat.

    A value equal to a limit belongs to the class above it.
    """
    known = values.drop_nulls()
    if not (ends := extent(known)):
        return []
    limits = _quantiles(known, [n / steps for n in range(1, steps)], "lower")
    return sorted(limit for limit in limits if limit > ends[0])


def class_of(value: float, breaks: Sequence[float]) -> int:
    """0 for the lowest class, len(breaks) for the highest."""
    return bisect_right(breaks, value)


def fixed_breaks(values: pl.Series, steps: int = 7) -> list[float]:
    """Inner limits at round numbers, equally far apart, in at most `steps` classes over the values' range."""
    ends = extent(values)
    if not ends or ends[0] == ends[1]:
        return []
    low, high = map(float, ends)
    exact = (high - low) / steps
    power = 10.0 ** floor(log10(exact))
    width = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= exact)
    first = ceil(low / width) * width
    limits = {round(first + n * width, 10) for n in range(steps) if first + n * width < high}
    return sorted(limit for limit in limits if low < limit < high)[: steps - 1]


def change_breaks(changes: pl.Series, side: int = 3) -> list[float]:
    """Inner limits of a diverging scale: `side` classes below zero, one around it, `side` above, symmetrical.

    The middle class holds the smallest third of the changes by size; the others split the rest evenly.
    """
    sizes = changes.drop_nulls().abs()
    if sizes.is_empty() or sizes.max() == 0:
        return []
    shares = [1 / 3 + 2 / 3 * n / side for n in range(side)]
    cuts = sorted(_quantiles(sizes, shares, "linear") - {0.0})
    return [-cut for cut in reversed(cuts)] + cuts


def _quantiles(known: pl.Series, shares: Sequence[float], between: Literal["lower", "linear"]) -> set[float]:
    found = (known.quantile(share, between) for share in shares)
    return {float(limit) for limit in found if limit is not None}
