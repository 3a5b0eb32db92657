"""Laney's p′ chart: the lines of months of a share, which rests on counts that differ from month to month.

Sources: D. B. Laney, Improved control charts for attributes, Quality Engineering 14(4), 2002, for σ_z; W. A. Shewhart,
Economic Control of Quality of Manufactured Product, 1931, for 3σ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.count_cusum import signals
from ranking.count_odds import CountOdds
from ranking.run_rules import MOST_FALSE, Flags, Floats, Lines, Rule, SideOdds, Sides, special_causes, usable
from ranking.screening import SCREEN, row_mean, row_median, typical_range

SIGMAS = 3.0
PER_RANGE = 1.128
"""The mean moving range of independent normal values, in standard deviations."""
TAIL = 0.005
"""A month is outside only where chance alone puts it there in fewer than so many cases."""

_OUTER = 2 / 3
_EDGE = 1e-9


@dataclass(frozen=True)
class Fit:
    """What the months of each unit say of its process: `level` from 0 to 1, `sigma_z` (Laney's, at least 1)."""

    level: Floats
    sigma_z: Floats

    def inflation(self) -> Floats:
        return np.asarray(self.sigma_z**2)

    def deviation(self, n: Floats) -> Floats:
        """The standard deviation of the share of a month with n dossiers."""
        level = self.level[:, np.newaxis]
        return np.asarray(self.sigma_z[:, np.newaxis] * np.sqrt(level * (1 - level) / n))


def fitted(x: Floats, n: Floats) -> Fit:
    """The level and σ_z of each unit; `x` of `n` dossiers (units × months, NaN = gap), 0 ≤ x ≤ n, n > 0.

    The level is Σx / Σn without outlying months. As moving ranges are, months are screened once: one that lies
    further from the median month than 3.267 times the mean distance, both in standard errors, and further
    from the level of all months than 3 of them, is left out, unless nothing but 0 % or 100 % would be left.
    σ_z is the mean moving range of z = (x/n − level) / √(level(1 − level)/n) over 1.128, outlying ranges left
    out as in the XmR chart. Below 1 it counts as 1: independent dossiers don't vary less.
    """
    share, plain = x / n, np.nansum(x, axis=1) / np.nansum(n, axis=1)
    away = np.abs(share - row_median(share)[:, np.newaxis]) * np.sqrt(n)
    far = np.abs(share - plain[:, np.newaxis]) * np.sqrt(n)
    allowed = SIGMAS * np.sqrt(plain * (1 - plain))
    odd = (away > SCREEN * (1 + _EDGE) * row_mean(away)[:, np.newaxis]) & (far > allowed[:, np.newaxis])
    kept = np.where(odd, np.nan, x), np.where(odd, np.nan, n)
    level = np.nansum(kept[0], axis=1) / np.nansum(kept[1], axis=1)
    level = np.where((level > 0) & (level < 1), level, plain)
    chance = np.sqrt((level * (1 - level))[:, np.newaxis] / n)
    z = np.where(chance > 0, (share - level[:, np.newaxis]) / np.where(chance > 0, chance, 1), 0.0)
    ranges = np.abs(np.diff(np.where(np.isfinite(share), z, np.nan), axis=1))
    sigma_z = typical_range(ranges, np.full(len(x), _EDGE)) / PER_RANGE
    return Fit(level, np.maximum(np.nan_to_num(sigma_z, nan=1.0), 1.0))


def p_prime_limits(fit: Fit, n: Floats) -> tuple[Floats, Floats]:
    """The limits of shares of n dossiers (units × months): level ± 3 · σ_z · √(level(1 − level)/n), from 0 to 1 or beyond.

    Where counts are small or the level is near 0 or 1, chance alone goes beyond 3σ more often than it should: there
    the limit is the furthest share that it reaches in more than 0.5 % of months, by the beta-binomial distribution
    with the level and the variance of the chart.
    """
    half = SIGMAS * fit.deviation(n)
    level = fit.level[:, np.newaxis]
    lower, upper = level - half, level + half
    at = _chancy(fit, n)
    low, high = _odds(fit, n, at).ordinary(TAIL)
    lower[at] = np.minimum(lower[at], low / n[at])
    upper[at] = np.maximum(upper[at], high / n[at])
    return lower, upper


def special_causes_of_counts(lines: Lines, x: Floats, n: Floats, fit: Fit) -> dict[Rule, Sides]:
    """The points of each rule, where its false rate under the fitted counts allows it, else those of a CUSUM.

    `lines`: of shares in per cent; `x`, `n`, `fit` as in `fitted`. Where "shift" may not be used on a side,
    `count_cusum.signals` takes its place there, with half of 2 % on a side.
    """
    found = special_causes(lines)
    allowed = usable(_side_odds(lines, fit, n))
    for rule, sides in allowed.items():
        high, low = (flags & side[:, np.newaxis] for flags, side in zip(found[rule], sides, strict=True))
        found[rule] = (high, low)
    found["cusum"] = _cusums(lines, x, n, fit, allowed["shift"])
    return found


def _cusums(lines: Lines, x: Floats, n: Floats, fit: Fit, shift: Sides) -> Sides:
    flags = np.zeros_like(x, dtype=bool), np.zeros_like(x, dtype=bool)
    between = lines.known & (fit.level > 0) & (fit.level < 1)
    inflation = fit.inflation()
    for side in (0, 1):
        for unit in np.flatnonzero(between & ~shift[side]):
            flags[side][unit] = signals(
                x[unit], n[unit], float(fit.level[unit]), float(inflation[unit]), side, MOST_FALSE / 2
            )
    return flags


def _side_odds(lines: Lines, fit: Fit, n: Floats) -> tuple[SideOdds, SideOdds]:
    at = _chancy(fit, n)
    odds, whole = _odds(fit, n, at), n[at] / 100
    bounds = [lines.bound(side, part)[at] * whole for side in (0, 1) for part in (0.0, _OUTER, 1.0)]
    low_side = [np.ceil(bound - _EDGE * whole) - 1 for bound in bounds[3:]]
    high_side = [np.floor(bound + _EDGE * whole) for bound in bounds[:3]]
    on, outer, out = odds.at_most(*low_side)
    above = [1 - below for below in odds.at_most(*high_side)]
    return (
        SideOdds(_spread_out(above[0], at), _spread_out(above[1] - above[2], at)),
        SideOdds(_spread_out(on, at), _spread_out(outer - out, at)),
    )


def _spread_out(values: Floats, at: Flags) -> Floats:
    found = np.zeros(at.shape)
    found[at] = values
    return found


def _chancy(fit: Fit, n: Floats) -> Flags:
    level = fit.level[:, np.newaxis]
    return np.asarray(np.isfinite(n) & (level > 0) & (level < 1))


def _odds(fit: Fit, n: Floats, at: Flags) -> CountOdds:
    level = np.broadcast_to(fit.level[:, np.newaxis], n.shape)
    inflation = np.broadcast_to(fit.inflation()[:, np.newaxis], n.shape)
    return CountOdds(np.round(n[at]), level[at], inflation[at])
