"""Before and after a promise, beside similar units: months, shares and intervals that can be checked by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ranking import before_after
from ranking.before_after import ALIKE, FELL, ROSE, Stretch

BEFORE, AFTER = Stretch(date(2026, 1, 1), date(2026, 3, 1)), Stretch(date(2026, 5, 1), date(2026, 7, 1))


def months(units: dict[str, tuple[float, float]], n: float = 400, age: int = 40) -> pl.DataFrame:
    """Each unit with so many of n in each month before April and in each after it."""
    rows = [
        {"unit_code": code, "period_start": date(2026, m, 1), "numerator": pair[m > 4], "denominator": n, "age": age}
        for code, pair in units.items()
        for m in (1, 2, 3, 5, 6, 7)
    ]
    schema = {"unit_code": pl.String, "period_start": pl.Date, "numerator": pl.Float64, "denominator": pl.Float64}
    return pl.DataFrame(rows, schema=schema | {"age": pl.Int64})


def steady(count: int = 12, change: float = 0.0) -> dict[str, tuple[float, float]]:
    """Similar units with 60 to 71 of 400 that all change by as much."""
    return {f"{n:05}": (60.0 + n, 60.0 + n + change) for n in range(1, count + 1)}


def found(units: dict[str, tuple[float, float]], code: str = "A", **more: float) -> before_after.Comparison:
    rows = before_after.changes(months(units, **more), BEFORE, AFTER, rho=0.0, bond=0.0)
    comparison = before_after.compared(rows, code)
    assert comparison is not None
    return comparison


def test_months_between_promise_and_due_day_stand_on_neither_side():
    assert before_after.stretches(date(2026, 3, 12), date(2026, 5, 31), date(2026, 8, 31)) == (
        Stretch(date(2025, 9, 1), date(2026, 2, 1)),
        Stretch(date(2026, 6, 1), date(2026, 8, 1)),
    )


def test_six_months_after_it_was_due_are_enough():
    pair = before_after.stretches(date(2025, 9, 1), date(2025, 9, 30), date(2026, 8, 31))
    assert pair is not None and pair[1] == Stretch(date(2025, 10, 1), date(2026, 3, 1))


def test_nothing_is_said_before_a_month_has_passed():
    assert before_after.stretches(date(2026, 7, 1), date(2026, 8, 10), date(2026, 8, 31)) is None


def test_72_of_400_that_become_31_are_a_clear_fall():
    one = found({"A": (72, 31), **steady()})

    assert (one.before.part, one.after.part, one.before.whole, one.before.months) == (72, 31, 400, 3)
    assert (one.before.share, one.after.share) == (pytest.approx(18.0), pytest.approx(7.75))
    assert one.word == FELL
    assert one.low < one.change < one.high < 0
    assert one.effect is not None and one.effect.high < 0
    assert one.effect.common == pytest.approx(0.0, abs=0.01)


def test_what_all_similar_units_did_is_no_effect():
    one = found({"A": (72, 40), **steady(change=-30)})

    assert one.high < 0
    assert one.effect is not None and one.effect.common == pytest.approx(-8.0, abs=0.1)
    assert one.word == ALIKE


def test_a_unit_that_stays_while_all_others_improve_has_fallen_behind():
    assert found({"A": (72, 72), **steady(change=-30)}).word == ROSE


def test_where_similar_units_move_wildly_nothing_is_clear():
    wild = {f"{n:05}": (60.0, 60.0 + 40 * (-1) ** n) for n in range(1, 13)}

    assert found({"A": (72, 52), **wild}).word == ALIKE


def test_without_enough_similar_units_the_change_itself_counts():
    one = found({"A": (72, 31), **steady(4)})

    assert one.effect is None
    assert one.word == FELL


def test_a_unit_without_figures_on_one_side_is_not_compared():
    rows = months({"A": (72, 31)}).filter(pl.col("period_start") < date(2026, 4, 1))

    assert before_after.compared(before_after.changes(rows, BEFORE, AFTER, 0.0, 0.0), "A") is None


def test_a_month_that_was_captured_young_is_left_out_beside_settled_ones():
    rows = months({"A": (72, 31)})
    july = pl.col("period_start") == date(2026, 7, 1)
    rows = rows.with_columns(
        age=pl.when(july).then(2).otherwise("age"), numerator=pl.when(july).then(0).otherwise("numerator")
    )
    one = before_after.changes(rows, BEFORE, AFTER, 0.0, 0.0).row(0, named=True)

    assert (one["months_before"], one["months_after"]) == (3, 2)
    assert one["share_after"] == pytest.approx(31 / 400)


def test_alike_dossiers_and_luck_that_lasts_widen_the_interval():
    errors = [
        before_after.changes(months({"A": (72, 31)}), BEFORE, AFTER, rho, bond).item(0, "error_after")
        for rho, bond in ((0.0, 0.0), (0.01, 0.0), (0.01, 0.6))
    ]
    assert errors[0] < errors[1] < errors[2]


def test_intervals_hold_the_true_effect_about_as_often_as_they_say():
    """Units whose odds change by a tenth or two each, all in different ways, and one that halves its odds besides."""
    draws = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        before = draws.normal(-1.7, 0.3, 16)
        bare = before + draws.normal(0.1, 0.15, 16)
        after = bare + np.where(np.arange(16) == 0, np.log(0.5), 0.0)
        shares = {side: 1 / (1 + np.exp(-odds)) for side, odds in (("before", before), ("after", after))}
        rows = pl.DataFrame({"unit_code": [f"{n:02}" for n in range(16)]}).with_columns(
            *(pl.Series(f"share_{side}", draws.binomial(1200, p) / 1200) for side, p in shares.items()),
            *(pl.lit(1200.0).alias(f"size_{side}") for side in shares),
            *(
                pl.lit(0.0).alias(f"{name}_{side}")
                for side in shares
                for name in ("low", "high", "part", "whole", "months")
            ),
        )
        one = before_after.compared(rows, "00")
        assert one is not None and one.effect is not None
        held += one.effect.low <= 100 * (shares["after"][0] - 1 / (1 + np.exp(-bare[0]))) <= one.effect.high
    assert 0.92 <= held / 200 <= 0.985


def test_who_has_come_to_a_level_was_below_it_and_clearly_changed():
    units = {"A": (72, 16), "B": (16, 15), "C": (30, 19), "D": (72, 60), "E": (21, 19)}
    rows = before_after.changes(
        months(units).with_columns(numerator=400 - pl.col("numerator")), BEFORE, AFTER, 0.0, 0.0
    )

    assert before_after.reached(rows, 95.0, "high").get_column("unit_code").to_list() == ["A", "C"]


def test_a_share_of_bad_ones_comes_down_to_a_level():
    rows = before_after.changes(months({"A": (72, 16), "B": (16, 72)}), BEFORE, AFTER, 0.0, 0.0)

    assert before_after.reached(rows, 5.0, "low").get_column("unit_code").to_list() == ["A"]
