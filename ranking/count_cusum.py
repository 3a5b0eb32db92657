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
_STEP = 0.05
_LEVELS = 240
_LEAST = 2.0
_SAME = 1e-9


def signals(numerators: Floats, denominators: Floats, level: float, inflation: float, side: int, false: float) -> Flags:
    """The months of one baseline that make a signal: from where the sum left 0 to where it passed its limit.

    `numerators`, `denominators`: counts of months in order of time, NaN = gap, after which the sum starts from 0.
    `level`: the share that chance is about, strictly between 0 and 1; `inflation`: of the variance, from 1.
    `side`: 0 looks for odds that are twice as high, 1 for half of them. Sᵢ = max(0, Sᵢ₋₁ + log likelihood ratio /
    inflation). The limit of a month is passed by chance in 1 − (1 − `false`)^(1 / months) of the paths that
    passed none before, by the exact distribution of the sum on a grid of 0.05, so that in all months together
    at most `false` of the paths give a signal; evidence of less than e² to 1 never is one.
    """
    sums = _sums(numerators, denominators, level, inflation, side)
    if not (sums > _LEAST).any():
        return np.zeros(len(sums), bool)
    limits = _limits(numerators, denominators, level, inflation, side, false)
    found = np.zeros(len(sums), bool)
    for month in np.flatnonzero(sums > limits + _SAME):
        start = month
        while start and sums[start - 1] > 0:
            start -= 1
        found[start : month + 1] = True
    return found


def ratios(level: float, side: int) -> tuple[float, float]:
    """The log likelihood ratio of one dossier that counts, and of one that doesn't."""
    odds = level / (1 - level) * (1 / ODDS_RATIO if side else ODDS_RATIO)
    other = odds / (1 + odds)
    return float(np.log(other / level)), float(np.log((1 - other) / (1 - level)))


def _sums(numerators: Floats, denominators: Floats, level: float, inflation: float, side: int) -> Floats:
    counted, uncounted = ratios(level, side)
    steps = (numerators * counted + (denominators - numerators) * uncounted) / inflation
    sums, now = np.zeros(len(steps)), 0.0
    for month, step in enumerate(steps):
        now = 0.0 if np.isnan(step) else max(0.0, now + float(step))
        sums[month] = now
    return sums


def _limits(
    numerators: Floats, denominators: Floats, level: float, inflation: float, side: int, false: float
) -> Floats:
    """The limit of the sum in each month."""
    there = np.flatnonzero(np.isfinite(numerators))
    each = 1 - (1 - false) ** (1 / len(there))
    n = np.round(denominators[there])
    kernels = dict(zip(there, _kernels(n, level, inflation, side), strict=True))
    limits = np.full(len(numerators), np.inf)
    at = _nothing()
    for month in range(len(numerators)):
        if month not in kernels:
            at = _nothing()
            continue
        at = _moved(at, kernels[month])
        beyond = at.sum() - np.cumsum(at)
        highest = int(np.argmax(beyond <= each * at.sum()))
        limits[month] = max(_LEAST, highest * _STEP)
        at[highest + 1 :] = 0
        at /= at.sum()
    return limits


def _kernels(n: Floats, level: float, inflation: float, side: int) -> list[Floats]:
    """For each month how likely the sum moves by −239 … 239 steps of the grid; what moves further stays at the end."""
    counted, uncounted = ratios(level, side)
    same, found = np.full(len(n), 1.0), []
    cached: dict[float, Floats] = {}
    odds = CountOdds(n, level * same, inflation * same)
    for month, chances, counts in odds.probabilities():
        if n[month] not in cached:
            rare = np.arange(len(chances), dtype=float)
            x = rare if counts else n[month] - rare
            moves = (x * counted + (n[month] - x) * uncounted) / inflation / _STEP
            moves = np.clip(moves, 1 - _LEVELS, _LEVELS - 1) + _LEVELS - 1
            below = np.minimum(np.floor(moves).astype(np.int64), 2 * _LEVELS - 3)
            part = moves - below
            kernel = np.bincount(below, chances * (1 - part), 2 * _LEVELS - 1)
            cached[n[month]] = kernel + np.bincount(below + 1, chances * part, 2 * _LEVELS - 1)
        found.append(cached[n[month]])
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
