"""Who waits longer: against R's survival and a jackknife in R, and by hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ranking import waiting_gaps
from ranking.waiting_gaps import ALL, FEW, FEW_UNITS, NO_GROUP, OTHER_MIX, gaps

DATA = Path(__file__).parent / "data"
COUNTS = pl.read_csv(DATA / "waiting_gaps.csv", comment_prefix="#").with_columns(pl.col("group").cast(pl.Boolean))
IN_R = pl.read_csv(DATA / "waiting_gaps_r.csv", comment_prefix="#")


@pytest.mark.parametrize("case", ["border", "filed"])
def test_means_gaps_and_ranges_agree_with_r(case):
    found = gaps(COUNTS.filter(case=case).drop("case"), paired=case == "filed")
    both = IN_R.filter(case=case).join(found, on="field", suffix="_ours", maintain_order="left")
    assert both.height == 3 and both["untold"].null_count() == 3
    for theirs, ours in (("mean_a", "mean_a_ours"), ("mean_b", "mean_b_ours"), ("gap", "gap_ours")):
        assert both[ours].to_list() == pytest.approx(both[theirs].to_list(), rel=1e-10)
    for theirs, ours in (("low", "gap_low"), ("high", "gap_high")):
        assert both[ours].to_list() == pytest.approx(both[theirs].to_list(), rel=1e-8)


def rows(group: bool, units: range, days: dict[str, int], n: int = 40, still: int = 0) -> list[tuple]:
    """Each unit has `n` dossiers of a field that ended after so many days, and `still` open ones at 90 days."""
    own = [(unit, group, field, at, n, 0) for unit in units for field, at in days.items()]
    return own + [(unit, group, field, 90, 0, still) for unit in units for field in days if still]


def told(*parts: list[tuple], field: str = ALL, paired: bool = False) -> dict:
    schema = {"unit": pl.Int64, "group": pl.Boolean, "field": pl.String, "days": pl.Int64, "ended": pl.Int64}
    counts = pl.DataFrame([row for part in parts for row in part], schema=schema | {"open": pl.Int64}, orient="row")
    return gaps(counts, paired=paired).filter(pl.col("field") == field).row(0, named=True)


def test_the_gap_is_that_of_the_means_whatever_the_mix():
    """Group a has four land dossiers of five, b one of five; within land and civil status both wait the same."""
    a = rows(True, range(6), {"land": 20}, 80) + rows(True, range(6), {"civil": 2}, 20)
    b = rows(False, range(6, 12), {"land": 20}, 20) + rows(False, range(6, 12), {"civil": 2}, 80)
    row = told(a, b)
    assert (row["gap"], row["gap_low"], row["gap_high"], row["shown"]) == (0, 0, 0, 1)
    assert row["mean_a"] == pytest.approx(11)


def test_open_dossiers_count_as_waiting_up_to_the_horizon():
    """Of 100, 40 ended on day 10 and 60 are open after 90 days: 0.4 · 10 + 0.6 · 60 days."""
    row = told(rows(True, range(6), {"land": 10}, 40, 60), rows(False, range(6, 12), {"land": 10}, 40), field="land")
    assert (row["mean_a"], row["mean_b"], row["gap"]) == pytest.approx((40, 10, 30))


def test_communes_that_differ_widen_the_range_though_dossiers_do_not():
    b = rows(False, range(6, 12), {"land": 10})
    alike = told(rows(True, range(6), {"land": 12}), b)
    unlike = told(rows(True, range(3), {"land": 4}) + rows(True, range(3, 6), {"land": 20}), b)
    assert alike["gap"] == unlike["gap"] == pytest.approx(2)
    assert alike["gap_low"] == pytest.approx(2) and unlike["gap_low"] < 0 < 2 < unlike["gap_high"]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([rows(True, range(6), {"land": 3})], NO_GROUP),
        ([rows(True, range(4), {"land": 3}), rows(False, range(4, 12), {"land": 3})], FEW_UNITS),
        ([rows(True, range(6), {"land": 3}, 2), rows(False, range(6, 12), {"land": 3})], FEW),
        (
            [
                rows(True, range(6), {"land": 3}) + rows(True, range(6), {"health": 3}),
                rows(False, range(6, 12), {"land": 3}) + rows(False, range(6, 12), {"trade": 3}),
            ],
            OTHER_MIX,
        ),
    ],
    ids=["nobody", "few communes", "few dossiers", "another mix"],
)
def test_what_is_not_fair_to_compare_is_not_told(parts, why):
    row = told(*parts)
    assert row["untold"] == why and row["gap"] is None


def test_the_reasons_are_those_that_have_words():
    assert set(waiting_gaps._REASONS) == {NO_GROUP, FEW_UNITS, FEW, OTHER_MIX}
