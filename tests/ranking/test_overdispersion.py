"""ρ within units: beside another implementation, in worlds where it is known, and where it comes from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bench.truth import shares as truth
from bench.truth import worlds
from ranking.overdispersion import Overdispersion, disjoint, overdispersion, within_units

MONTHS = pl.read_csv(
    Path(__file__).parent / "data/beta_binomial_months.csv",
    comment_prefix="#",
    try_parse_dates=True,
    schema_overrides={"unit_code": pl.String},
).with_columns(period_end=pl.col("period_start").dt.month_end())
VGAM = 0.00977266


def test_rho_is_near_the_likelihood_s():
    """VGAM takes all units as equal, as they are here; with their own levels and Winsorised, 10 % less or more."""
    assert within_units(MONTHS) == pytest.approx(VGAM, rel=0.1)


@pytest.mark.parametrize("rho", [0.0, 0.004, 0.01])
def test_rho_is_found_again(rho):
    assert _found(rho) == pytest.approx(rho, abs=0.0004 + 0.12 * rho)


def test_a_large_rho_near_the_ceiling_is_found_too_small_by_a_fifth():
    """Shares of 94 % with ρ 0.05 are far from normal, and Winsorising takes away more of them."""
    assert 0.037 < _found(0.05) < 0.05


def test_months_that_are_alike_hide_no_rho():
    assert _found(0.01, bond=0.6) == pytest.approx(0.01, rel=0.25)


def test_what_all_units_share_in_a_month_is_no_noise_of_theirs():
    shared = MONTHS.with_columns(
        pl.when(pl.col("period_start") == date(2026, 2, 1))
        .then((pl.col("numerator") * 0.8).round())
        .otherwise("numerator")
        .alias("numerator")
    )
    assert within_units(shared) == pytest.approx(within_units(MONTHS), rel=0.25)


def test_some_wild_months_do_not_decide():
    wild = MONTHS.with_row_index().with_columns(
        numerator=pl.when(pl.col("index") % 40 == 0).then((pl.col("numerator") * 0.6).round()).otherwise("numerator")
    )
    z = wild.select((pl.col("numerator") / pl.col("denominator") - 0.94) ** 2 / (0.94 * 0.06)).to_series().mean()
    assert within_units(wild) < 2 * VGAM < z / 2


@pytest.mark.parametrize(("months", "known"), [(12, "measured"), (6, "measured"), (5, "pairs"), (2, "pairs")])
def test_it_says_where_it_comes_from(months, known):
    found = overdispersion(MONTHS.filter(pl.col("period_start").dt.month() <= months), 0.02)
    assert found.known == known
    assert 0.003 < found.rho < 0.02


def test_nothing_is_known_from_one_period_or_few_units():
    one = MONTHS.filter(pl.col("period_start") == date(2026, 1, 1))
    assert overdispersion(one, 0.02) == Overdispersion(0.02, "assumed")
    assert overdispersion(MONTHS.filter(pl.col("unit_code") < "00002"), 0.02) == Overdispersion(0.02, "assumed")
    assert overdispersion(MONTHS.clear(), 0.02) == Overdispersion(0.02, "assumed")


def test_periods_that_overlap_are_no_pair():
    """August, and the year to 26 September: their difference would tell something, but it is never taken."""
    august = MONTHS.filter(pl.col("period_start") == date(2026, 8, 1))
    year = august.with_columns(
        pl.col("numerator") * 9,
        pl.col("denominator") * 9,
        period_start=pl.lit(date(2026, 1, 1)),
        period_end=pl.lit(date(2026, 9, 26)),
    )
    assert overdispersion(pl.concat([august, year], how="vertical_relaxed"), 0.02).known == "assumed"


def test_of_overlapping_periods_the_shorter_ones_count():
    days = [(1, 1, 9, 26), (7, 1, 9, 26), (8, 1, 8, 31), (9, 1, 9, 26)]
    periods = [(date(2026, a, b), date(2026, c, d)) for a, b, c, d in days]
    assert disjoint(periods) == [periods[2], periods[3]]
    assert disjoint([]) == []


def test_rows_without_dossiers_or_beyond_them_do_not_count():
    odd = pl.DataFrame(
        {"unit_code": "00000", "period_start": date(2027, 1, 1), "numerator": [5, 9, None], "denominator": [0, 5, 4]}
    ).with_columns(period_end=pl.col("period_start").dt.month_end())
    both = pl.concat([MONTHS, odd], how="diagonal_relaxed")
    assert overdispersion(both, 0.02) == overdispersion(MONTHS, 0.02)


def test_inflation_grows_with_the_number_of_dossiers():
    known = Overdispersion(0.01, "assumed")
    assert known.inflation([1, 101, 1001]) == pytest.approx([1, 2, 11])
    assert known.inflation(0) == 1


@pytest.mark.parametrize("assumed", [0, 1, -0.1])
def test_a_default_of_zero_is_refused(assumed):
    with pytest.raises(ValueError, match="assumed: must be above 0 and below 1"):
        overdispersion(MONTHS, assumed)


@pytest.mark.parametrize("name", [name for name in truth.WORLDS if name != "AR 0.6, logit luck"])
def test_intervals_hold_the_true_share_in_every_fifth_of_size(name):
    """93.5 to 96.5 % in bench/truth with 200 draws; here 40, whose own chance is about a point either way."""
    cover = truth.told(truth.WORLDS[name], draws=40).cover_by_size
    assert 0.925 <= cover.min() <= cover.max() <= 0.975


def _found(rho: float, bond: float = 0.0) -> float:
    rng = np.random.default_rng(766)
    share, size = worlds.shares(rng, 400), worlds.sizes(rng, 400)
    return truth.measured(worlds.months(rng, share, size, 14, rho, bond), size).rho
