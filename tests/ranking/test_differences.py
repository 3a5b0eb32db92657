"""Differences between two periods: Newcombe's published examples, and who counts."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from files.places import HOME
from ranking.differences import changes, square_and_add
from ranking.intervals import wilson
from ranking.measures import registry

MEASURES = registry({p.name: p.read_text(encoding="utf-8") for p in (HOME / "data" / "measures").glob("*.yaml")})
SHARE, SCORE = MEASURES["online_filing_share"], MEASURES["clgq"]


def newcombe(x2, n2, x1, n1):
    low, high = wilson([x1, x2], [n1, n2])
    ends = square_and_add((x1 / n1, low[0], high[0]), (x2 / n2, low[1], high[1]))
    return tuple(round(float(end), 4) for end in ends)


# Newcombe (1998), Statistics in Medicine 17, 873–890, table II, method 10.
@pytest.mark.parametrize(
    ("counts", "interval"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_the_interval_is_newcombes(counts, interval):
    assert newcombe(*counts) == interval


def test_symmetric_intervals_add_as_squares():
    low, high = square_and_add((50, 47, 53), (60, 56, 64))

    assert (float(low), float(high)) == (5, 15)


def rows(*units, series="ii06"):
    """Standings from (code, value, low, high); a code in capitals has no rank."""
    return pl.DataFrame(
        [
            {
                "unit_code": code, "series": series, "basis": "form", "value": value, "value_low": low,
                "value_high": high, "rank": None if code.isupper() else 1, "period_start": date(2026, 8, 1),
            }
            for code, value, low, high in units
        ],
        schema_overrides={"rank": pl.UInt32, "value_low": pl.Float64, "value_high": pl.Float64},
    )  # fmt: skip


def test_the_largest_rise_comes_first():
    before = rows(("a", 80.0, 70.0, 88.0), ("b", 90.0, 85.0, 94.0), ("c", 70.0, 60.0, 79.0))
    after = rows(("a", 85.0, 75.0, 91.0), ("b", 80.0, 72.0, 86.0), ("c", 90.0, 84.0, 94.0))

    assert changes(before, after, SHARE).get_column("unit_code").to_list() == ["c", "a", "b"]
    assert changes(before, after, SHARE).get_column("change").to_list() == [20, 5, -10]


def test_clear_changes_are_told_from_chance():
    before = rows(("a", 80.0, 70.0, 88.0), ("b", 90.0, 89.0, 91.0), ("c", 70.0, 69.0, 71.0))
    after = rows(("a", 85.0, 75.0, 91.0), ("b", 80.0, 79.0, 81.0), ("c", 90.0, 89.0, 91.0))

    assert dict(changes(before, after, SHARE).select("unit_code", "clear").iter_rows()) == {
        "a": "alike", "b": "fell", "c": "rose",
    }  # fmt: skip


def test_what_is_clear_alone_may_not_be_among_many():
    """A change whose interval just leaves out zero: p = 0.046, which one of twenty units reaches by chance."""
    alone = rows(("z", 50.0, 47.0, 53.0)), rows(("z", 54.32, 51.24, 57.40))
    still = [(f"u{n}", 50.0, 47.0, 53.0) for n in range(19)]
    many = tuple(pl.concat([frame, rows(*still)]) for frame in alone)

    assert changes(*alone, SHARE).item(0, "clear") == "rose"
    assert changes(*many, SHARE).filter(pl.col("unit_code") == "z").item(0, "clear") == "alike"


def test_only_units_ranked_in_both_periods_count():
    before = rows(("a", 80.0, 70.0, 88.0), ("B", 90.0, None, None), ("c", 70.0, 60.0, 79.0))
    after = rows(("a", 80.0, 70.0, 88.0), ("b", 90.0, 80.0, 95.0), ("C", 70.0, None, None))

    assert changes(before, after, SHARE).get_column("unit_code").to_list() == ["a"]


def test_nothing_is_compared_across_a_change_of_rules():
    unit = ("a", 80.0, 70.0, 88.0)

    assert changes(rows(unit, series="766-2025"), rows(unit, series="766-2026"), SHARE).is_empty()


def test_a_score_without_an_interval_has_a_change_and_no_verdict():
    (row,) = changes(rows(("a", 8.0, None, None)), rows(("a", 9.5, None, None)), SCORE).iter_rows(named=True)

    assert (row["change"], row["change_low"], row["change_high"], row["clear"]) == (1.5, None, None, None)


def test_an_end_cut_off_at_full_marks_makes_nobody_surer():
    """11 ± 3 of at most 12: the side that is not cut off says how sure it is."""
    (row,) = changes(rows(("a", 11.0, 8.0, 12.0)), rows(("a", 7.0, 3.0, 11.0)), SCORE).iter_rows(named=True)

    assert (row["change_low"], row["change_high"]) == (-9, 1)


def test_no_units_give_no_rows():
    none = rows(("a", 1.0, 1.0, 1.0)).clear()

    assert changes(none, none, SHARE).is_empty()
    assert np.shape(square_and_add(([], [], []), ([], [], []))) == (2, 0)
