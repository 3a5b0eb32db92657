"""Expected moves: parts that add up, regression to the mean taken out, and what is recounted pair by pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.expected_moves import EXPECTED_MOVES, expected_moves
from ranking.likely_ranks import likely_ranks
from ranking.rank_sets import best_of

DATA = Path(__file__).parent / "data"
UNITS = [f"{number:05d}" for number in range(1, 8)]
figures = st.dictionaries(st.sampled_from(UNITS), st.integers(60, 100).map(float), max_size=7)


def rows(values: dict[str, float], error: float | None = 1.0) -> pl.DataFrame:
    columns = {"unit_code": list(values), "estimate": list(values.values()), "error": [error] * len(values)}
    return pl.DataFrame(columns, {"unit_code": pl.String, "estimate": pl.Float64, "error": pl.Float64})


def moved(before: pl.DataFrame, now: pl.DataFrame, unit: str, best="high") -> dict[str, float]:
    return expected_moves(before, now, [unit], best).row(0, named=True)


OLD = {"00001": 95.0, "00002": 90.0, "00003": 85.0, "00004": 80.0, "00005": 75.0}


def test_an_own_rise_is_the_units_own_and_others_stood_still():
    found = moved(rows(OLD), rows(OLD | {"00005": 93.0}), "00005")

    assert found["expected_before"] > 4.8 and found["expected_now"] < 2.3
    assert found["expected_own"] > 2.3
    assert abs(found["expected_others"]) < 0.3 and found["expected_membership"] == pytest.approx(0, abs=1e-12)


def test_those_who_fell_lifted_a_unit_that_stayed():
    found = moved(rows(OLD), rows(OLD | {"00001": 70.0, "00002": 71.0}), "00003")

    assert found["expected_others"] > 1.5 and abs(found["expected_own"]) < 0.3


def test_a_newcomer_ahead_is_the_list_and_nothing_else():
    found = moved(rows(OLD), rows(OLD | {"00006": 98.0}), "00003")

    assert found["expected_membership"] == pytest.approx(-1, abs=0.1)
    assert abs(found["expected_own"]) + abs(found["expected_others"]) < 1e-9


def test_what_chance_put_first_goes_back_towards_the_middle():
    """With errors as large as the differences the expected ranks lie closer together than those by value."""
    found = moved(rows(OLD, 12.0), rows(OLD | {"00005": 96.0}, 12.0), "00005")

    assert 3 < found["expected_before"] < 4.5 and 1.5 < found["expected_now"] < 3


@given(before=figures, now=figures, lower=st.booleans())
def test_parts_add_up_and_agree_with_the_likely_ranks(before, now, lower):
    best = best_of("lower" if lower else "higher")
    found = expected_moves(rows(before), rows(now), UNITS, best)

    assert found.get_column("unit_code").to_list() == [unit for unit in UNITS if unit in before and unit in now]
    own, others, membership = (found.get_column(f"expected_{part}") for part in ("own", "others", "membership"))
    change = found.get_column("expected_before") - found.get_column("expected_now")
    assert np.allclose((own + others + membership).to_numpy(), change.to_numpy())
    for values, name in ((before, "expected_before"), (now, "expected_now")):
        ranks = likely_ranks(list(values.values()), [1.0] * len(values), best=best).expected
        by_unit = dict(zip(values, ranks, strict=True))
        recounted = [by_unit[unit] for unit in found.get_column("unit_code")]
        assert np.allclose(found.get_column(name).to_numpy(), recounted, atol=0.03)


def test_a_unit_of_which_nothing_is_known_stands_in_the_middle():
    unknown = pl.concat([rows(OLD), rows({"00009": 99.0}, None)])
    found = moved(unknown, unknown, "00009")

    assert found["expected_before"] == pytest.approx(3.5, abs=0.3) and abs(found["expected_own"]) < 1e-6


def test_units_that_are_in_one_period_only_have_no_move():
    found = expected_moves(rows(OLD), rows({"00009": 99.0}), ["00001", "00009"])

    assert found.is_empty() and dict(found.schema) == EXPECTED_MOVES


def test_expected_ranks_before_and_now_are_those_of_another_program():
    """PISA's countries, and the same with six times their errors: as multiple-inference draws them. Nothing but the
    errors differs, so all of the move is what regression to the mean takes from a country and from the others."""
    pisa = pl.read_csv(DATA / "pisa_2018_mathematics.csv", comment_prefix="#").rename({"country": "unit_code"})
    drawn = pl.read_csv(DATA / "likely_ranks.csv", comment_prefix="#").rename({"country": "unit_code"})
    once, six = (pisa.select("unit_code", estimate="mean", error=pl.col("standard_error") * times) for times in (1, 6))
    found = expected_moves(once, six, pisa.get_column("unit_code").to_list())
    for times, column, near in ((1, "expected_before", 0.01), (6, "expected_now", 0.1)):
        both = found.join(drawn.filter(pl.col("times") == times), on="unit_code")
        assert both.height == 37
        assert both.get_column(column).to_numpy() == pytest.approx(both.get_column("expected").to_numpy(), abs=near)
    parts = found.select(pl.sum_horizontal("expected_own", "expected_others", "expected_membership")).to_series()
    whole = found.select(pl.col("expected_before") - pl.col("expected_now")).to_series()
    assert parts.to_numpy() == pytest.approx(whole.to_numpy())
