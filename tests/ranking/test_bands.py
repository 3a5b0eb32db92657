"""Bands: Benjamini and Hochberg by hand, and what above and below mean for each direction."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.bands import against, cautious, discoveries, midp_values, shares_against
from tests.drawn import examples

DISCOVERIES = pl.read_csv(Path(__file__).parent / "data/benjamini_hochberg.csv", comment_prefix="#")
MIDP = pl.read_csv(Path(__file__).parent / "data/beta_binomial_midp.csv", comment_prefix="#")

# The 15 p-values of the example in Benjamini and Hochberg (1995), section 4.1: four are discoveries
# at 5 %, as p_(4) = 0.0095 ≤ 0.05 · 4 / 15 and no later one passes; Bonferroni would make it three.
EXAMPLE = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
EXAMPLE += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]


def test_the_example_of_benjamini_and_hochberg():
    z = [-NormalDist().inv_cdf(p / 2) for p in EXAMPLE]
    assert against(0, z, np.ones(15)).tolist() == ["above"] * 4 + ["alike"] * 11


@pytest.mark.parametrize("case", range(7))
def test_discoveries_are_those_of_statsmodels(case):
    rows = DISCOVERIES.filter(case=case)
    assert discoveries(rows["p"].to_numpy()).tolist() == rows["rejected"].to_list()


def test_a_late_p_value_that_passes_takes_the_earlier_ones_with_it():
    """p = 0.03, 0.04, 0.045 at 5 %: the first two miss 0.0167 and 0.0333, but the third meets 0.05."""
    z = [-NormalDist().inv_cdf(p / 2) for p in (0.03, 0.04, 0.045)]
    assert against(0, z, np.ones(3)).tolist() == ["above"] * 3


@pytest.mark.parametrize(
    ("better", "bands"),
    [
        ("high", ["below", "alike", "above"]),
        ("low", ["above", "alike", "below"]),
        ("neutral", ["below", "alike", "above"]),
    ],
)
def test_above_is_the_good_side(better, bands):
    assert against(50, [40, 50.5, 60], [1, 1, 1], better=better).tolist() == bands


def test_an_unsure_reference_makes_fewer_differences_clear():
    assert against(50, [53], [1]).tolist() == ["above"]
    assert against(50, [53], [1], reference_error=2).tolist() == ["alike"]


def test_without_any_error_every_difference_is_clear():
    assert against(50, [50, 50.01, 49], [0, 0, 0]).tolist() == ["alike", "above", "below"]


def test_no_units():
    assert against(50, [], []).tolist() == []


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0, 50)), min_size=1, max_size=15))
def test_a_stricter_rate_never_adds_a_band(units):
    values, errors = zip(*units, strict=True)
    loose, strict = (against(0, values, errors, fdr=fdr) for fdr in (0.1, 0.01))
    assert ((strict == "alike") | (strict == loose)).all()


def test_few_of_the_called_units_are_wrong():
    rng = np.random.default_rng(766)
    wrong = []
    for _ in range(300):
        truth = np.repeat([0.0, 3.0], [80, 20])
        called = against(0, rng.normal(truth, 1), np.ones(100)) != "alike"
        wrong.append(called[:80].sum() / max(1, called.sum()))
    assert np.mean(wrong) <= 0.05


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((50, [1, np.nan], [1, 1]), "index 1: an estimate"),
        ((50, [1, 2], [np.nan, 1]), "index 0: a standard error"),
        ((np.nan, [1], [1]), "index 0: an estimate"),
    ],
)
def test_what_is_not_known_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        against(*arguments)


@pytest.mark.parametrize("level", MIDP["level"].unique().to_list())
def test_mid_p_values_are_those_of_scipy(level):
    rows = MIDP.filter(level=level)
    found = midp_values(level, rows["numerator"], rows["denominator"], rows["rho"])
    assert found == pytest.approx(rows["p"].to_numpy(), rel=1e-6, abs=1e-13)


def test_mid_p_by_hand():
    """Of 4 coins 0, 1, 2, 3, 4 show heads in 1, 4, 6, 4, 1 of 16 cases."""
    assert midp_values(0.5, [0, 1, 2], [4, 4, 4]) == pytest.approx([1 / 16, 6 / 16, 1])


def test_above_is_the_larger_share_and_dossiers_that_hang_together_tell_less():
    x, n = [60, 94, 100], [100, 100, 100]
    assert shares_against(0.9, x, n).tolist() == ["below", "alike", "above"]
    assert shares_against(0.9, x, n, 0.07).tolist() == ["below", "alike", "alike"]
    assert shares_against(0.9, x, n, [0.5, 0.0, 0.0]).tolist() == ["alike", "alike", "above"]


def test_a_share_that_is_not_known_is_alike_and_takes_part_in_nothing():
    x, n = [60.0, 0, np.nan, 5, 120], [100.0, 0, 100, np.nan, 100]
    assert shares_against(0.9, x, n).tolist() == ["below", *["alike"] * 4]
    assert shares_against(0.9, [], []).tolist() == []


@pytest.mark.parametrize(("level", "bands"), [(0.0, ["alike", "above", "above"]), (1.0, ["below", "below", "alike"])])
def test_a_level_at_the_end_of_the_scale(level, bands):
    assert shares_against(level, [0, 5, 10], [10, 10, 10], 0.01).tolist() == bands


@pytest.mark.parametrize(
    ("level", "rho", "message"),
    [
        (1.2, 0, "level: must be between 0 and 1, found 1.2"),
        (0.9, [0, 1], "index 1: rho must be at least 0 and below 1"),
    ],
)
def test_what_cannot_be_is_named(level, rho, message):
    with pytest.raises(ValueError, match=message):
        shares_against(level, [90, 90], [100, 100], rho)


@examples(40)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=10), st.floats(0.01, 0.99))
def test_the_other_side_of_a_share_has_the_other_band(units, level):
    x = np.array([part for part, _ in units])
    n = x + [rest for _, rest in units]
    turned = {"above": "below", "alike": "alike", "below": "above"}
    other = shares_against(1 - level, n - x, n, 0.01)
    assert [turned[band] for band in shares_against(level, x, n, 0.01)] == other.tolist()


def test_on_the_short_tail_a_test_takes_a_quarter_more_rho():
    """The nearer bound is 100 % for a level of 94 %, and 0 for one of 3 %."""
    assert cautious(0.004, 0.94, [0.90, 0.94, 0.98]) == pytest.approx([0.004, 0.004, 0.005])
    assert cautious([0.004, 0.01], 0.03, [0.01, 0.05]) == pytest.approx([0.005, 0.01])
    assert cautious([0.9, 0.995, 0.0], 0.5, 0.6).tolist() == [0.99, 0.995, 0.0]
