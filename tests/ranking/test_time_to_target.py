"""Time to a level: four units whose months a person can follow."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ranking.time_to_target import curve, first_reached

MONTHS = [date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1), date(2025, 10, 1), date(2025, 11, 1)]
JULY, AUGUST, SEPTEMBER, *_ = MONTHS


def months(**units):
    rows = [(u, month, value) for u, values in units.items() for month, value in zip(MONTHS, values, strict=False)]
    schema = {"unit_code": pl.String, "period_start": pl.Date, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


FOUR = months(
    early=[96, 97, 95, 90, 90],
    late=[80, 96, 96, 96, 96],
    never=[80, 96, 80, 96, 96],
    silent=[96, None, 96, 96, 96],
)


def reached(frame, level=95.0, **how):
    return dict(first_reached(frame, level, **how).select("unit_code", "reached").iter_rows())


def test_a_unit_counts_from_the_first_month_it_kept_for_three():
    assert reached(FOUR) == {"early": JULY, "late": AUGUST, "never": None, "silent": SEPTEMBER}


def test_a_single_month_is_enough_where_that_is_asked():
    assert reached(FOUR, keep=1) == {"early": JULY, "late": AUGUST, "never": AUGUST, "silent": JULY}


def test_lower_can_be_better():
    frame = months(quick=[1, 1, 1], slow=[9, 9, 9])

    assert reached(frame, 2.0, better="low") == {"quick": JULY, "slow": None}


def test_a_missing_row_is_a_month_that_is_not_known():
    holes = FOUR.filter(pl.col("value").is_not_null())

    assert first_reached(holes, 95.0).equals(first_reached(FOUR, 95.0))


def test_the_latest_value_says_whether_it_holds_today():
    found = dict(first_reached(FOUR, 95.0).select("unit_code", "meets_now").iter_rows())

    assert found == {"early": False, "late": True, "never": True, "silent": True}


def test_units_without_enough_months_cannot_be_judged():
    frame = months(brief=[96, 96], patchy=[96, 96, None, 96, 96], whole=[96, 96, 96])
    found = dict(first_reached(frame, 95.0).select("unit_code", "judged").iter_rows())

    assert found == {"brief": 0, "patchy": 0, "whole": 1}


def test_the_curve_leaves_out_who_cannot_be_judged():
    """July: early, late, never can be judged, 1 of 3 gets there. August: late of late and never, 1 of 2.

    September: never and silent can be judged, silent gets there: 1 of 2. 2/3 · 1/2 · 1/2 = 1/6 are left.
    """
    table = curve(FOUR, 95.0)

    assert table.get_column("period_start").to_list() == [JULY, AUGUST, SEPTEMBER]
    assert table.get_column("at_risk").to_list() == [3, 2, 2]
    assert table.get_column("reached").to_list() == [1, 1, 1]
    assert table.get_column("share").to_list() == pytest.approx([1 / 3, 2 / 3, 5 / 6])


def test_without_gaps_the_curve_is_the_plain_share():
    frame = months(a=[96] * 5, b=[1, 96, 96, 96, 96], c=[1] * 5, d=[1, 1, 96, 96, 96])

    assert curve(frame, 95.0).get_column("share").to_list() == pytest.approx([1 / 4, 2 / 4, 3 / 4])


def test_a_silent_unit_moves_the_curve_neither_way():
    with_silence = pl.concat([FOUR, months(mute=[None] * 5)])

    assert curve(with_silence, 95.0).equals(curve(FOUR, 95.0))


def test_nothing_gives_nothing():
    assert curve(FOUR.clear(), 95.0).is_empty()
    assert first_reached(FOUR.clear(), 95.0).is_empty()


def test_two_rows_of_a_month_are_refused():
    with pytest.raises(ValueError, match="unit early has more than one row in the month of 2025-07-01"):
        curve(pl.concat([FOUR, FOUR.head(1)]), 95.0)
