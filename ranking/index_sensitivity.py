"""Index sensitivity: how much of a rank by the 100 points of Quyết định 766 hangs on the points' weights.

Sources: M. Saisana, A. Saltelli, S. Tarantola, Uncertainty and sensitivity analysis techniques as tools for
the quality assessment of composite indicators, Journal of the Royal Statistical Society A 168(2), 2005;
OECD and JRC, Handbook on Constructing Composite Indicators, 2008, steps 6 (geometric means) and 7;
P. Paruolo, M. Saisana, A. Saltelli, Ratings and rankings: voodoo or science?, JRSS A 176(3), 2013, for weights
that are not importance.

Everywhere `groups` is an array of n units × 6 group scores in the order of `GROUPS`, in points. The total of
a unit is Σ weight · score / maximum, which under the published weights is the sum of its scores. A unit with
a missing group (NaN) is left out: its ranks are NaN and nobody's rank counts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

GROUPS = {"ckmb": 18.0, "tdgq": 20.0, "clgq": 12.0, "tttt": 10.0, "mdhl": 18.0, "mdsh": 22.0}
"""The groups of Quyết định 766/QĐ-TTg with their points at full marks, which are also their weights."""

SPREAD = 0.25
DRAWS = 1000
SEED = 766
BAND = (0.05, 0.95)
WAYS = ("chosen_sum", "chosen_mean", "equal_sum", "equal_mean")
"""How a trial adds up: about the chosen or about equal weights, as a sum or as a geometric mean."""

_MAXIMA = np.array(list(GROUPS.values()))
_DECIMALS = 9
_LEAST_POINTS = 0.01
"""The smallest score that the portal writes, for which a logarithm stands where it wrote 0."""

Floats = NDArray[np.float64]
Weights = Sequence[float] | Floats


def rank_with(groups: Floats, weights: Weights | None = None) -> Floats:
    """The rank of each unit under `weights` (6 numbers, published ones if None); ties share the best rank.

    Only the proportions of the weights matter. Returns n floats, NaN for a unit with a missing group.
    Raises ValueError where a shape is wrong or the weights are negative or all 0.
    """
    scores = _checked(groups)
    return _ranks(scores, _weights(weights)[np.newaxis])[:, 0]


def rank_band(
    groups: Floats, weights: Weights | None = None, draws: int = DRAWS, seed: int = SEED, spread: float = SPREAD
) -> tuple[Floats, Floats, Floats]:
    """The rank under `weights`, and the lowest and highest place that other ways of adding up would give.

    `draws` trials, a quarter of them in each of four ways: about `weights` or about equal ones (of the groups that
    have any weight), as a weighted sum or as a weighted geometric mean, in which a weak group is not made up
    for by a strong one. In each trial every weight is multiplied by its own number, uniform on 1 ± `spread`, and
    they are brought back to a sum of 100. The band runs from the lowest 5th to the highest 95th percentile of the
    unit's ranks in the four ways, outwards to whole ranks, and always holds the rank itself. The draws
    depend on `seed` alone, so all units, provinces and runs see the same weights.
    Returns (rank, low, high), n floats each, low ≤ rank ≤ high, NaN for a unit with a missing group.
    Raises ValueError as `rank_with`, and where `spread` is not within 0 to 1 or `draws` is less than 1.
    """
    rank = rank_with(groups, weights)
    low, high = rank, rank
    for totals in _trials(groups, weights, draws, seed, spread):
        ranks = np.sort(np.column_stack([_descending_ranks(column) for column in totals.T]), axis=1)
        low = np.fmin(low, _of_all(groups, ranks[:, int(np.floor(BAND[0] * (ranks.shape[1] - 1)))]))
        high = np.fmax(high, _of_all(groups, ranks[:, int(np.ceil(BAND[1] * (ranks.shape[1] - 1)))]))
    return rank, low, high


def share_ahead(
    groups: Floats,
    ahead: Sequence[int] | NDArray[np.int64],
    behind: Sequence[int] | NDArray[np.int64],
    weights: Weights | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    spread: float = SPREAD,
) -> Floats:
    """In what part of the trials of `rank_band` each unit of `ahead` stands before the one of `behind` beside it.

    `ahead`, `behind`: as many row numbers of `groups`. From 0 to 1; a tie counts half, and ½ says that which of the
    two is better hangs on how one adds up. NaN where either unit misses a group. Raises ValueError as `rank_band`.
    """
    one, other = np.asarray(ahead, dtype=np.int64), np.asarray(behind, dtype=np.int64)
    found, trials = np.zeros(len(one)), 0
    for totals in _trials(groups, weights, draws, seed, spread):
        whole = np.full((len(groups), totals.shape[1]), np.nan)
        whole[_complete(groups)] = totals
        found += np.sign(whole[one] - whole[other]).sum(axis=1) / 2 + totals.shape[1] / 2
        trials += totals.shape[1]
    return found / trials


def dropping_each(groups: Floats, weights: Weights | None = None) -> Floats:
    """The ranks (n × 6) when each group in turn counts for nothing and the others keep their proportions.

    A unit that misses a group is left out of all six columns, so that they rank the same units.
    Raises ValueError as `rank_with`, and where only one group has any weight.
    """
    scores, centre = _checked(groups), _weights(weights)
    left = np.tile(centre, (len(GROUPS), 1))
    np.fill_diagonal(left, 0)
    if not left.any(axis=1).all():
        raise ValueError("only one group has any weight; without it there is nothing to rank by")
    return _ranks(scores, left)


def influence(groups: Floats, weights: Weights | None = None) -> pl.DataFrame:
    """Which groups make the ranking what it is, the most moving group first.

    Returns one row per group: `group`, `weight` (of 100), `mean_rank_change` (mean absolute change of rank
    when it is dropped), `spearman_with_total` (rank correlation of its scores with the total; null where
    either is constant) and `variance_share` (covariance of its weighted score with the total / variance of the
    total: the six add up to 1, one that works against the others is negative; null where all totals
    are equal). A group that is constant, as CKMB is within a province, has the first and last 0: it moves
    nothing, whatever its weight. Raises ValueError as `dropping_each`.
    """
    scores, centre = _checked(groups), _weights(weights)
    whole = scores[~np.isnan(scores).any(axis=1)]
    change = np.abs(dropping_each(whole, centre) - rank_with(whole, centre)[:, np.newaxis])
    parts = whole * (centre / _MAXIMA)
    table = pl.DataFrame(
        {
            "group": list(GROUPS),
            "weight": centre / centre.sum() * 100,
            "mean_rank_change": change.mean(axis=0) if len(whole) else np.full(len(GROUPS), np.nan),
            "spearman_with_total": [_spearman(part, parts.sum(axis=1)) for part in whole.T],
            "variance_share": _variance_shares(parts),
        }
    )
    return table.fill_nan(None).sort("mean_rank_change", descending=True, nulls_last=True, maintain_order=True)


def _checked(groups: Floats) -> Floats:
    scores = np.asarray(groups, dtype=np.float64)
    if scores.ndim != 2 or scores.shape[1] != len(GROUPS):
        raise ValueError(f"groups has the shape {scores.shape}; n × {len(GROUPS)} is right, one column per group")
    if np.isinf(scores).any():
        raise ValueError("groups holds an infinite score; a score is a number or NaN")
    return scores


def _weights(weights: Weights | None) -> Floats:
    chosen = _MAXIMA if weights is None else np.asarray(weights, dtype=np.float64)
    if chosen.shape != _MAXIMA.shape:
        raise ValueError(f"weights has the shape {chosen.shape}; {len(GROUPS)} numbers are right, one per group")
    if not np.isfinite(chosen).all() or (chosen < 0).any() or not chosen.any():
        raise ValueError(f"weights {chosen.tolist()}: numbers of 0 or more, not all 0, are right")
    return chosen


def _trials(groups: Floats, weights: Weights | None, draws: int, seed: int, spread: float) -> Iterator[Floats]:
    """The totals (complete units × trials) of each of the four ways."""
    if not 0 <= spread <= 1 or draws < 1:
        raise ValueError(f"spread {spread} and draws {draws}: 0 ≤ spread ≤ 1 and at least one draw are right")
    scores, chosen = _checked(groups), _weights(weights)
    scores = scores[_complete(scores)]
    each = -(-draws // len(WAYS))
    factors = np.random.default_rng(seed).uniform(1 - spread, 1 + spread, size=(each, len(GROUPS)))
    for centre in (chosen, (chosen > 0).astype(np.float64)):
        drawn = centre * factors
        # At a spread of 1 every weight of a draw could be 0, though never is.
        drawn = drawn / drawn.sum(axis=1, keepdims=True) * 100
        yield _totals(scores, drawn)
        yield _geometric_means(scores, drawn)


def _complete(scores: Floats) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(scores).any(axis=1))


def _of_all(groups: Floats, values: Floats) -> Floats:
    """Values of the complete units among all, NaN elsewhere."""
    found = np.full(len(groups), np.nan)
    found[_complete(groups)] = values
    return found


def _ranks(scores: Floats, weights: Floats) -> Floats:
    """Ranks (n × rows of `weights`), the highest total first, ties at the best rank."""
    ranks = np.full((len(scores), len(weights)), np.nan)
    whole = _complete(scores)
    totals = _totals(scores[whole], weights)
    if len(totals):
        ranks[whole] = np.column_stack([_descending_ranks(column) for column in totals.T])
    return ranks


def _totals(scores: Floats, weights: Floats) -> Floats:
    # Group by group and rounded, so that units with the same scores get the same total to the last digit.
    shares, total = scores / _MAXIMA, np.zeros((len(scores), len(weights)))
    for group in range(len(GROUPS)):
        total += shares[:, group, np.newaxis] * weights[:, group]
    return total.round(_DECIMALS)


def _geometric_means(scores: Floats, weights: Floats) -> Floats:
    """Σ weight · ln(score / maximum), which orders units as their geometric means do; 0 points count as 0.01."""
    return _totals(np.log(np.maximum(scores, _LEAST_POINTS) / _MAXIMA) * _MAXIMA, weights)


def _descending_ranks(totals: Floats) -> Floats:
    return (np.searchsorted(np.sort(-totals), -totals, "left") + 1).astype(np.float64)


def _spearman(scores: Floats, totals: Floats) -> float | None:
    one, other = (pl.Series(values.round(_DECIMALS)).rank("average").to_numpy() for values in (scores, totals))
    if len(scores) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _variance_shares(parts: Floats) -> list[float | None]:
    totals = parts.sum(axis=1)
    if len(totals) < 2 or np.ptp(totals.round(_DECIMALS)) == 0:
        return [None] * parts.shape[1]
    away = totals - totals.mean()
    return [float(part @ away / (away @ away)) if np.ptp(part) > 0 else 0.0 for part in parts.T]
