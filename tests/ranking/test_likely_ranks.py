"""Likely ranks: against a simulation of the same model, at the edges, and on worlds whose true ranks are known."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.truth import likely_ranks as truth
from ranking import likely_ranks as method
from ranking.likely_ranks import likely_ranks
from tests.drawn import examples

VALUES = st.floats(-1e3, 1e3).map(lambda value: round(value, 6))
ERRORS = st.one_of(st.floats(0, 50), st.just(np.inf), st.just(np.nan)).map(lambda error: round(error, 6))
UNITS = st.lists(st.tuples(VALUES, ERRORS), min_size=1, max_size=12)
DATA = Path(__file__).parent / "data"
PISA = pl.read_csv(DATA / "pisa_2018_mathematics.csv", comment_prefix="#")
DRAWN = pl.read_csv(DATA / "likely_ranks.csv", comment_prefix="#")


@pytest.mark.parametrize(("times", "places", "chance"), [(1, 0.02, 0.003), (6, 0.1, 0.01)])
def test_pisa_2018_mathematics_as_another_program_has_it(times, places, chance):
    """That program takes the one most likely τ; with six times the errors that is worth a tenth of a place."""
    drawn = DRAWN.filter(times=times)
    found = likely_ranks(PISA["mean"], PISA["standard_error"] * times)
    assert drawn["country"].to_list() == PISA["country"].to_list()
    assert found.expected == pytest.approx(drawn["expected"].to_numpy(), abs=places)
    assert found.p_best(12) == pytest.approx(drawn["first"].to_numpy(), abs=chance)
    assert found.p_worst(12) == pytest.approx(drawn["last"].to_numpy(), abs=chance)


@pytest.mark.parametrize("best", ["high", "low"])
@pytest.mark.parametrize(
    ("units", "differences", "error"),
    [(2, 1.0, 1.0), (3, 3.0, 1.0), (8, 2.5, 1.9), (25, 2.5, 0.5), (60, 2.5, 1.9), (161, 2.5, 0.6), (600, 2.5, 1.9)],
)
def test_a_simulation_of_the_model_gives_the_same(units, differences, error, best):
    rng = np.random.default_rng(766)
    errors = error * np.exp(rng.normal(0, 0.4, units))
    values = rng.normal(94, np.hypot(differences, errors))
    found = likely_ranks(values, errors, best=best)
    ranks = _simulated(values if best == "high" else -values, errors, rng)
    assert found.expected == pytest.approx(ranks.mean(axis=0), abs=0.012 * units)
    for k in {1, max(1, units // 10), max(1, units // 3), units}:
        assert found.p_best(k) == pytest.approx((ranks <= k).mean(axis=0), abs=0.05 if units <= 400 else 0.08)
        assert found.p_worst(k) == pytest.approx((ranks > units - k).mean(axis=0), abs=0.05 if units <= 400 else 0.08)
    held = ((found.low <= ranks) & (ranks <= found.high)).mean(axis=0)
    assert held.min() > 0.93


@pytest.mark.parametrize("units", [41, 100, 200])
@pytest.mark.parametrize(("differences", "error"), [(2.5, 1.9), (2.5, 0.55), (2.5, 0.05), (0.0, 2.0)])
def test_the_approximation_is_near_the_exact_distribution(units, differences, error, monkeypatch):
    rng = np.random.default_rng(units)
    errors = error * np.exp(rng.normal(0, 0.4, units))
    values = rng.normal(94, np.hypot(differences, errors))
    near = likely_ranks(values, errors)
    monkeypatch.setattr(method, "_FEW", units)
    exact = likely_ranks(values, errors)
    assert near.expected == pytest.approx(exact.expected)
    gaps = np.array([near.p_best(k) - exact.p_best(k) for k in range(1, units + 1)])
    assert abs(gaps).max() < 0.05
    assert abs(gaps).mean() < 0.0005
    up_to = np.column_stack([np.zeros(units), *(exact.p_best(k) for k in range(1, units + 1))])
    rows = np.arange(units)
    assert (up_to[rows, near.high] - up_to[rows, near.low - 1]).min() > 0.93


def test_sums_of_yes_and_no_by_hand():
    """Two others are above with ½ and ¼, none with 3/8: so the rank is 1, 2, 3 in 3, 4, 1 of 8 cases."""
    inside = np.array([[1.0], [0.0], [0.0]])
    higher = np.array([[0.9], [0.5], [0.25]])
    assert method._exactly(inside, higher)[0] == pytest.approx([3 / 8, 7 / 8, 1])


@examples(60)
@given(UNITS)
def test_expected_ranks_add_up_and_ranges_are_ranks(units):
    values, errors = zip(*units, strict=True)
    found, n = likely_ranks(values, errors), len(units)
    assert found.expected.sum() == pytest.approx(n * (n + 1) / 2)
    assert ((found.low >= 1) & (found.low <= found.high) & (found.high <= n)).all()
    assert found.p_best(n) == pytest.approx(1)
    assert found.p_worst(n) == pytest.approx(1)


@examples(30)
@given(UNITS, st.randoms())
def test_the_order_of_rows_is_irrelevant(units, random):
    order = random.sample(range(len(units)), len(units))
    values, errors = (np.array(column) for column in zip(*units, strict=True))
    assert likely_ranks(values[order], errors[order]).expected == pytest.approx(
        likely_ranks(values, errors).expected[order], abs=1e-3
    )


def test_another_unit_of_measurement_changes_nothing():
    values, errors = [94.1, 92.0, 97.3, 95.5], [0.9, 0.4, 1.1, 0.2]
    scaled = likely_ranks(1e6 * np.array(values) - 5, 1e6 * np.array(errors))
    assert scaled.expected == pytest.approx(likely_ranks(values, errors).expected)


def test_the_same_input_gives_the_same_ranks():
    rng = np.random.default_rng(766)
    values, errors = rng.normal(94, 3, 161), rng.gamma(4, 0.3, 161)
    assert likely_ranks(values, errors).expected.tolist() == likely_ranks(values, errors).expected.tolist()


def test_best_low_turns_the_order_around():
    values, errors = [1.0, 5, 9], [0.1] * 3
    low, high = (likely_ranks(values, errors, best=best) for best in ("low", "high"))
    assert (low.low.tolist(), low.high.tolist()) == ([1, 2, 3], [1, 2, 3])
    assert (high.low.tolist(), high.high.tolist()) == ([3, 2, 1], [3, 2, 1])
    assert low.p_best(1) == pytest.approx(high.p_worst(1))


def test_without_any_error_the_order_is_certain():
    found = likely_ranks([3, 9, 1, 2], [0, 0, 0, 0])
    assert found.expected == pytest.approx([2, 1, 4, 3], abs=1e-4)
    assert (found.low.tolist(), found.high.tolist()) == ([2, 1, 4, 3], [2, 1, 4, 3])


def test_a_tie_without_any_error_shares_its_places():
    found = likely_ranks([3, 3, 1], [0, 0, 0])
    assert found.expected == pytest.approx([1.5, 1.5, 3], abs=1e-4)
    assert (found.low.tolist(), found.high.tolist()) == ([1, 1, 3], [2, 2, 3])


def test_of_two_equal_good_values_the_surer_one_is_somewhat_ahead():
    found = likely_ranks([90, 90, 70, 60], [1, 5, 1, 1])
    assert 0.5 < found.p_best(1)[0] < 0.75
    assert found.high[:2].min() >= 2


@pytest.mark.parametrize("units", [2, 50, 161, 500])
@pytest.mark.parametrize("error", [0.0, 1.0, np.nan])
def test_where_all_are_equal_nobody_is_placed(units, error):
    found = likely_ranks([95.0] * units, [error] * units)
    assert found.expected == pytest.approx((units + 1) / 2)
    assert ((found.high - found.low + 1) / units).min() >= 0.9
    assert found.p_best(max(1, units // 3)).max() < 0.6
    assert found.p_worst(max(1, units // 3)).max() < 0.6


@pytest.mark.parametrize(
    "unknown", [(50.0, np.nan), (50.0, np.inf), (50.0, None), (np.nan, 1.0), (None, None), (np.inf, 1.0)]
)
def test_a_unit_of_which_nothing_is_known_could_stand_anywhere(unknown):
    values, errors = zip((98.0, 0.1), (90.0, 0.1), (82.0, 0.1), unknown, strict=True)
    found = likely_ranks(values, errors)
    assert (found.low.tolist(), found.high.tolist()) == ([1, 2, 3, 1], [2, 3, 4, 4])
    assert found.expected[3] == pytest.approx(2.5, abs=0.01)


def test_no_units_one_unit_and_two():
    assert likely_ranks([], []).expected.tolist() == []
    one = likely_ranks([7], [1])
    assert (one.low.tolist(), one.high.tolist()) == ([1], [1])
    assert one.expected == pytest.approx(1)
    two = likely_ranks([98, 90], [1, 1])
    assert (two.low.tolist(), two.high.tolist()) == ([1, 2], [1, 2])
    assert likely_ranks([91, 90], [1, 1]).high.tolist() == [2, 2]


def test_more_confidence_never_makes_a_range_narrower():
    rng = np.random.default_rng(766)
    values, errors = rng.normal(94, 3, 60), rng.gamma(4, 0.3, 60)
    widths = [
        (found.high - found.low)
        for found in (likely_ranks(values, errors, confidence) for confidence in (0.5, 0.9, 0.95, 0.999))
    ]
    assert all((wider >= width).all() for width, wider in pairwise(widths))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1, -1]), "index 1: a standard error must not be negative, found -1.0"),
        (([1, 2], [1]), "must be two equal lists"),
        (([1, 2], [1, 1], 95), "confidence: must be between 0 and 1, found 95"),
    ],
)
def test_what_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        likely_ranks(*arguments)


@pytest.mark.parametrize("k", [0, 3])
def test_k_is_a_number_of_units(k):
    found = likely_ranks([1, 2], [1, 1])
    for ask in (found.p_best, found.p_worst):
        with pytest.raises(ValueError, match=f"k: must be between 1 and the 2 units, found {k}"):
            ask(k)


@pytest.mark.parametrize(("months", "width"), [(1, 0.66), (12, 0.28)])
def test_ranges_hold_the_true_rank_in_every_fifth_of_size(months, width):
    found = truth.differing(months, draws=20)
    assert 0.935 <= found.cover <= 0.98
    assert found.cover_by_size.min() >= 0.91
    assert found.width <= width
    assert found.wrong <= 0.2


def test_in_a_world_of_equal_units_nobody_is_placed():
    found = truth.equal(1, draws=40)
    assert found.nobody >= 0.95
    assert found.wide >= 0.95


def test_the_whole_country_fits_into_little_memory():
    rng = np.random.default_rng(766)
    values, errors = rng.normal(94, 4, 3321), rng.gamma(4, 0.3, 3321)
    tracemalloc.start()
    found = likely_ranks(values, errors)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.low <= found.high).all()
    assert peak < 100 * 2**20


def _simulated(values: np.ndarray, errors: np.ndarray, rng: np.random.Generator, draws: int = 20_000) -> np.ndarray:
    """Ranks of `draws` draws of the true values: τ from a grid, then μ, then all of them."""
    typical = 1 / np.mean(1 / errors**2)
    shares = np.append((np.arange(20_000) + 0.5) / 20_000, 1e-7)
    total = errors[:, None] ** 2 + typical * shares / (1 - shares)
    middle = (values[:, None] / total).sum(axis=0) / (1 / total).sum(axis=0)
    likelihood = -0.5 * (np.log(total).sum(axis=0) + np.log((1 / total).sum(axis=0)))
    likelihood -= 0.5 * ((values[:, None] - middle) ** 2 / total).sum(axis=0)
    weights = np.exp(likelihood - likelihood.max()) * np.append(np.full(20_000, 0.1 / 20_000), 0.9)
    chosen = rng.choice(len(shares), draws, p=weights / weights.sum())
    spread = typical * shares[chosen] / (1 - shares[chosen])
    mu = rng.normal(middle[chosen], 1 / np.sqrt((1 / total[:, chosen]).sum(axis=0)))
    precision = 1 / errors**2 + 1 / spread[:, None]
    means = (values / errors**2 + (mu / spread)[:, None]) / precision
    theta = rng.normal(means, 1 / np.sqrt(precision))
    return 1 + np.argsort(np.argsort(-theta, axis=1), axis=1)
