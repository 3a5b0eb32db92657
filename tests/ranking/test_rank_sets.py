"""Rank sets: a published example, the promises they make, and the size of the whole country."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.rank_sets import could_be_best, could_be_worst, rank_sets
from tests.drawn import examples

PISA = pl.read_csv(Path(__file__).parent / "data/pisa_2018_mathematics.csv", comment_prefix="#")
# To nine places: whether two values differ that are 1e-153 apart is a matter of the arithmetic, not of the method.
VALUES = st.floats(-1e3, 1e3).map(lambda value: round(value, 9))
ERRORS = st.floats(0, 50).map(lambda error: round(error, 9))
UNITS = st.lists(st.tuples(VALUES, ERRORS), min_size=1, max_size=12)

each_kind = pytest.mark.parametrize("kind", ["marginal", "simultaneous"])


@pytest.mark.parametrize(
    ("country", "low", "high"), [("Japan", 1, 4), ("Korea", 1, 6), ("Estonia", 1, 6), ("United Kingdom", 7, 23)]
)
def test_pisa_2018_mathematics(country: str, low: int, high: int):
    ranks = rank_sets(PISA["mean"], PISA["standard_error"])
    found = PISA.select("country", low=ranks[0], high=ranks[1]).row(by_predicate=pl.col("country") == country)
    assert found == (country, low, high)


@each_kind
@examples(60)
@given(UNITS)
def test_the_limits_are_those_of_holm_s_procedure_step_by_step(kind, units):
    values, errors = _columns(units)
    assert _as_lists(rank_sets(values, errors, kind=kind)) == _step_by_step(values, errors, kind)


@each_kind
@pytest.mark.parametrize("best", ["high", "low"])
@examples(60)
@given(UNITS)
def test_the_rank_lies_in_its_set(kind, best, units):
    values, errors = _columns(units)
    low, high = rank_sets(values, errors, kind=kind, best=best)
    ahead = values if best == "high" else -values
    ranks = 1 + (ahead[None, :] > ahead[:, None]).sum(axis=1)
    assert ((low >= 1) & (low <= ranks) & (ranks <= high) & (high <= len(values))).all()


@each_kind
@examples(60)
@given(UNITS, st.randoms())
def test_the_order_of_rows_is_irrelevant(kind, units, random):
    order = random.sample(range(len(units)), len(units))
    low, high = rank_sets(*_columns(units), kind=kind)
    found = rank_sets(*_columns([units[row] for row in order]), kind=kind)
    assert _as_lists(found) == (low[order].tolist(), high[order].tolist())


@each_kind
@examples(60)
@given(UNITS)
def test_more_confidence_never_makes_a_set_smaller(kind, units):
    sets = [rank_sets(*_columns(units), confidence=level, kind=kind) for level in (0.5, 0.9, 0.95, 0.999)]
    assert all((b[0] <= a[0]).all() and (b[1] >= a[1]).all() for a, b in pairwise(sets))


@each_kind
@examples(60)
@given(UNITS)
def test_simultaneous_sets_hold_the_marginal_ones(kind, units):
    (low, high), (wide_low, wide_high) = (rank_sets(*_columns(units), kind=k) for k in ("marginal", "simultaneous"))
    assert (wide_low <= low).all()
    assert (wide_high >= high).all()


@examples(60)
@given(UNITS)
def test_a_unit_clearly_worse_than_all_changes_nobody_s_ranks(units):
    low, high = rank_sets(*_columns(units))
    with_last = rank_sets(*_columns([*units, (-1e6, 0.0)]))
    assert _as_lists(with_last) == ([*low, len(units) + 1], [*high, len(units) + 1])


@examples(60)
@given(UNITS, ERRORS)
def test_a_unit_that_is_just_worse_than_all_improves_nobody(units, error):
    values, errors = _columns(units)
    low, high = rank_sets(values, errors)
    new_low, new_high = rank_sets([*values, values.min() - 1], [*errors, error])
    assert (new_low[:-1] <= low).all()
    assert (new_high[:-1] >= high).all()


def test_best_low_turns_the_order_around():
    values, errors = np.array([1.0, 5, 9]), np.full(3, 0.1)
    assert _as_lists(rank_sets(values, errors, best="low")) == ([1, 2, 3], [1, 2, 3])
    assert _as_lists(rank_sets(values, errors, best="high")) == ([3, 2, 1], [3, 2, 1])


def test_without_any_error_only_ties_are_open():
    assert _as_lists(rank_sets([3, 3, 1], [0, 0, 0])) == ([1, 1, 3], [2, 2, 3])


def test_no_units_and_one_unit():
    assert _as_lists(rank_sets([], [])) == ([], [])
    assert _as_lists(rank_sets([7], [1])) == ([1], [1])


@pytest.mark.parametrize(
    ("values", "errors", "message"),
    [
        ([1, np.nan], [1, 1], "index 1: an estimate must be a finite number, found nan"),
        ([1, 2, 3], [1, 1, np.nan], "index 2: a standard error must be finite and not negative, found nan"),
        ([1, 2], [-1, 1], "index 0: a standard error must be finite and not negative, found -1.0"),
        ([1, 2], [1], "must be two equal lists"),
    ],
)
def test_what_is_not_known_is_named(values, errors, message):
    with pytest.raises(ValueError, match=message):
        rank_sets(values, errors)


@pytest.mark.parametrize("gap", [0.0, 0.5, 2.0])
def test_marginal_sets_hold_the_true_rank_at_least_as_often_as_promised(gap):
    held = _coverage(gap, "marginal")
    assert held.mean(axis=0).min() >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / len(held))
    assert held.mean() >= 0.95


@pytest.mark.parametrize("gap", [0.0, 0.5, 2.0])
def test_simultaneous_sets_hold_all_true_ranks_at_least_as_often_as_promised(gap):
    held = _coverage(gap, "simultaneous")
    assert held.all(axis=1).mean() >= 0.95


def test_the_truly_best_and_worst_are_among_those_that_could_be():
    rng = np.random.default_rng(766)
    truth, errors = np.arange(20) * 0.8, np.ones(20)
    draws = rng.normal(truth, errors, (300, 20))
    best = [could_be_best(draw, errors, 3)[-3:].all() for draw in draws]
    worst = [could_be_worst(draw, errors, 3)[:3].all() for draw in draws]
    assert min(np.mean(best), np.mean(worst)) >= 0.95


def test_the_best_and_worst_by_hand():
    values, errors = [90, 89.9, 50, 10], [0.1, 0.1, 0.1, 0.1]
    assert could_be_best(values, errors, 1).tolist() == [True, True, False, False]
    assert could_be_worst(values, errors, 2).tolist() == [False, False, True, True]
    assert could_be_best(values, errors, 1, best="low").tolist() == [False, False, False, True]


@pytest.mark.parametrize("k", [0, 3])
def test_k_is_a_number_of_units(k):
    with pytest.raises(ValueError, match=f"k: must be between 1 and the 2 units, found {k}"):
        could_be_best([1, 2], [1, 1], k)


@each_kind
def test_the_whole_country_fits_into_little_memory(kind):
    rng = np.random.default_rng(766)
    values, errors = rng.normal(94, 4, 3321), rng.gamma(4, 0.3, 3321)
    tracemalloc.start()
    low, high = rank_sets(values, errors, kind=kind)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (low <= high).all()
    assert peak < 100 * 2**20


def _columns(units: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([value for value, _ in units]), np.array([error for _, error in units])


def _as_lists(ranks: tuple[np.ndarray, np.ndarray]) -> tuple[list[int], list[int]]:
    return ranks[0].tolist(), ranks[1].tolist()


def _coverage(gap: float, kind: str) -> np.ndarray:
    """Whether each unit's true rank is in its set, over 400 draws of 20 units.

    With gap 0 all are equal: then any order is true, and a set must hold all 20 ranks.
    """
    rng = np.random.default_rng(766)
    truth, errors = np.arange(20, 0, -1) * gap, np.linspace(0.5, 2, 20)
    first = np.array([1 + (truth > value).sum() for value in truth])
    last = np.array([(truth >= value).sum() for value in truth])
    sets = [rank_sets(rng.normal(truth, errors), errors, kind=kind) for _ in range(400)]
    return np.array([(low <= first) & (high >= last) for low, high in sets])


def _step_by_step(values: np.ndarray, errors: np.ndarray, kind: str) -> tuple[list[int], list[int]]:
    """Holm as in a textbook: sort the |z|, reject one after the other until the first that fails."""
    n = len(values)
    pairs = [(i, j) for i in range(n) for j in range(n) if i < j]
    if kind == "simultaneous":
        clear = _rejected(pairs, values, errors)
        clear |= {(j, i) for i, j in clear}
    else:
        clear = set().union(*(_rejected([(i, j) for j in range(n) if j != i], values, errors) for i in range(n)))
    low = [1 + sum((i, j) in clear and values[j] > values[i] for j in range(n)) for i in range(n)]
    high = [n - sum((i, j) in clear and values[j] < values[i] for j in range(n)) for i in range(n)]
    return low, high


def _rejected(pairs: list[tuple[int, int]], values: np.ndarray, errors: np.ndarray) -> set[tuple[int, int]]:
    def z(pair: tuple[int, int]) -> float:
        difference, error = abs(values[pair[0]] - values[pair[1]]), np.hypot(errors[pair[0]], errors[pair[1]])
        return difference / error if error > 1e-150 else np.inf * difference if difference > 1e-150 else 0.0

    rejected: set[tuple[int, int]] = set()
    for left, pair in zip(range(len(pairs), 0, -1), sorted(pairs, key=z, reverse=True), strict=True):
        if z(pair) <= NormalDist().inv_cdf(1 - 0.05 / (2 * left)):
            break
        rejected.add(pair)
    return rejected
