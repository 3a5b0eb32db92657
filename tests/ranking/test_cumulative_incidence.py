"""How long until dossiers are done: against R's cmprsk, survival and etm, and by hand."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest

from ranking.cumulative_incidence import COUNTS, incidence, waiting

REFERENCE = pl.read_csv(Path(__file__).parent / "data" / "cumulative_incidence.csv", comment_prefix="#")


def told(**days: tuple[int, int, int]) -> dict[str, object]:
    """`waiting` of one unit: d<days>=(done, left, open)."""
    rows = [("u", int(name[1:]), *counts) for name, counts in days.items()]
    return waiting(pl.DataFrame(rows, schema=["unit", "days", *COUNTS], orient="row"), ["unit"]).row(0, named=True)


def test_shares_and_errors_agree_with_cmprsk_survival_and_etm():
    found = incidence(REFERENCE.select("case", "days", *COUNTS), ["case"])
    both = found.join(REFERENCE, on=["case", "days"], suffix="_r")
    assert both.height == REFERENCE.height >= 45
    np.testing.assert_allclose(both["share"], both["share_r"], atol=1e-12)
    np.testing.assert_allclose(both["error"], both["error_r"], atol=1e-11)


def test_without_open_dossiers_the_error_is_the_binomial_one():
    found = incidence(REFERENCE.filter(case="whole").select("case", "days", *COUNTS), ["case"])
    share = found["share"].to_numpy()
    np.testing.assert_allclose(found["error"], np.sqrt(share * (1 - share) / 10), atol=1e-12)


def test_limits_stay_between_none_and_all_around_the_share():
    found = incidence(REFERENCE.select("case", "days", *COUNTS), ["case"]).filter(pl.col("share") > 0)
    assert found.select(
        (pl.col("low") <= pl.col("share")) & (pl.col("share") <= pl.col("high")) & pl.col("high").is_between(0, 1)
    ).to_series().all()  # fmt: skip
    row = found.filter(case="few", days=5).row(0, named=True)
    # 0.56667 ^ exp(±1.96 · 0.17878 / (0.56667 · 0.56798)): its powers are 2.9704 and 0.33666
    assert (row["low"], row["high"]) == pytest.approx((0.1850, 0.8260), abs=1e-4)


def test_half_are_done_on_the_fifth_day_and_nine_tenths_on_the_ninth():
    row = told(d0=(2, 0, 0), d3=(2, 0, 0), d5=(3, 0, 0), d9=(2, 0, 0), d12=(1, 0, 0))
    assert (row["tenth_2"], row["tenth_4"], row["tenth_5"], row["tenth_9"]) == (0, 3, 5, 9)
    assert row["low_5"] <= 5 <= row["high_5"]


def test_open_dossiers_lengthen_the_wait_that_the_ended_ones_alone_would_tell():
    """Ten done after 2 days and ten that have waited 30 days: half are done by day 2, three fifths are not done yet."""
    row = told(d2=(10, 0, 0), d30=(0, 0, 10))
    assert (row["n"], row["open"], row["tenth_5"], row["tenth_6"], row["high_5"]) == (20, 10, 2, None, None)


def test_what_is_withdrawn_is_never_done():
    """Counted as censored, nine tenths would be done; two of ten were withdrawn."""
    row = told(d1=(0, 2, 0), d4=(8, 0, 0))
    assert (row["tenth_8"], row["tenth_9"], row["left"]) == (4, None, 2)


def test_ties_are_counted_as_they_are():
    """Six tenths done on one day, exactly: no jitter makes it 0.4 or 0.61."""
    counts = pl.DataFrame({"u": ["a", "a"], "days": [3, 3], "done": [6, 0], "left": [0, 4], "open": [0, 0]})
    assert incidence(counts, ["u"])["share"].to_list() == [0.6]


def test_units_do_not_mix_and_parts_add_up():
    one = pl.DataFrame({"u": ["a", "b", "a"], "days": [1, 1, 1], "done": [1, 4, 2], "left": [0] * 3, "open": [3, 0, 0]})
    assert incidence(one, ["u"]).select("u", "at_risk", "share").rows() == [("a", 6, 0.5), ("b", 4, 1.0)]


def test_dossiers_that_are_alike_widen_the_limits_and_nothing_else():
    counts = REFERENCE.filter(case="land").select("case", "days", *COUNTS)
    plain, wide = (
        incidence(counts, ["case"]),
        incidence(counts, ["case"], inflation=pl.DataFrame({"case": ["land"], "inflation": [4.0]})),
    )
    assert wide["error"].equals(plain["error"]) and wide["share"].equals(plain["share"])
    twice = incidence(counts, ["case"], confidence=2 * NormalDist().cdf(2 * 1.959963984540054) - 1)
    np.testing.assert_allclose(wide["low"], twice["low"], rtol=1e-9)
