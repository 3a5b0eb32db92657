"""Laney's p′ chart: the lines of months of a share, which rests on counts that differ from month to month.

Sources: D. B. Laney, Improved control charts for attributes, Quality Engineering 14(4), 2002, for σ_z; W. A. Shewhart,
Economic Control of Quality of Manufactured Product, 1931, for 3σ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking.count_cusum import LEAST, signals, sums
from ranking.count_odds import CountOdds
from ranking.run_rules import Flags, Floats, Lines, Rule, SideOdds, Sides, of_rows, special_causes, usable
from ranking.screening import SCREEN, row_mean, row_median, typical_range

SIGMAS = 3.0
PER_RANGE = 1.128
"""The mean moving range of independent normal values, in standard deviations."""
TAIL = 0.005
"""A month is outside only where chance alone puts it there in fewer than so many cases."""

FALSE_SIGNALS = 0.005
"""In how many months chance alone makes a CUSUM pass its limit on a side."""

_OUTER = 2 / 3
_EDGE = 1e-9
_FEW = 15


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
    further from the median month than 3.267 times the mean distance, both in standard errors, and beyond the limits
    about the level of all months, is left out. Where nothing but 0 % or 100 % is left, half a dossier is
    added on either side, for a level of exactly that lets expect nothing else ever.
    σ_z is the mean moving range of z = (x/n − level) / √(level(1 − level)/n) over 1.128, outlying ranges left
    out as in the XmR chart. Below 1 it counts as 1: independent dossiers don't vary less.
    """
    share, all_together = x / n, np.nansum(x, axis=1) / np.nansum(n, axis=1)
    plain = Fit(all_together, _sigma_z(share, n, all_together))
    away = np.abs(share - row_median(share)[:, np.newaxis]) * np.sqrt(n)
    odd = away > SCREEN * (1 + _EDGE) * row_mean(away)[:, np.newaxis]
    rows = odd.any(axis=1)
    lower, upper = p_prime_limits(Fit(plain.level[rows], plain.sigma_z[rows]), n[rows])
    odd[rows] &= (share[rows] < lower - _EDGE) | (share[rows] > upper + _EDGE)
    kept_x, kept_n = (np.nansum(np.where(odd, 0, of), axis=1) for of in (x, n))
    at_the_end = odd.any(axis=1) & ((kept_x == 0) | (kept_x == kept_n))
    level = np.where(at_the_end, (kept_x + 0.5) / (kept_n + 1), kept_x / kept_n)
    return Fit(level, _sigma_z(share, n, level))


def _sigma_z(share: Floats, n: Floats, level: Floats) -> Floats:
    chance = np.sqrt((level * (1 - level))[:, np.newaxis] / n)
    z = np.where(chance > 0, (share - level[:, np.newaxis]) / np.where(chance > 0, chance, 1), 0.0)
    ranges = np.abs(np.diff(np.where(np.isfinite(share), z, np.nan), axis=1))
    return np.maximum(np.nan_to_num(typical_range(ranges, np.full(len(share), _EDGE)) / PER_RANGE, nan=1.0), 1.0)


def p_prime_limits(fit: Fit, n: Floats) -> tuple[Floats, Floats]:
    """The limits of shares of n dossiers (units × months): level ± 3σ_z√(level(1 − level)/n), from 0 to 1 or beyond.

    Where counts are small or the level is near 0 or 1, chance alone goes beyond 3σ more often than it should: there
    the limit is the furthest share that it reaches in more than 0.5 % of months, by the beta-binomial distribution
    with the level and the variance of the chart. With 15 or more expected of the rarer kind 3σ holds.
    """
    half = SIGMAS * fit.deviation(n)
    level = fit.level[:, np.newaxis]
    lower, upper = level - half, level + half
    rare = n * np.minimum(level, 1 - level) / fit.inflation()[:, np.newaxis]
    at = _chancy(fit, n) & (rare < _FEW)
    low, high = _odds(fit, n, at).ordinary(TAIL)
    lower[at] = np.minimum(lower[at], low / n[at])
    upper[at] = np.maximum(upper[at], high / n[at])
    return lower, upper


def special_causes_of_counts(lines: Lines, x: Floats, n: Floats, fit: Fit) -> dict[Rule, Sides]:
    """The points of each rule, where its false rate under the fitted counts allows it, else those of a CUSUM.

    `lines`: of shares in per cent; `x`, `n`, `fit` as in `fitted`. Where "shift" may not be used on a side,
    `count_cusum.signals` takes its place there, which chance alone makes in at most 0.5 % of months on a side.
    """
    found = special_causes(lines)
    found["cusum"] = np.zeros(x.shape, bool), np.zeros(x.shape, bool)
    fit = Fit(np.clip(fit.level, _EDGE, 1 - _EDGE), fit.sigma_z)
    paths = [sums(x, n, fit.level, fit.inflation(), side) for side in (0, 1)]
    # Where no rule is fulfilled and no sum is high, it does not matter which rules may be used.
    said = [flags for rule in ("shift", "two_of_three") for flags in found[rule]]
    rows = lines.known & np.any([of.any(axis=1) for of in (*said, *(path > LEAST for path in paths))], axis=0)
    allowed = usable(_side_odds(of_rows(lines, rows), Fit(fit.level[rows], fit.sigma_z[rows]), n[rows]))
    for rule, sides in allowed.items():
        for flags, usable_there in zip(found[rule], sides, strict=True):
            flags[rows] &= usable_there[:, np.newaxis]
    for side, path in enumerate(paths):
        for unit in np.flatnonzero(rows)[~allowed["shift"][side]]:
            level, inflation = float(fit.level[unit]), float(fit.inflation()[unit])
            found["cusum"][side][unit] = signals(path[unit], n[unit], level, inflation, side, FALSE_SIGNALS)
    return found


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
