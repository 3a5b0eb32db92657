"""What it takes to be among the first third, by counts that can be checked by hand."""

from __future__ import annotations

from math import comb

import numpy as np
import polars as pl
import pytest

from ranking import first_third

RHO = 0.0


def ranked(late: list[int], n: int = 475, rho: float | None = RHO, bond: float | None = 0.0) -> pl.DataFrame:
    """Units A, B, … with so many late ones of n each."""
    rows = [
        {"unit_code": chr(65 + at), "numerator": float(n - bad), "denominator": float(n), "value": 100 * (n - bad) / n}
        for at, bad in enumerate(late)
    ]
    return pl.DataFrame(rows).with_columns(rho=pl.lit(rho, pl.Float64), bond=pl.lit(bond, pl.Float64))


def test_the_last_of_the_first_third_sets_the_level():
    assert first_third.threshold(pl.Series([90.0, 97.0, 95.0, 99.0, 80.0, 91.0]), "high") == 97.0
    assert first_third.threshold(pl.Series([5.0, 1.0, 3.0]), "low") == 1.0
    assert first_third.threshold(pl.Series([5.0, 1.0]), "low") is None


def test_a_source_that_counts_too_much_sets_no_impossible_level():
    assert first_third.threshold(pl.Series([104.0, 101.0, 90.0]), "high") == 100.0
    assert first_third.step(ranked([-3, 22, 30]), "A", 95.0, "high") is None


@pytest.mark.parametrize(
    ("n", "level", "best", "found"),
    [
        (475, 95.36, "high", 22),
        (475, 95.4, "high", 21),
        (100, 95.0, "high", 5),
        (100, 7.0, "low", 7),
        (30, 100, "high", 0),
    ],
)
def test_so_many_may_be_late(n, level, best, found):
    assert first_third.allowed(n, level, best) == found


def test_a_level_beyond_a_share_is_refused():
    with pytest.raises(ValueError, match="from 0 to 100 per cent, found 101"):
        first_third.allowed(10, 101, "high")


def test_33_late_of_475_where_22_are_allowed_must_become_11_fewer():
    found = first_third.step(ranked([33, 22, 30, 40, 50, 12]), "A", 100 * 453 / 475, "high")

    assert found is not None
    assert (found.bad, found.n, found.allowed, found.fewer) == (33, 475, 22, 11)


def test_one_that_is_there_needs_nothing():
    found = first_third.step(ranked([10, 22, 30]), "A", 95.0, "high")

    assert found is not None and found.fewer == 0


def test_a_share_of_bad_ones_counts_its_numerator():
    found = first_third.step(ranked([470, 450, 440]), "A", 2.0, "low")

    assert found is not None
    assert (found.bad, found.allowed) == (5, 9)


def test_units_that_are_all_alike_change_places_by_luck():
    """30 to 50 late of 475 is what chance makes of one level: who shows 45 has good chances to show 40 or fewer."""
    late = [int(x) for x in np.random.default_rng(1).binomial(475, 40 / 475, 60)]
    found = first_third.step(ranked([45, *late]), "A", 100 * 435 / 475, "high")

    assert found is not None and found.by_luck is not None
    mean = float(np.mean([45, *late]))
    assert found.by_luck == pytest.approx(sum(_binomial(475, k, mean / 475) for k in range(41)), abs=0.03)


def test_where_units_truly_differ_luck_does_little():
    found = first_third.step(ranked([90, *range(5, 65)]), "A", 100 * 453 / 475, "high")

    assert found is not None and found.by_luck is not None
    assert found.by_luck < 0.001


def test_the_safe_level_lies_below_what_is_allowed():
    """Of 475 with 18 usual, at most 22 are late with probability 0.86; with 19 usual with 0.80."""
    found = first_third.step(ranked([33, 22, 30]), "A", 100 * 453 / 475, "high")

    assert found is not None and found.safe is not None
    chance = [sum(_binomial(475, k, m / 475) for k in range(23)) for m in (found.safe, found.safe + 1)]
    assert chance[0] >= 0.8 > chance[1]


def _binomial(n: int, k: int, p: float) -> float:
    return comb(n, k) * p**k * (1 - p) ** (n - k)


def test_alike_dossiers_ask_for_more_distance():
    one, other = (first_third.step(ranked([33, 22, 30], rho=rho), "A", 95.37, "high") for rho in (0.0, 0.01))

    assert one is not None and other is not None and one.safe is not None and other.safe is not None
    assert other.safe < one.safe


def test_without_a_known_error_nothing_is_said_of_luck():
    found = first_third.step(ranked([33, 22, 30], rho=None), "A", 95.0, "high")

    assert found is not None
    assert (found.by_luck, found.safe, found.fewer) == (None, None, 10)


def test_who_is_not_ranked_has_no_step():
    assert first_third.step(ranked([33, 22]), "Z", 95.0, "high") is None


def test_luck_that_lasts_keeps_a_unit_where_it_is():
    late = [int(x) for x in np.random.default_rng(1).binomial(475, 40 / 475, 60)]
    free, bound = (first_third.step(ranked([60, *late], bond=bond), "A", 91.5, "high") for bond in (0.0, 0.6))

    assert free is not None and bound is not None and free.by_luck is not None and bound.by_luck is not None
    assert bound.by_luck < free.by_luck


def test_luck_does_as_much_as_was_said():
    """120 true levels with a month each: about as many reach the level next month as the probabilities add up to."""
    draws = np.random.default_rng(3)
    levels = np.clip(draws.normal(0.08, 0.02, 120), 0.01, 0.2)
    rows = ranked([int(x) for x in draws.binomial(400, levels)], n=400)
    rows = rows.with_columns(unit_code=pl.Series([f"{n:05}" for n in range(120)]))
    level = first_third.threshold(rows.get_column("value"), "high")
    assert level is not None
    steps = [step for code in rows.get_column("unit_code") if (step := first_third.step(rows, code, level, "high"))]
    said = sum(step.by_luck or 0.0 for step in steps)
    reached = np.mean([(draws.binomial(400, levels) <= steps[0].allowed).sum() for _ in range(200)])

    assert said == pytest.approx(reached, rel=0.1)


def test_fields_are_set_beside_the_province():
    fields = pl.DataFrame(
        {
            "field": ["Hộ tịch", "Đất đai", "Chứng thực", "Khác"],
            "numerator": [200.0, 36.0, 148.0, 0.0],
            "denominator": [205.0, 53.0, 150.0, 0.0],
            "usual_numerator": [980.0, 830.0, None, 5.0],
            "usual_denominator": [1000.0, 1000.0, None, 5.0],
        }
    )
    found = first_third.gaps(fields, "high")

    assert [(gap.field, gap.bad, gap.n, gap.fewer) for gap in found] == [
        ("Đất đai", 17, 53, 8), ("Hộ tịch", 5, 205, 1), ("Chứng thực", 2, 150, 0),
    ]  # fmt: skip
    assert found[0].usual == pytest.approx(9.01)
    assert found[2].usual is None
