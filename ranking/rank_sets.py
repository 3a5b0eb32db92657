"""Which ranks a unit could really have, given how sure its value and those of the others are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.intervals import Floats, known, two_sided_z

Best = Literal["high", "low"]
Kind = Literal["marginal", "simultaneous"]
Ranks = NDArray[np.int64]
_Block = tuple[slice, Floats, Floats]

_CELLS = 1 << 15


def best_of(direction: str) -> Best:
    """Whether high or low values come first, for a `Measure.direction`; high where there is no good side."""
    return "low" if direction == "lower" else "high"


def rank_sets(
    estimates: ArrayLike,
    standard_errors: ArrayLike,
    confidence: float = 0.95,
    kind: Kind = "marginal",
    best: Best = "high",
) -> tuple[Ranks, Ranks]:
    """The ranks each unit could have, as two arrays (rank_low, rank_high), 1 being the best.

    `estimates`, `standard_errors`: n values in one unit of measurement, independent between units.
    Two units differ clearly if a two-sided z test, z = (a − b) / √(se_a² + se_b²), rejects after Holm's
    step-down. rank_low = 1 + the units clearly better, rank_high = n − the units clearly worse, so the
    point rank always lies between them. `marginal`: Holm over each unit's own n − 1 comparisons; the
    set holds the true rank of any one unit with probability `confidence`. `simultaneous`: Holm over
    all n(n − 1)/2 pairs; all n sets hold at once. `best`: whether high or low values come first.
    ValueError names the index of an estimate or error that is NaN or infinite, or a negative error.
    Source: Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies 91, 476–518, with
    Holm (1979), Scandinavian Journal of Statistics 6, 65–70, in place of their bootstrap. Holm needs no
    draws, is valid under any dependence of the tests, and is somewhat wider.
    """
    values, errors = known(estimates, standard_errors)
    values = -values if best == "low" else values
    if kind == "simultaneous":
        limit = _limit_of_all_pairs(values, errors, confidence)
        return _counted(values, errors, lambda squared_z: np.full((len(squared_z), 1), limit))
    limits = _squared_limits(len(values) - 1, confidence)
    return _counted(values, errors, lambda squared_z: _limits_of_rows(squared_z, limits))


def could_be_best(
    estimates: ArrayLike, standard_errors: ArrayLike, k: int, confidence: float = 0.95, best: Best = "high"
) -> NDArray[np.bool_]:
    """Which units cannot be excluded from the best `k`, as an array of n booleans.

    With probability `confidence` all of the truly best k are among them (simultaneous rank sets).
    ValueError unless 1 ≤ k ≤ n, and as in `rank_sets`.
    Source: the τ-best of Mogstad, Romano, Shaikh and Wilhelm (2024).
    """
    low, _ = rank_sets(estimates, standard_errors, confidence, "simultaneous", best)
    return low <= _checked(k, len(low))


def could_be_worst(
    estimates: ArrayLike, standard_errors: ArrayLike, k: int, confidence: float = 0.95, best: Best = "high"
) -> NDArray[np.bool_]:
    """Which units cannot be excluded from the worst `k`, as an array of n booleans.

    `best` says, as everywhere, which values are good: with "high" the worst are the lowest. With
    probability `confidence` all of the truly worst k are among them. Errors and source as `could_be_best`.
    """
    _, high = rank_sets(estimates, standard_errors, confidence, "simultaneous", best)
    return high > len(high) - _checked(k, len(high))


def _checked(k: int, units: int) -> int:
    if not 1 <= k <= units:
        raise ValueError(f"k: must be between 1 and the {units} units, found {k}")
    return k


def _counted(values: Floats, errors: Floats, limits_of: Callable[[Floats], Floats]) -> tuple[Ranks, Ranks]:
    n = len(values)
    low, high = np.ones(n, np.int64), np.full(n, n, np.int64)
    for rows, difference, squared_z in _blocks(values, errors):
        clear = squared_z > limits_of(squared_z)
        better = np.count_nonzero(clear & (difference > 0), axis=1)
        low[rows] += better
        high[rows] -= np.count_nonzero(clear, axis=1) - better
    return low, high


def _blocks(values: Floats, errors: Floats) -> Iterator[_Block]:
    """All pairs, some rows at a time: the rows, by how much each unit is ahead of them, and z²."""
    # Two units without any error are told apart by any difference: z² is then huge instead of 0/0.
    variances = errors**2 + np.finfo(float).tiny
    step = max(1, _CELLS // max(1, len(values)))
    for start in range(0, len(values), step):
        rows = slice(start, start + step)
        difference = values - values[rows, None]
        with np.errstate(over="ignore"):
            squared_z = difference**2 / (variances + variances[rows, None])
        yield rows, difference, squared_z


def _limits_of_rows(squared_z: Floats, limits: Floats) -> Floats:
    """Where Holm's procedure ends in each row, as the limit that z² must exceed to be clear.

    Holm rejects in descending order of |z| while the k-th exceeds the k-th limit. That ends at the
    smallest count r of values above limit r + 1, which is found from below without any sorting.
    """
    rejected = np.zeros(len(squared_z), np.int64)
    while True:
        limit = limits[np.minimum(rejected, len(limits) - 1), None]
        above = np.count_nonzero(squared_z > limit, axis=1)
        if np.array_equal(above, rejected):
            return limit
        rejected = above


def _limit_of_all_pairs(values: Floats, errors: Floats, confidence: float) -> float:
    """As `_limits_of_rows` over all pairs at once; each pass goes through the blocks again."""
    pairs = len(values) * (len(values) - 1) // 2
    rejected = 0
    while True:
        limit = _squared_limit(max(1, pairs - rejected), confidence)
        above = sum(int(np.count_nonzero(squared_z > limit)) for _, _, squared_z in _blocks(values, errors)) // 2
        if above == rejected:
            return limit
        rejected = above


@lru_cache(maxsize=4096)
def _squared_limits(comparisons: int, confidence: float) -> Floats:
    """The limits of z² for the 1st, 2nd … rejection among `comparisons`; one of them at least."""
    limits = np.array([_squared_limit(left, confidence) for left in range(max(1, comparisons), 0, -1)])
    limits.flags.writeable = False
    return limits


def _squared_limit(left: int, confidence: float) -> float:
    return two_sided_z(1 - (1 - confidence) / left) ** 2
