"""Intervals and standard errors: published values, the extremes, and noise of known size."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.intervals import dispersion, poisson_errors, spread_errors, standard_errors, wilson

SHARES = st.integers(0, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_values_of_newcombe_1998(numerator, denominator, low, high):
    found = wilson([numerator], [denominator])
    assert np.round(np.concatenate(found), 4).tolist() == [low, high]


def test_wilson_ends_exactly_at_0_and_1():
    low, high = wilson([0, 10], [10, 10])
    assert low.tolist() == [0.0, pytest.approx(0.7225, abs=1e-4)]
    assert high.tolist() == [pytest.approx(0.2775, abs=1e-4), 1.0]


def test_wilson_knows_nothing_of_a_silent_unit():
    low, high = wilson([0, np.nan, 3], [0, 5, np.nan])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


@given(SHARES, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_wilson_holds_the_share_and_stays_between_0_and_1(share, confidence):
    x, n = share
    (low,), (high,) = wilson([x], [n], confidence)
    assert n == 0 or 0 <= low <= x / n <= high <= 1


@pytest.mark.parametrize("function", [wilson, standard_errors])
@pytest.mark.parametrize(("numerator", "found"), [(6, "6.0"), (-1, "-1.0")])
def test_a_numerator_outside_its_denominator_is_named(function, numerator, found):
    with pytest.raises(ValueError, match=f"index 1: a numerator must be between 0 and its denominator, found {found}"):
        function([1, numerator], [5, 5])


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_is_a_probability(confidence):
    with pytest.raises(ValueError, match=f"between 0 and 1, found {confidence}"):
        wilson([1], [2], confidence)


def test_a_standard_error_by_hand():
    """50 of 100: the centre is ½, so √(¼ / 100) = 0.05, and twice that with four times the variance."""
    assert standard_errors([50], [100]).tolist() == pytest.approx([0.05])
    assert standard_errors([50, 50], [100, 100], [4, 0.2]).tolist() == pytest.approx([0.1, 0.05])


@given(SHARES, st.floats(0, 100))
def test_a_standard_error_is_never_understated(share, inflation):
    x, n = share
    (error,) = standard_errors([x], [n], inflation)
    assert np.isnan(error) if n == 0 else error >= np.sqrt(x / n * (1 - x / n) / n) * (1 - 1e-12)
    assert n == 0 or error > 0


def test_poisson_errors_by_hand():
    """98.08 + 1.92 = 100, so ±10 dossiers over 20 days are 0.5 a day; a count of 0 has an error too."""
    x = 100 - 1.959964**2 / 2
    assert poisson_errors([x], [20]).tolist() == pytest.approx([0.5])
    assert poisson_errors([x], [20], per=1000, inflation=4).tolist() == pytest.approx([1000.0])
    assert poisson_errors([0], 1.0)[0] > 1
    assert np.isnan(poisson_errors([3], [0])[0])


def test_a_negative_count_is_named():
    with pytest.raises(ValueError, match=r"index 1: a count must not be negative, found -2\.0"):
        poisson_errors([1, -2], [1, 1])


@pytest.mark.parametrize("inflation", [1, 4, 20])
def test_dispersion_finds_the_noise_that_was_put_in(inflation):
    rng = np.random.default_rng(766)
    counts = _months(200, 9, lambda n, share: _overdispersed(rng, n, share, inflation))
    assert dispersion(counts) == pytest.approx(inflation, rel=0.1)


def test_dispersion_finds_the_noise_of_counts():
    rng = np.random.default_rng(766)
    rate = pl.Series(np.repeat(rng.uniform(5, 45, 200), 9) * 20)
    noisy = rng.poisson(rate) + rng.normal(0, np.sqrt(3 * rate))
    counts = _months(200, 9, lambda n, share: noisy).with_columns(denominator=20.0)
    assert dispersion(counts, "poisson") == pytest.approx(4, rel=0.1)


def test_differences_between_units_are_no_noise():
    rows = [(unit, 10.0 * place, 100.0) for place, unit in enumerate("abcdefghi", start=1) for _ in range(6)]
    assert dispersion(pl.DataFrame(rows, ["unit_code", "numerator", "denominator"], orient="row")) == 1.0


def test_a_few_wild_months_do_not_decide():
    """One month in a hundred at 0 %, 17 standard errors off: the plain mean of z² would be about 4."""
    rng = np.random.default_rng(766)
    calm = _months(200, 9, lambda n, share: rng.binomial(n.astype(int), share))
    wild = calm.with_columns(numerator=pl.when(pl.int_range(pl.len()) % 100 == 0).then(0.0).otherwise("numerator"))
    assert dispersion(wild) < 1.5


def test_a_shift_that_all_share_is_no_noise_once_months_are_told_apart():
    rng = np.random.default_rng(766)
    up = np.tile(np.linspace(-0.1, 0.1, 9), 60)
    counts = _months(60, 9, lambda n, share: rng.binomial(n.astype(int), share * 0.8 + up))
    months = pl.Series("period_start", list(range(9)) * 60)
    assert dispersion(counts) > 3
    assert dispersion(counts.with_columns(months)) < 1.15


def test_five_months_tell_nothing_of_the_noise():
    counts = pl.DataFrame({"unit_code": ["a"] * 5, "numerator": [0.0, 9, 0, 9, 0], "denominator": [9.0] * 5})
    assert dispersion(counts) == 1.0
    silent = counts.vstack(pl.DataFrame({"unit_code": ["a"], "numerator": [0.0], "denominator": [0.0]}))
    assert dispersion(silent) == 1.0


def test_spread_errors_by_hand():
    """Unit a moves half as much as b; c has two months only and gets the median, unbiased by 0.934."""
    a, b = [-2.0, 2, -2, 2, 0, -2], [-4.0, 4, -4, 4, 0, -4]
    values = pl.DataFrame({"unit_code": ["b"] * 6 + ["a"] * 6 + ["c"] * 2, "value": [*b, *a, 0.0, 50.0]})
    own = {unit: values.filter(unit_code=unit).get_column("value").std() for unit in "ab"}
    median = (own["a"] + own["b"]) / 2 / (1 - 2 / 45) ** 1.5
    found = dict(spread_errors(values).iter_rows())
    assert found == pytest.approx({"a": median, "b": own["b"], "c": median})


def test_nobody_with_six_months_means_not_known():
    values = pl.DataFrame({"unit_code": ["a"] * 5, "value": [1.0, 2, 3, 4, 5]})
    assert spread_errors(values).rows() == [("a", None)]


def test_spread_errors_leave_out_what_all_units_share():
    values = pl.DataFrame(
        [(f"{unit:02d}", month, unit + 10.0 * month + (unit + month) % 2) for unit in range(40) for month in range(6)],
        ["unit_code", "period_start", "value"],
        orient="row",
    )
    assert spread_errors(values).get_column("standard_error").max() < 1
    assert spread_errors(values.drop("period_start")).get_column("standard_error").min() > 10


def _months(units: int, months: int, draw) -> pl.DataFrame:
    share = np.repeat(np.linspace(0.3, 0.7, units), months)
    n = np.full(units * months, 300.0)
    codes = np.repeat([f"{unit:05d}" for unit in range(units)], months)
    return pl.DataFrame({"unit_code": codes, "numerator": np.asarray(draw(n, share), float), "denominator": n})


def _overdispersed(rng: np.random.Generator, n: np.ndarray, share: np.ndarray, inflation: float) -> np.ndarray:
    """Beta-binomial counts whose variance is `inflation` times binomial."""
    if inflation == 1:
        return rng.binomial(n.astype(int), share)
    size = (n - inflation) / (inflation - 1)
    return rng.binomial(n.astype(int), rng.beta(share * size, (1 - share) * size))
