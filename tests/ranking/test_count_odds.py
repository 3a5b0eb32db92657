"""How likely counts are: against R, at the edges, and where they are many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ranking.count_odds import CountOdds

# pbinom and sums of VGAM::dbetabinom, R 4.2.2 with VGAM 1.1-7; inflation 1 + (n − 1)ρ.
REFERENCE = pl.read_csv(Path(__file__).parent / "data" / "count_odds.csv", comment_prefix="#")


def test_probabilities_are_those_of_another_program():
    n, level, inflation, k, expected = (REFERENCE.get_column(name).cast(pl.Float64).to_numpy() for name in (
        "n", "level", "inflation", "k", "at_most"))  # fmt: skip
    (found,) = CountOdds(n, level, inflation).at_most(k)
    many = n * np.minimum(level, 1 - level) > 400
    assert found[~many] == pytest.approx(expected[~many], abs=1e-8)
    assert found[many] == pytest.approx(expected[many], abs=2e-3)
    assert many.any()


def test_below_none_and_up_to_all():
    odds = CountOdds(np.array([10.0, 10]), np.array([0.2, 0.9]), np.array([1.0, 2]))
    none, every = odds.at_most(np.array([-1.0, -1]), np.array([10.0, 10]))
    assert none == pytest.approx([0, 0], abs=1e-12)
    assert every == pytest.approx([1, 1])


@pytest.mark.parametrize(("level", "inflation"), [(0.97, 1.0), (0.03, 1.0), (0.5, 3.0), (0.995, 1.5)])
def test_the_furthest_count_that_chance_still_reaches(level, inflation):
    odds = CountOdds(*(np.full(40, of) for of in (35.0, level, inflation)))
    at_most = odds.at_most(np.arange(40.0) - 1)[0]
    low, high = odds.ordinary(0.005)
    assert at_most[int(low[0]) + 1] > 0.005 >= at_most[int(low[0])]
    assert 1 - at_most[int(high[0])] > 0.005 >= 1 - at_most[int(high[0]) + 1]


def test_of_the_rarer_kind_all_chances_together_are_one():
    chances, counted = CountOdds(np.array([35.0, 300]), np.array([0.97, 0.1]), np.array([1.0, 2])).of_the_rarer()
    assert chances.sum(axis=1) == pytest.approx([1, 1])
    assert counted.tolist() == [False, True]
    assert chances @ np.arange(chances.shape[1]) == pytest.approx([35 * 0.03, 30])
