"""How likely counts are by chance: exact beta-binomial probabilities of many months at once."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ranking import normal

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

_MOST = 400.0
_REACH = 7.0
_MORE = 8
_CELLS = 1 << 21
_HIGHEST_RHO = 0.98


class CountOdds:
    """The counts that so many months show by chance: of n dossiers each counts with the probability `level`.

    `n` (whole numbers of at least 1), `level` (strictly between 0 and 1) and `inflation` (by how much the variance
    exceeds the binomial one, from 1) are arrays of one length. Months in which more than 400 of the rarer kind are
    expected are taken as normal, which is then within 0.01.
    Source: Skellam (1948), Journal of the Royal Statistical Society B 10, 257–261, for the beta-binomial.
    """

    def __init__(self, n: Floats, level: Floats, inflation: Floats) -> None:
        self._n, self._level = n, level
        self._rho = np.clip((inflation - 1) / np.maximum(n - 1, 1), 0, _HIGHEST_RHO)
        self._spread = np.sqrt(n * level * (1 - level) * (1 + (n - 1) * self._rho))
        self._rare_counts = level < 0.5
        rare = n * np.minimum(level, 1 - level)
        self._exact = rare <= _MOST
        self._width = np.minimum(n, np.ceil(rare + _REACH * self._spread) + _MORE).astype(np.int64) + 1

    def at_most(self, *counts: Floats) -> tuple[Floats, ...]:
        """P(X ≤ k) for each k of each array of counts; k below 0 has 0."""
        found = tuple(normal.cumulative((np.floor(k) + 0.5 - self._n * self._level) / self._spread) for k in counts)
        for rows, below in self._tables():
            for k, out in zip(counts, found, strict=True):
                count = np.floor(k[rows])
                mirrored = self._n[rows] - count - 1
                own = _looked_up(below, np.where(self._rare_counts[rows], count, mirrored))
                out[rows] = np.where(self._rare_counts[rows], own, 1 - own)
        return found

    def ordinary(self, tail: float) -> tuple[Floats, Floats]:
        """The smallest k with P(X ≤ k) > `tail` and the largest with P(X ≥ k) > `tail`."""
        z = -NormalDist().inv_cdf(tail)
        middle = self._n * self._level
        low, high = np.ceil(middle - z * self._spread - 0.5), np.floor(middle + z * self._spread + 0.5)
        for rows, below in self._tables():
            few = (below <= tail).sum(axis=1).astype(float)
            many = (1 - below > tail).sum(axis=1).astype(float)
            n, rare = self._n[rows], self._rare_counts[rows]
            low[rows] = np.where(rare, few, n - many)
            high[rows] = np.where(rare, many, n - few)
        return low, high

    def of_the_rarer(self) -> tuple[Floats, Flags]:
        """P(Y = 0), P(Y = 1) … of the rarer kind, a row per month, and whether it is the one that is counted."""
        below = self._below(np.arange(len(self._n)))
        return np.diff(below, axis=1, prepend=0.0), self._rare_counts

    def _tables(self) -> Iterator[tuple[Integers, Floats]]:
        """Months of about one width at a time, each with its cumulative probabilities of the rarer kind."""
        months = np.flatnonzero(self._exact)
        months = months[np.argsort(self._width[months], kind="stable")]
        while len(months):
            widths = self._width[months]
            size = np.arange(1, len(months) + 1) * widths
            taken = max(1, int(np.searchsorted(size, _CELLS, "right")))
            yield months[:taken], self._below(months[:taken])
            months = months[taken:]

    def _below(self, months: Integers) -> Floats:
        n, rho = self._n[months, np.newaxis], self._rho[months, np.newaxis]
        share = np.minimum(self._level, 1 - self._level)[months, np.newaxis]
        k = np.arange(int(self._width[months].max()) - 1, dtype=float)[np.newaxis]
        more = (n - k) * (share * (1 - rho) + k * rho)
        less = (k + 1) * ((1 - share) * (1 - rho) + (n - k - 1) * rho)
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.where(k < n, np.log(np.maximum(more, 0) / np.maximum(less, 1e-300)), -np.inf)
        logarithms = np.cumsum(np.concatenate([np.zeros((len(months), 1)), steps], axis=1), axis=1)
        weights = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
        below = np.cumsum(weights, axis=1)
        return np.asarray(below / below[:, -1:])


def _looked_up(below: Floats, counts: Floats) -> Floats:
    place = np.clip(counts, 0, below.shape[1] - 1).astype(np.int64)
    return np.where(counts < 0, 0.0, below[np.arange(len(below)), place])
