"""The effect of a practice beside similar units: against pyfixest and coin, and cases that can be checked by hand.

tests/ranking/data/practice_months.csv: three units that began (member 0) in months 7, 8 and 9, and 5, 6 and 8 similar
ones, drawn. practice_effects.csv: `effect` and `month …` by pyfixest 0.60.0, `feols` of the log odds on the unit that
began after it began, with effects of unit and of month within each set, similar units weighing as much together as the
one that began (Wing, Freedman and Hollingsworth 2024); `effect, six members` and its p-value with six members of each
set, by `oneway_test` with blocks of coin 1.4-2, R 4.2.2, a million draws.
"""

from __future__ import annotations

from datetime import date
from itertools import product
from math import inf
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ranking.practice_effects import Beginning, evidence, randomised
from ranking.windows import first_month

DATA = Path(__file__).parent / "data"
STARTS = {1: date(2025, 7, 1), 2: date(2025, 8, 1), 3: date(2025, 9, 1)}


def drawn(members: int = 99) -> tuple[pl.DataFrame, list[Beginning], dict[str, list[str]]]:
    rows = pl.read_csv(DATA / "practice_months.csv", schema_overrides={"unit_code": pl.String})
    rows = rows.filter(pl.col("member") < members).with_columns(
        period_start=pl.date(2025, 1, 1).dt.offset_by(pl.format("{}mo", pl.col("month") - 1)),
        age=pl.lit(40),
        numerator=pl.col("numerator").cast(pl.Float64),
        denominator=pl.col("denominator").cast(pl.Float64),
    )
    of = {f"{number}0000": day for number, day in STARTS.items()}
    codes = rows.get_column("unit_code").unique().sort().to_list()
    similar = {code: [one for one in codes if one[0] == code[0] and one != code] for code in of}
    return rows, [Beginning(code, day) for code, day in of.items()], similar


def reference() -> dict[str, float]:
    return dict(pl.read_csv(DATA / "practice_effects.csv").iter_rows())


def test_effect_and_months_agree_with_a_weighted_stacked_regression():
    found, known = evidence(*drawn(), [], rho=0.0), reference()

    assert found is not None and found.effect.units == 3
    assert found.effect.mean == pytest.approx(known["effect"], abs=1e-9)
    assert sorted(found.months) == [-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6]
    for month, estimate in found.months.items():
        assert estimate.mean == pytest.approx(known[f"month {month}"], abs=1e-9)


def test_the_p_value_agrees_with_a_stratified_permutation_test():
    found, known = evidence(*drawn(members=6), [], rho=0.0), reference()

    assert found is not None
    assert found.effect.mean == pytest.approx(known["effect, six members"], abs=1e-9)
    assert found.effect.p == pytest.approx(2 / 216)
    assert found.effect.p == pytest.approx(known["p, six members"], abs=3e-4)


def test_the_interval_ends_where_the_test_begins_to_refuse():
    """By brute force: with τ taken off the first members, how many of all 216 choices give as much, or as little."""
    rng = np.random.default_rng(5)
    sets = [rng.normal(size=6) + np.array([1.0, 0, 0, 0, 0, 0]) for _ in range(3)]
    found = randomised(sets)

    def tails(tau: float) -> tuple[float, float]:
        left = [values - tau * (np.arange(6) == 0) for values in sets]

        def mean(choice: tuple[int, ...]) -> float:
            each = [values[at] - np.delete(values, at).mean() for values, at in zip(left, choice, strict=True)]
            return float(np.mean(each))

        real = mean((0, 0, 0))
        all_of_them = np.array([mean(choice) for choice in product(range(6), repeat=3)])
        return float((all_of_them >= real - 1e-12).mean()), float((all_of_them <= real + 1e-12).mean())

    assert tails(found.low + 1e-6)[0] > 0.025 >= tails(found.low - 1e-6)[0]
    assert tails(found.high - 1e-6)[1] > 0.025 >= tails(found.high + 1e-6)[1]


def test_one_unit_beside_fifteen_leaves_nothing_out():
    found = randomised([np.array([9.0, *range(15)])])

    assert (found.low, found.high) == (-inf, inf)
    assert found.p >= 1 / 16 and not found.is_clear


def test_many_units_give_the_same_answer_each_time():
    sets = [np.random.default_rng(n).normal(size=12) for n in range(30)]
    assert randomised(sets) == randomised(sets)


def test_intervals_hold_the_effect_as_often_as_they_say():
    """400 times four units with an effect of 0.4 beside eight others."""
    rng, held = np.random.default_rng(8), 0
    for _ in range(400):
        sets = [rng.normal(size=9) + 0.4 * (np.arange(9) == 0) for _ in range(4)]
        one = randomised(sets)
        held += one.low <= 0.4 <= one.high
    assert 0.92 <= held / 400 <= 0.98


# --- which units and months are used


def world(units: int = 8, jump: float = 0.0, since: date = date(2026, 1, 1)) -> pl.DataFrame:
    """Units "00" to "07" with 80 to 87 of 100 in each of twelve months; "00" has `jump` more from `since` on."""
    days = [first_month(date(2025, 7, 1), 1 - month) for month in range(12)]
    rows = [
        {
            "unit_code": f"{unit:02}",
            "period_start": day,
            "numerator": 80.0 + unit + (jump if unit == 0 and day >= since else 0),
            "denominator": 100.0,
            "age": 40,
        }
        for unit in range(units)
        for day in days
    ]
    return pl.DataFrame(rows)


START = Beginning("00", date(2026, 1, 1))
SIMILAR = {"00": [f"{unit:02}" for unit in range(1, 8)]}


def test_the_effect_in_points_is_what_the_unit_gained_where_nobody_else_changed():
    found = evidence(world(jump=10), [START], SIMILAR, [], rho=0.0)

    assert found is not None
    assert (found.before, found.after) == (pytest.approx(80), pytest.approx(90))
    assert found.points == pytest.approx(10, abs=0.1)  # half a dossier more on either side
    assert (found.low, found.high) == (None, None)
    assert {month: round(one.mean, 6) for month, one in found.months.items() if month < 0} == dict.fromkeys(
        range(-6, 0), 0.0
    )


def test_a_month_in_which_it_began_midway_stands_on_neither_side():
    found = evidence(world(jump=10, since=date(2026, 2, 1)), [Beginning("00", date(2026, 1, 15))], SIMILAR, [], 0.0)
    assert found is not None and (found.before, found.after) == (pytest.approx(80), pytest.approx(90))


def test_units_in_which_something_began_are_not_set_beside():
    others = [Beginning("01", date(2026, 3, 1)), Beginning("02", date(2025, 8, 1))]
    assert evidence(world(), [START], SIMILAR, others[:1], rho=0.0) is not None  # six are left
    assert evidence(world(), [START], SIMILAR, [*others, Beginning("03", date(2026, 2, 2))], rho=0.0) is None
    assert evidence(world(), [START], SIMILAR, [Beginning("00", date(2026, 2, 1))], rho=0.0) is None


def test_what_began_the_same_earlier_is_not_set_beside():
    early = [Beginning(f"{unit:02}", date(2025, 1, 1)) for unit in (1, 2, 3)]
    assert evidence(world(), [START, *early], SIMILAR, [], rho=0.0) is None


def test_units_that_were_moving_before_are_told():
    """All of six are on their way up three months before they began, and no similar one is."""
    days = [first_month(date(2025, 7, 1), 1 - month) for month in range(12)]
    rows = [
        {
            "unit_code": f"{place}{unit:02}",
            "period_start": day,
            "numerator": 800.0 + unit + (100 if unit == 0 and day >= date(2025, 10, 1) else 0),
            "denominator": 1000.0,
            "age": 40,
        }
        for place in range(4)
        for unit in range(9)
        for day in days
    ]
    begun = [Beginning(f"{place}00", date(2026, 1, 1)) for place in range(4)]
    similar = {one.unit_code: [f"{one.unit_code[0]}{unit:02}" for unit in range(1, 9)] for one in begun}
    found = evidence(pl.DataFrame(rows), begun, similar, [], rho=0.0)

    assert found is not None and found.was_moving


def test_nothing_is_said_without_months_or_similar_units():
    assert evidence(world(), [Beginning("00", date(2027, 1, 1))], SIMILAR, [], rho=0.0) is None
    assert evidence(world(), [START], {}, [], rho=0.0) is None
    assert evidence(world().clear(), [START], SIMILAR, [], rho=0.0) is None
