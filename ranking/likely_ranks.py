"""Which ranks a unit likely has: the distribution of its rank, once chance has been taken out of all values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.between_units import true_values
from ranking.intervals import Floats
from ranking.normal import cumulative
from ranking.rank_sets import Best, Ranks

_FEW, _MANY = 40, 400
"""Up to so many units the distribution of a rank is exact; above so many, who is left out of a count is not asked."""
_CELLS, _ENOUGH_CELLS, _AT_ENDS = 128, 12, 4
_QUANTILES = np.array([-3.0, -1.5, -1.0, -0.6, -0.3, 0.0, 0.6, 1.0, 1.5, 3.0])
_FARTHEST = 6.0
_PARTS = np.array([0.0, 0.25, 0.5, 1.0])
_EACH_RANK = 40
_PARTS_BELOW = (0.5, 0.3, 0.7, 0.1, 0.9, 0.0, 1.0)
_CLOSE = 1e-9


@dataclass(frozen=True)
class LikelyRanks:
    """What is known about the ranks of n units, 1 being the best: one entry per unit, in the order asked for.

    `expected`: the mean rank; those of all units add up to n(n + 1)/2. `low`, `high`: the narrowest range of
    ranks, both ends included, that holds the unit's with the probability asked for.
    """

    expected: Floats
    low: Ranks
    high: Ranks
    _at: Floats
    _within: Floats

    def p_best(self, k: int) -> Floats:
        """The probability of each unit to be among the best `k`; ValueError unless 1 ≤ k ≤ n."""
        return self._up_to(_checked(k, len(self.expected)))

    def p_worst(self, k: int) -> Floats:
        """The probability of each unit to be among the worst `k`; ValueError unless 1 ≤ k ≤ n."""
        n = len(self.expected)
        return 1 - self._up_to(n - _checked(k, n))

    def _up_to(self, rank: int) -> Floats:
        ranks = np.full(len(self.expected), rank, np.int64)
        return np.clip(_up_to(self._at, self._within, ranks), 0, 1)


def likely_ranks(
    estimates: ArrayLike, standard_errors: ArrayLike, confidence: float = 0.95, best: Best = "high"
) -> LikelyRanks:
    """The likely ranks of n units from their values and the standard errors of these.

    `estimates`, `standard_errors`: n numbers each, in one unit of measurement, independent between units.
    `best`: whether high or low values come first. A unit whose estimate or error is None, NaN or infinite is one
    of which nothing is known but that it is one of these: it takes part and could stand almost anywhere. An error
    of 0 is taken as a millionth of the spread of all values: two such units with one value share their places.

    The true values, after `between_units.true_values`, are independent and normal, part by part of its posterior.
    The expected rank is 1 + Σ over j ≠ i of P(θⱼ better than θᵢ). Given θᵢ = t the number of units that are
    better is a sum of independent yes and no (Poisson binomial). Of up to 40 units its distribution is exact;
    of more it is the normal one with a correction for skewness, and P(rank ≤ r) within 0.05 of the exact one.
    No random draws: the same input gives the same ranks. 3,321 units take 0.15 s and 60 MiB.

    ValueError where the two are not of one length, or an error is negative, or `confidence` not between 0 and 1.
    Source: Laird and Louis (1989), Journal of Educational Statistics 14, 29–46; Lin, Louis, Paddock and Ridgeway
    (2006), Bayesian Analysis 1, 915–946; sums of yes and no after Hong (2013), Computational Statistics and Data
    Analysis 59, 41–51, and Volkova (1996), Theory of Probability and its Applications 40, 791–794.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: must be between 0 and 1, found {confidence}")
    n = len(np.asarray(estimates, float))
    at = _ranks_looked_at(n)
    expected, within = np.zeros(n), np.zeros((n, len(at)))
    for weight, means, deviations in true_values(estimates, standard_errors) if n else ():
        own, distribution = _ranks(-means if best == "low" else means, deviations, at)
        expected += weight * own
        within += weight * distribution
    return LikelyRanks(expected, *_narrowest(at, within, confidence), at, within)


def _checked(k: int, units: int) -> int:
    if not 1 <= k <= units:
        raise ValueError(f"k: must be between 1 and the {units} units, found {k}")
    return k


def _ranks_looked_at(n: int) -> Floats:
    """The ranks at which distributions are kept: all of up to 320 units, else the ends and some between."""
    if n <= 8 * _EACH_RANK:
        return np.arange(1, n + 1, dtype=float)
    between = np.round(np.linspace(_EACH_RANK, n - _EACH_RANK, 4 * _EACH_RANK))
    return np.unique(np.concatenate([np.arange(1, _EACH_RANK), between, np.arange(n - _EACH_RANK, n) + 1.0]))


def _ranks(means: Floats, deviations: Floats, at: Floats) -> tuple[Floats, Floats]:
    """Expected rank and P(rank ≤ r) for r of `at`, of units with independent normal true values.

    The scale is cut into cells. Where unit i lies in a cell, each other one, and i itself among all, is above the
    mean place there with the mean of its probabilities at both ends: so the expected ranks add up exactly.
    """
    edges = _edges(means, deviations)
    above = cumulative((means[:, None] - edges) / deviations[:, None])
    above[:, 0], above[:, -1] = 1.0, 0.0
    inside = above[:, :-1] - above[:, 1:]
    higher = (above[:, :-1] + above[:, 1:]) / 2
    expected = 1 + (inside * (higher.sum(axis=0) - higher)).sum(axis=1)
    if len(means) <= _FEW:
        return expected, _exactly(inside, higher)
    return expected, (_nearly if len(means) <= _MANY else _roughly)(inside, higher, at - 1)


def _edges(means: Floats, deviations: Floats) -> Floats:
    """Where the scale is cut: the closer, the more units lie there, and about each unit that is narrow itself."""
    points = np.sort((means[:, None] + deviations[:, None] * _QUANTILES).ravel())
    step = max(1, len(points) // _CELLS)
    common = points[step // 2 :: step]
    start, end = means - 3 * deviations, means + 3 * deviations
    narrow = np.searchsorted(common, end) - np.searchsorted(common, start) < _ENOUGH_CELLS
    order = np.argsort(means)
    if len(means) > _MANY:
        narrow[order[_EACH_RANK:-_EACH_RANK]] = False
    ends = np.concatenate([order[:_AT_ENDS], order[-_AT_ENDS:]])
    own = [
        (means[units, None] + deviations[units, None] * of).ravel()
        for units, of in ((narrow, _QUANTILES[::3]), (ends, _QUANTILES))
    ]
    far = [np.min(means - _FARTHEST * deviations), np.max(means + _FARTHEST * deviations)]
    return np.unique(np.concatenate([far, common, *own]))


def _exactly(inside: Floats, higher: Floats) -> Floats:
    """P(rank ≤ r) for r = 1 … n: the characteristic function of the number of others above, turned back."""
    n = len(inside)
    size = n + 1 + n % 2  # odd, so that no unit's factor is 0
    turns = np.exp(2j * np.pi * np.arange(size // 2 + 1) / size)
    factors = 1 - higher[..., None] * (1 - turns)
    others = np.prod(factors, axis=0) / factors
    transform = np.einsum("ic,icf->if", inside, others)
    return np.cumsum(np.fft.irfft(np.conj(transform), size, axis=1)[:, :n], axis=1)


def _nearly(inside: Floats, higher: Floats, counts: Floats) -> Floats:
    """P(number above ≤ c) for all counts, in each cell as the mean and variance of that number say.

    A number with mean m between two whole ones is a mixture of numbers with these means; the variance that is
    then still wanted picks two of the distributions that have parts of the variance that is usual at that mean.
    """
    n, size = len(inside), len(counts)
    products = higher * (1 - higher)
    means, variances = higher.sum(axis=0) - higher, products.sum(axis=0) - products
    usual, third = _usual(higher, counts)
    tables = np.concatenate([_numbers(counts, part * usual, part * third, counts) for part in _PARTS])

    left = np.minimum(means.astype(np.intp), size - 2)
    right = means - left
    part = (variances - right * (1 - right)) / ((1 - right) * usual[left] + right * usual[left + 1])
    table = np.interp(part.ravel(), _PARTS, np.arange(len(_PARTS))).reshape(part.shape)
    lower = np.minimum(table.astype(np.intp), len(_PARTS) - 2)
    upper = table - lower

    row = (lower * size + left + len(tables) * np.arange(n)[:, None]).ravel()
    mixture = np.zeros(n * len(tables))
    for step, share in (
        (0, (1 - upper) * (1 - right)),
        (1, (1 - upper) * right),
        (size, upper * (1 - right)),
        (size + 1, upper * right),
    ):
        mixture += np.bincount(row + step, (inside * share).ravel(), len(mixture))
    return np.asarray(mixture.reshape(n, -1) @ tables)


def _usual(higher: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Variance and third moment of the number of all units above, at the points where its mean is a whole one."""
    products = higher * (1 - higher)
    mean, variance, third = (of.sum(axis=0)[::-1] for of in (higher, products, products * (1 - 2 * higher)))
    return np.maximum(np.interp(counts, mean, variance), _CLOSE), np.interp(counts, mean, third)


def _roughly(inside: Floats, higher: Floats, counts: Floats) -> Floats:
    """As `_nearly`, but of all cells alike: whichever unit lies there, half of one is left out of the number above."""
    products = higher * (1 - higher)
    means, variances = higher.sum(axis=0) - 0.5, products.sum(axis=0) - 0.25
    return np.asarray(inside @ _numbers(means, variances, (products * (1 - 2 * higher)).sum(axis=0), counts))


def _numbers(means: Floats, variances: Floats, thirds: Floats, counts: Floats) -> Floats:
    """Row by row P(number ≤ c) for all counts c, of whole numbers with these means, variances and third moments."""
    deviations = np.sqrt(np.maximum(variances, _CLOSE))
    z = (counts + 0.5 - means[:, None]) / deviations[:, None]
    found = (z > 0).astype(float)
    near = np.flatnonzero(np.abs(z) < _FARTHEST)  # few: farther off it is certain, to a hundred-millionth
    z, skew = z.ravel()[near], (thirds / deviations**3)[near // len(counts)]
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    found.ravel()[near] = cumulative(z) + skew * (1 - z * z) * density / 6
    return np.maximum.accumulate(np.clip(found, 0, 1), axis=1)


def _narrowest(at: Floats, within: Floats, confidence: float) -> tuple[Ranks, Ranks]:
    """The narrowest range of ranks with at least that probability; of several the one that is most in the middle."""
    low, high = np.ones(len(within), np.int64), np.full(len(within), np.inf)
    for part in _PARTS_BELOW:
        first = _first(at, within, np.full(len(within), part * (1 - confidence)))
        last = _first(at, within, np.minimum(_up_to(at, within, first - 1) + confidence, 1 - _CLOSE))
        narrower = last - first < high - low
        low, high = np.where(narrower, first, low), np.where(narrower, last, high)
    return low, high.astype(np.int64)


def _first(at: Floats, within: Floats, probability: Floats) -> Ranks:
    """The smallest rank r of each unit with P(rank ≤ r) ≥ its `probability`."""
    right = np.minimum((within < probability[:, None] - _CLOSE).sum(axis=1), len(at) - 1)
    left = np.maximum(right - 1, 0)
    rows = np.arange(len(within))
    below, reached = np.where(right > 0, within[rows, left], 0.0), within[rows, right]
    part = np.clip((probability - below) / np.maximum(reached - below, 1e-12), 0, 1)
    return np.asarray(np.ceil(at[left] + part * (at[right] - at[left]) - _CLOSE), np.int64)


def _up_to(at: Floats, within: Floats, rank: NDArray[np.int64]) -> Floats:
    """P(rank ≤ r) of each unit at its own r, between the ranks looked at in a straight line; 0 for r = 0."""
    right = np.searchsorted(at, rank)
    left = np.maximum(right - 1, 0)
    rows = np.arange(len(within))
    part = (rank - at[left]) / np.maximum(at[right] - at[left], 1)
    between = within[rows, left] + np.where(right > 0, part, 1) * (within[rows, right] - within[rows, left])
    return np.where(rank > 0, between, 0.0)
