"""Rates of counts: 72 overdue dossiers against 4, intervals that hold, bands that err as often as stated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bench.truth import counts as truth
from ranking.bands import count_midp_values, counts_against
from ranking.count_rates import count_rates
from ranking.likely_ranks import likely_ranks

# Two-sided mid-p values of ppois and pnbinom, R 4.2.2, base.
REFERENCE = pl.read_csv(Path(__file__).parent / "data" / "count_midp.csv", comment_prefix="#")


def test_p_values_are_those_of_another_program():
    for row in REFERENCE.iter_rows(named=True):
        found = count_midp_values(row["mean"] / 50, [row["count"]], [50.0], row["dispersion"])
        assert found[0] == pytest.approx(row["p"], rel=1e-7, abs=1e-12)


def test_seventy_two_and_four_are_told_apart():
    """148 communes of 300 to 1,200 received with rates about 2 %, one with 72 and one with 4 of 600; φ 3."""
    draws = np.random.default_rng(766)
    received = np.concatenate([[600.0, 600], draws.integers(300, 1200, 146)])
    others = truth.drawn(draws, received[2:] * 0.02 * np.exp(draws.normal(0, 0.8, 146)), 3.0)
    overdue = np.concatenate([[72.0, 4], others])
    found = count_rates(overdue, received, dispersion=3)
    bands = counts_against(found.middle, overdue, received, dispersion=3)
    assert bands[0] == "above"
    assert found.low[0] > found.high[1]
    ranks = likely_ranks(found.estimates, found.standard_errors, best="low")
    assert ranks.low[0] > ranks.high[1]
    assert ranks.p_worst(49)[0] > 0.95


def test_the_same_counts_say_less_where_they_vary_more():
    assert counts_against(20, [72, 4, 20], 1.0, 1.0).tolist() == ["above", "below", "alike"]
    assert counts_against(20, [72, 4, 20], 1.0, 8.0).tolist() == ["above", "alike", "alike"]


def test_more_dossiers_say_more():
    assert counts_against(0.02, [4, 400], [100, 10_000]).tolist() == ["alike", "above"]


def test_unknown_figures_are_alike_and_have_no_rate():
    count, exposure = [np.nan, 5, 3], [10, 0, np.nan]
    assert counts_against(0.1, count, exposure).tolist() == ["alike"] * 3
    found = count_rates(count, exposure)
    for values in vars(found).values():
        assert np.isnan(values).all()
    assert np.isnan(found.middle)
    alone = likely_ranks(found.estimates, found.standard_errors)
    assert (alone.low.tolist(), alone.high.tolist()) == ([1, 1, 1], [3, 3, 3])


def test_a_rate_of_nothing():
    assert counts_against(0.0, [0, 3], [10, 10]).tolist() == ["alike", "above"]
    none = count_rates([0], [100])
    assert none.low[0] == 0 < none.high[0] < 0.05
    assert none.standard_errors[0] > 0


def test_an_interval_by_hand():
    """9 with φ 1 and z² 3.8415: 10.9207 ± 1.96 · √(9.9604)."""
    found = count_rates([9], [3])
    assert (found.low[0], found.high[0]) == pytest.approx(((10.9207 - 6.1857) / 3, (10.9207 + 6.1857) / 3), abs=1e-4)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: counts_against(-1, [1], [1]), "level: must be a rate of at least 0, found -1"),
    (lambda: counts_against(1, [1, 1], [1, 1], [1, 0.5]), "index 1: a dispersion must be at least 1, found 0.5"),
    (lambda: counts_against(1, [1], [1], np.nan), "index 0: a dispersion must be at least 1, found nan"),
    (lambda: count_rates([1, -1], [1, 1]), "index 1: a count must not be negative, found -1.0"),
    (lambda: count_rates([1], [-2]), "index 0: an exposure must not be negative, found -2.0"),
    (lambda: count_rates([1], [1], np.nan), "index 0: a dispersion must be at least 1, found nan"),
])  # fmt: skip
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", truth.WORLDS)
def test_intervals_hold_and_bands_seldom_err(name):
    """Measured in bench/truth with 200 draws; here 40."""
    found = truth.told(truth.WORLDS[name], draws=40)
    assert 0.93 < found.cover < 0.975
    assert found.false < 0.08
    assert found.rank_cover > 0.93


def test_rates_that_differ_are_placed():
    assert truth.told(truth.WORLDS["variance 3 times the mean"], draws=20).called > 0.3
