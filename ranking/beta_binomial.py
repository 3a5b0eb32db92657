"""How unlikely a count is under a beta-binomial distribution: mid-p values of many counts at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ranking.intervals import Floats

_SKEW, _NEAR = (0.5, 1.0, 1.8), (1.4, 1.15, 0.9)
_FAR = 8.0
"""Nothing is added up farther off than so many standard deviations, unless a shape of the beta is under 2."""
_HEAVY = 2.0
_EACH = 1200
"""Up to so many values each is added up; of more some in between stand for their neighbours."""
_STEPS, _AT_ENDS = 400, 120
_AT_ONCE = 1_000_000
_LEAST_RHO = 1e-6
"""Below it Γ's arguments are so large that a probability by itself has too few digits left."""
_SHIFT = 8


def midp(level: Floats, x: Floats, n: Floats, rho: Floats, *, quick: bool = False) -> Floats:
    """Two-sided mid-p values, p = 2 · min(P(X < x) + P(X = x)/2, P(X > x) + P(X = x)/2), at most 1.

    Arrays of one length: `level` from 0 to 1, whole numbers 0 ≤ `x` ≤ `n`, n > 0, 0 ≤ `rho` < 1. X is beta-binomial:
    mean n · level, variance n · level · (1 − level) · (1 + (n − 1)ρ); binomial for ρ = 0. `quick`: 1 for whatever lies
    so near to the mean that no p is under 0.05; values farther off than 8 standard deviations are left out
    unless the tail is heavy; of a wide distribution the probabilities at some 1,000 values, all at its ends among them,
    are added up by the trapezoid rule. That changes a p under 0.05 by less than a hundredth of it.
    """
    found = np.where(x == level * n, 1.0, 0.0)
    mean, spread = level * n, np.sqrt(n * level * (1 - level) * (1 + (n - 1) * rho))
    heavy = np.minimum(level, 1 - level) * (1 - rho) < _HEAVY * rho
    far = np.where(heavy, np.inf, _FAR) * np.maximum(spread, 1e-9) if quick else np.full(len(n), np.inf)
    low = np.floor(np.clip(np.minimum(mean - far, x), 0, None))
    high = np.ceil(np.minimum(np.maximum(mean + far, x), n))
    open_ = (level > 0) & (level < 1)
    if quick:
        near = open_ & (np.abs(x - mean) < _near(level, n, rho) * spread)
        found[near] = 1.0
        open_ &= ~near
        beyond = np.where(x < mean, x - low, high - x)
        tail = open_ & (rho > _LEAST_RHO) & (beyond <= _EACH)
        for rows in _batches(np.flatnonzero(tail), beyond + 1):
            found[rows] = _tail(*(of[rows] for of in (level, x, n, rho, beyond)))
        open_ &= ~tail
    wide = open_ & (high - low > _EACH) & quick
    for rows in _batches(np.flatnonzero(open_ & ~wide), high - low + 1):
        found[rows] = _each(*(of[rows] for of in (level, x, n, rho, low, high)))
    for row in np.flatnonzero(wide):
        found[row] = _some(*(float(of[row]) for of in (level, x, n, rho, low, high)))
    return np.minimum(found, 1.0)


def _near(level: Floats, n: Floats, rho: Floats) -> Floats:
    """Within so many standard deviations no p is under 0.05: the less skew a distribution is, the more."""
    level = np.clip(level, 1e-12, 1 - 1e-12)
    whole = np.maximum(1 / np.maximum(rho, 1e-12) - 1, 1e-9)
    alpha, beta = level * whole, (1 - level) * whole
    form = (1 + whole) / np.maximum(n * alpha * beta * (n + whole), 1e-300)
    skew = (whole + 2 * n) / (whole + 2) * np.abs(beta - alpha) * np.sqrt(form)
    return np.select([skew < most for most in _SKEW], _NEAR, 0.0)


def _batches(rows: np.ndarray, lengths: Floats) -> Iterator[np.ndarray]:
    ends = np.cumsum(lengths[rows]) // _AT_ONCE
    yield from np.split(rows, np.flatnonzero(np.diff(ends)) + 1) if len(rows) else ()


def _tail(level: Floats, x: Floats, n: Floats, rho: Floats, beyond: Floats) -> Floats:
    """Of each row x, by its own formula, and the `beyond` values farther from the mean, by the ratio of neighbours."""
    below = x < level * n
    level, x = np.where(below, 1 - level, level), np.where(below, n - x, x)  # seen from the other end, it is above
    _, row, logarithms, starts = _neighbours(level, n, rho, x, x + beyond)
    farther = np.add.reduceat(np.exp(logarithms - logarithms[starts][row]), starts)
    tail = np.exp(_log_probability(level, x, n, rho)) * (farther - 0.5)
    return np.asarray(2 * np.minimum(tail, 1 - tail))


def _log_probability(level: Floats, x: Floats, n: Floats, rho: Floats) -> Floats:
    whole = (1 - rho) / rho
    alpha, beta = level * whole, (1 - level) * whole
    ways = _lgamma(n + 1) - _lgamma(x + 1) - _lgamma(n - x + 1)
    here = _lgamma(x + alpha) + _lgamma(n - x + beta) - _lgamma(n + whole)
    return np.asarray(ways + here - _lgamma(alpha) - _lgamma(beta) + _lgamma(whole))


def _each(level: Floats, x: Floats, n: Floats, rho: Floats, low: Floats, high: Floats) -> Floats:
    """Every value from `low` to `high` of each row."""
    k, row, logarithms, starts = _neighbours(level, n, rho, low, high)
    weights = np.exp(logarithms - np.maximum.reduceat(logarithms, starts)[row])
    below, at, whole = (
        np.add.reduceat(weights * part, starts) for part in (k < x[row], k == x[row], np.ones(len(k), bool))
    )
    return np.asarray(2 * np.minimum(below + at / 2, whole - below - at / 2) / whole)


def _neighbours(
    level: Floats, n: Floats, rho: Floats, low: Floats, high: Floats
) -> tuple[Floats, np.ndarray, Floats, np.ndarray]:
    """(k from `low` to `high`, one row after the other; the row; ln P(k) but for a number of the row's own; where rows
    start), by the ratio of neighbours."""
    lengths = (high - low + 1).astype(np.intp)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    row = np.repeat(np.arange(len(lengths)), lengths)
    k = np.arange(len(row)) - starts[row] + low[row]
    n, rho, level = n[row], rho[row], level[row]
    more = (n - k) * (level * (1 - rho) + k * rho)
    less = (k + 1) * ((1 - level) * (1 - rho) + (n - k - 1) * rho)
    steps = np.zeros(len(k))
    inside = np.flatnonzero(row[:-1] == row[1:])
    steps[inside + 1] = np.log(more[inside] / less[inside])
    return k, row, np.cumsum(steps), starts


def _some(level: float, x: float, n: float, rho: float, low: float, high: float) -> float:
    mean, spread = n * level, np.sqrt(n * level * (1 - level) * (1 + (n - 1) * rho))
    near = np.clip(np.linspace(mean - _FAR * spread, mean + _FAR * spread, _STEPS), low, high)
    between = np.round(np.concatenate([near, np.linspace(low, high, _STEPS)]))
    ends = np.concatenate([np.arange(_AT_ENDS), n - np.arange(_AT_ENDS)])
    k = np.unique(np.concatenate([between, ends[(ends >= low) & (ends <= high)], [x]]))
    if rho:
        shape = (1 - rho) / rho
        logarithms = _lgamma(k + level * shape) + _lgamma(n - k + (1 - level) * shape)
    else:
        logarithms = k * np.log(level) + (n - k) * np.log(1 - level)
    logarithms = logarithms - _lgamma(k + 1) - _lgamma(n - k + 1)
    weights = np.exp(logarithms - logarithms.max())
    at = int(np.searchsorted(k, x))
    below, above = (float(np.trapezoid(weights[part], k[part])) for part in (slice(0, at + 1), slice(at, None)))
    below, above = below + weights[0] / 2, above + weights[-1] / 2
    if at in (0, len(k) - 1):
        below, above = (weights[0] / 2, above) if at == 0 else (below, weights[-1] / 2)
    return float(2 * min(below, above) / (below + above))


def _lgamma(z: Floats) -> Floats:
    """ln Γ(z), z > 0, by Stirling's series eight places farther on."""
    far = z + _SHIFT
    series = (1 / 12 - (1 / 360 - 1 / (1260 * far**2)) / far**2) / far
    before = np.log(np.prod([z + step for step in range(_SHIFT)], axis=0)) if z.max() < 1e30 else np.zeros(len(z))
    return np.asarray((far - 0.5) * np.log(far) - far + 0.5 * np.log(2 * np.pi) + series - before)
