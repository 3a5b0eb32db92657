"""Bands: Benjamini and Hochberg by hand, and what above and below mean for each direction."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.bands import against

# The 15 p-values of the example in Benjamini and Hochberg (1995), section 4.1: four are discoveries
# at 5 %, as p_(4) = 0.0095 ≤ 0.05 · 4 / 15 and no later one passes; Bonferroni would make it three.
EXAMPLE = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
EXAMPLE += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]


def test_the_example_of_benjamini_and_hochberg():
    z = [-NormalDist().inv_cdf(p / 2) for p in EXAMPLE]
    assert against(0, z, np.ones(15)).tolist() == ["above"] * 4 + ["alike"] * 11


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
