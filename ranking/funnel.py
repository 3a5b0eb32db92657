"""Funnel plots: how far from the common level a unit may lie by chance alone, given its n."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ranking.intervals import TAIL, Floats, winsorised_variance


def overdispersion(numerator: ArrayLike, denominator: ArrayLike) -> float:
    """By how much units differ more than binomial sampling explains: the variance ratio φ, at least 1.

    One number per unit; units without dossiers are left out. z-scores against the common level are
    winsorised at 10 % on either side before they are squared and averaged, so that a few odd units
    don't widen the limits for all. The mean is divided by what winsorised normal z give (0.68), as in
    `intervals.dispersion`: without that, units that differ by chance and as much again would seem to differ by less.
    Source: Spiegelhalter, "Handling over-dispersion of performance indicators", Quality and Safety in Health Care 2005.
    """
    part, whole = np.asarray(numerator, np.float64), np.asarray(denominator, np.float64)
    sound = np.isfinite(part) & np.isfinite(whole) & (whole > 0)
    part, whole = part[sound], whole[sound]
    level = part.sum() / whole.sum() if whole.sum() else 0.0
    if len(part) < 2 or not 0 < level < 1:
        return 1.0
    z = (part / whole - level) / np.sqrt(level * (1 - level) / whole)
    low, high = np.quantile(z, [TAIL, 1 - TAIL])
    return max(1.0, float(np.mean(np.clip(z, low, high) ** 2)) / winsorised_variance(TAIL))


def limits(denominators: Sequence[float], level: float, z: float, dispersion: float = 1.0) -> tuple[Floats, Floats]:
    """Lower and upper limit, as proportions between 0 and 1, at each denominator.

    `level` is the common proportion, `z` the normal quantile (1.96 for 95 %, 3.09 for 99.8 %),
    `dispersion` the variance ratio φ of `overdispersion`. Raises ValueError for a denominator of 0.
    """
    whole = np.asarray(denominators, np.float64)
    if (whole <= 0).any():
        raise ValueError("a funnel has no limits at a denominator of 0")
    half = z * np.sqrt(dispersion * level * (1 - level) / whole)
    return np.clip(level - half, 0, 1), np.clip(level + half, 0, 1)
