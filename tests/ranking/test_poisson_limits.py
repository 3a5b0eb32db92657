"""Limits of counts against R and the package of the technical guides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ranking.poisson_limits import byar, exact, limits

REFERENCE = pl.read_csv(Path(__file__).parent / "data" / "poisson_limits.csv", comment_prefix="#")


@pytest.mark.parametrize(("method", "function"), [("byar", byar), ("exact", exact)])
def test_limits_agree_with_the_package_of_the_technical_guides_and_with_r(method, function):
    rows = REFERENCE.filter(pl.col("method") == method)
    assert rows.height >= 10
    for count, confidence, _, low, high in rows.iter_rows():
        np.testing.assert_allclose(function(count, confidence), (low, high), rtol=1e-9, atol=1e-9)


def test_below_ten_the_limits_are_exact_and_from_ten_on_byars():
    found = np.array(limits([9, 10]))

    np.testing.assert_array_equal(found[:, 0], exact(9.0))
    np.testing.assert_array_equal(found[:, 1], byar(10.0))


def test_a_variance_four_times_the_mean_counts_a_quarter_of_the_events():
    low, high = limits(80, 4)

    assert (low, high) == pytest.approx((4 * byar(20)[0], 4 * byar(20)[1]))
    assert limits(80, 0.5) == limits(80)


def test_a_count_of_no_events_starts_at_zero_and_an_unknown_one_stays_unknown():
    low, high = limits([0, np.nan])

    assert low[0] == 0 and high[0] == pytest.approx(3.6888794541)
    assert np.isnan([low[1], high[1]]).all()


def test_a_negative_count_is_refused_by_its_index():
    with pytest.raises(ValueError, match=r"index 1: a count must not be negative, found -2"):
        limits([3, -2])
