"""Means of rows without their outlying values: of moving ranges, and of the months themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SCREEN = 3.267
"""An absolute difference of normal values is at most so many times its mean, but for 3σ (D₄ for ranges of two).

It holds for ranges of two and for distances from the middle alike, for both are half-normal: 1 + 3√(π/2 − 1).
"""
_SAME = 1e-9


def typical_range(ranges: Floats, slack: Floats) -> Floats:
    """The mean moving range of each row without the outlying ones, unless only ranges of nothing would be left.

    A commune at 100 % in all months but one would otherwise have limits of no width.
    """
    plain = row_mean(ranges)
    largest = SCREEN * (1 + _SAME) * plain
    screened = row_mean(np.where(ranges <= largest[:, np.newaxis], ranges, np.nan))
    return np.where(screened > slack, screened, plain)


def outlying(values: Floats) -> Flags:
    """The values further from the median of their row (NaN = gap) than 3.267 times the mean distance from it.

    Once, as ranges are screened: of `[97, 97.5, 97.2, 97.4, 97.1, 60]` the last.
    """
    away = np.abs(values - row_median(values)[:, np.newaxis])
    return np.asarray(away > SCREEN * (1 + _SAME) * row_mean(away)[:, np.newaxis])


def row_median(matrix: Floats) -> Floats:
    """The median of the values of each row; NaN where there is none."""
    median = np.full(len(matrix), np.nan)
    some = np.isfinite(matrix).any(axis=1)
    median[some] = np.nanmedian(matrix[some], axis=1)
    return median


def row_mean(matrix: Floats) -> Floats:
    """The mean of the values of each row; NaN where there is none."""
    count = np.isfinite(matrix).sum(axis=1)
    means: Floats = np.nansum(matrix, axis=1) / np.where(count == 0, np.nan, count)
    return means
