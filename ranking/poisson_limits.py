"""How sure a count of rare events is: Byar's and exact Poisson limits, wider ones where events come together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ranking.intervals import Floats, two_sided_z

FEW = 10
"""Below so many events Byar's approximation gives way to the exact limits."""


def byar(count: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Byar's limits (low, high) of the mean behind each Poisson count, in events; 0 below a count of 0.

    `count`: of any shape, at least 0, NaN allowed and kept. ValueError, naming the index, where a count is negative,
    and unless 0 < `confidence` < 1.
    Source: Breslow and Day (1987), Statistical Methods in Cancer Research II; as in Eayres (2008), APHO Technical
    Briefing 3, Commonly used public health statistics and their confidence intervals.
    """
    x, z = _counts(count), two_sided_z(confidence)
    some = np.where(x > 0, x, np.nan)
    low = some * np.maximum(1 - 1 / (9 * some) - z / (3 * np.sqrt(some)), 0) ** 3
    more = x + 1
    return np.where(x == 0, 0.0, low), more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3


def exact(count: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The exact limits (low, high) of the mean behind each Poisson count, as in `byar`.

    They are halves of χ² quantiles, with 2x and 2(x + 1) degrees of freedom, and need no whole counts.
    Source: Garwood (1936), Biometrika 28, 437–442.
    """
    from scipy.special import gammaincinv

    x = _counts(count)
    two_sided_z(confidence)
    tail = (1 - confidence) / 2
    low = gammaincinv(np.where(x > 0, x, 1.0), tail)
    return np.where(x == 0, 0.0, np.where(np.isnan(x), np.nan, low)), np.asarray(gammaincinv(x + 1, 1 - tail))


def limits(count: ArrayLike, inflation: ArrayLike = 1.0, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The limits of counts whose variance is `inflation` times their mean: those of count / inflation, times inflation.

    `inflation`: one number or one per count; below 1 it counts as 1, which gives plain Poisson limits. Byar's from
    `FEW` effective events (count / inflation) on, else the exact ones, which is the rule of the technical guides.
    Source: Public Health England (2018), Technical Guide: Confidence Intervals, and its tool for the rule;
    McCullagh and Nelder (1989), Generalized Linear Models, section 6.2, for the inflation.
    """
    times = np.maximum(np.asarray(inflation, float), 1.0)
    effective = _counts(count) / times
    pairs = zip(byar(effective, confidence), exact(effective, confidence), strict=True)
    low, high = (times * np.where(effective < FEW, few, many) for many, few in pairs)
    return low, high


def _counts(count: ArrayLike) -> Floats:
    x = np.asarray(count, float)
    if (x < 0).any():
        index = int(np.flatnonzero(x < 0)[0])
        raise ValueError(f"index {index}: a count must not be negative, found {x.flat[index]}")
    return x
