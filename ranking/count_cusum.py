"""A likelihood-ratio CUSUM of counts: whether the months together lie higher, or lower, than chance lets them.

Sources: E. S. Page, Continuous inspection schemes, Biometrika 41, 1954; S. H. Steiner and others, Monitoring surgical
performance using risk-adjusted cumulative sum charts, Biostatistics 1(4), 2000, for the likelihood ratio and the odds
doubled or halved; D. Brook and D. A. Evans, Biometrika 59, 1972, for the Markov chain; X. Zhang and W. H. Woodall,
Dynamic probability control limits for risk-adjusted Bernoulli CUSUM charts, Statistics in Medicine 34, 2015, for a
limit of each month that follows from the counts of the months so far.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ranking.count_odds import CountOdds

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ODDS_RATIO = 2.0
LEAST = 2.0
"""A smaller sum, evidence of less than e² to 1, is never a signal."""

_STEP = 0.05
_LEVELS = 240
_SAME = 1e-9


def sums(numerators: Floats, denominators: Floats, level: Floats, inflation: Floats, side: int) -> Floats:
    """The CUSUM of each month: Sᵢ = max(0, Sᵢ₋₁ + log likelihood ratio / inflation), units × months.

    `numerators`, `denominators`: counts of months in order of time, NaN = gap, after which the sum starts from 0.
    `level` (units): the share that chance is about, strictly between 0 and 1; `inflation` (units): of the variance,
    from 1. `side`: 0 looks for odds that are twice as high, 1 for half of them.
    """
    counted, uncounted = _ratios(level, side)
    others = denominators - numerators
    steps = (numerators * counted[:, np.newaxis] + others * uncounted[:, np.newaxis]) / inflation[:, np.newaxis]
    found, now = np.zeros_like(steps), np.zeros(len(steps))
    for month, step in enumerate(steps.T):
        now = np.where(np.isnan(step), 0.0, np.maximum(0.0, now + step))
        found[:, month] = now
    return found


def signals(path: Floats, denominators: Floats, level: float, inflation: float, side: int, false: float) -> Flags:
    """The months of one unit that make a signal: from where its sum left 0 to where it passed its limit.

    `path`: its row of `sums`; the others as there. The limit of a month is passed by chance in at most the part `false`
    of the paths that passed none before, by the exact distribution of the sum on a grid of 0.05. Evidence of less
    than e² to 1 never is a signal.
    """
    found = np.zeros(len(path), bool)
    if not (path > LEAST).any():
        return found
    limits = _limits(denominators, level, inflation, side, false)
    for month in np.flatnonzero(path > limits + _SAME):
        start = month
        while start and path[start - 1] > 0:
            start -= 1
        found[start : month + 1] = True
    return found


def _ratios(level: Floats, side: int) -> tuple[Floats, Floats]:
    """The log likelihood ratio of one dossier that counts, and of one that doesn't."""
    odds = level / (1 - level) * (1 / ODDS_RATIO if side else ODDS_RATIO)
    other = odds / (1 + odds)
    return np.log(other / level), np.log((1 - other) / (1 - level))


def _limits(denominators: Floats, level: float, inflation: float, side: int, false: float) -> Floats:
    """The limit of the sum in each month."""
    there = np.flatnonzero(np.isfinite(denominators))
    kernels = dict(zip(there.tolist(), _kernels(np.round(denominators[there]), level, inflation, side), strict=True))
    limits = np.full(len(denominators), np.inf)
    at = _nothing()
    for month in range(len(denominators)):
        if month not in kernels:
            at = _nothing()
            continue
        at = _moved(at, kernels[month])
        beyond = at.sum() - np.cumsum(at)
        highest = int(np.argmax(beyond <= false * at.sum()))
        limits[month] = max(LEAST, highest * _STEP)
        at[highest + 1 :] = 0
        at /= at.sum()
    return limits


def _kernels(n: Floats, level: float, inflation: float, side: int) -> list[Floats]:
    """For each month how likely the sum moves by −239 … 239 steps of the grid; what moves further stays at the end."""
    counted, uncounted = (float(ratio[0]) for ratio in _ratios(np.array([level]), side))
    chances, counts = CountOdds(n, np.full(len(n), level), np.full(len(n), inflation)).of_the_rarer()
    rare = np.arange(chances.shape[1], dtype=float)
    found = []
    for dossiers, of_month, is_counted in zip(n, chances, counts, strict=True):
        x = rare if is_counted else dossiers - rare
        moves = (x * counted + (dossiers - x) * uncounted) / inflation / _STEP
        moves = np.clip(moves, 1 - _LEVELS, _LEVELS - 1) + _LEVELS - 1
        below = np.minimum(np.floor(moves).astype(np.int64), 2 * _LEVELS - 3)
        part = moves - below
        kernel = np.bincount(below, of_month * (1 - part), 2 * _LEVELS - 1).astype(np.float64)
        found.append(kernel + np.bincount(below + 1, of_month * part, 2 * _LEVELS - 1))
    return found


def _nothing() -> Floats:
    at = np.zeros(_LEVELS)
    at[0] = 1.0
    return at


def _moved(at: Floats, kernel: Floats) -> Floats:
    """Where the sum is after one more month: below 0 it is 0, above the grid at its end."""
    moved = np.convolve(at, kernel)
    inside = moved[_LEVELS - 1 : 2 * _LEVELS - 1].copy()
    inside[0] += moved[: _LEVELS - 1].sum()
    inside[-1] += moved[2 * _LEVELS - 1 :].sum()
    return np.asarray(inside)
