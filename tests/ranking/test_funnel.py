"""Funnel limits: their width, and the dispersion that widens them against another program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ranking.funnel import limits, overdispersion


def test_limits_by_hand():
    low, high = limits([100, 400], 0.9, 1.96)

    assert low == pytest.approx([0.9 - 1.96 * 0.03, 0.9 - 1.96 * 0.015])
    assert high == pytest.approx([0.9 + 1.96 * 0.03, 0.9 + 1.96 * 0.015])


def test_overdispersed_limits_are_wider_by_the_root_of_phi():
    plain, wide = limits([900], 0.5, 1.96), limits([900], 0.5, 1.96, dispersion=4)

    assert wide[1] - 0.5 == pytest.approx(2 * (plain[1] - 0.5))


def test_limits_stay_between_0_and_1():
    low, high = limits([1], 0.5, 3.09)

    assert (low[0], high[0]) == (0, 1)


def test_no_limits_without_dossiers():
    with pytest.raises(ValueError, match="denominator of 0"):
        limits([0], 0.9, 1.96)


def test_the_dispersion_is_that_of_another_program():
    """161 beta-binomial units with a true ratio of 3. R 4.2.2, base: winsorised z squared over their own variance by
    `integrate`, 2.869701; `glm` with family quasibinomial, which does not winsorise, 2.906."""
    units = pl.read_csv(Path(__file__).parent / "data" / "funnel.csv", comment_prefix="#")
    found = overdispersion(units.get_column("numerator").to_numpy(), units.get_column("denominator").to_numpy())
    assert found == pytest.approx(2.869701, rel=1e-6)
    assert found == pytest.approx(2.906278, rel=0.05)


@pytest.mark.parametrize("ratio", [1.5, 3.0])
def test_the_dispersion_is_found_without_bias(ratio):
    draws = np.random.default_rng(766)
    size = np.full(400, 500)
    more = (size[0] - 1) / (ratio - 1) - 1
    found = [overdispersion(draws.binomial(size, draws.beta(0.8 * more, 0.2 * more, 400)), size) for _ in range(30)]
    assert np.mean(found) == pytest.approx(ratio, rel=0.03)


def test_binomial_units_are_not_overdispersed():
    draws = np.random.default_rng(766)
    found = [overdispersion(draws.binomial(500, 0.9, 400), np.full(400, 500)) for _ in range(30)]

    assert np.mean(found) < 1.1


def test_units_that_really_differ_are_overdispersed():
    draws = np.random.default_rng(766)
    shares = np.clip(draws.normal(0.9, 0.05, 400), 0, 1)

    assert overdispersion(draws.binomial(2000, shares), np.full(400, 2000)) > 10


@pytest.mark.parametrize("part, whole", [([], []), ([5], [5]), ([5, 7], [5, 7]), ([0, 0], [0, 9])])
def test_where_nothing_can_be_said_the_ratio_is_1(part, whole):
    assert overdispersion(part, whole) == 1.0
