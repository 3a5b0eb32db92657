"""How unlike the work of units is."""

from __future__ import annotations

import polars as pl
import pytest

from ranking.mix_distance import unlike


def fields(**units: dict[str, int]) -> pl.DataFrame:
    rows = [(unit, field, n) for unit, own in units.items() for field, n in own.items()]
    return pl.DataFrame(rows, schema=["unit_code", "field", "denominator"], orient="row")


def test_it_is_the_part_that_would_have_to_be_of_another_field():
    assert unlike(fields(a={"land": 3, "copies": 1}, b={"land": 1, "copies": 3})) == pytest.approx(0.5)
    assert unlike(fields(a={"land": 30, "copies": 10}, b={"land": 3, "copies": 1})) == pytest.approx(0)
    assert unlike(fields(a={"land": 5}, b={"copies": 5})) == 1


def test_of_several_units_the_two_that_are_most_unlike_count():
    assert unlike(fields(a={"land": 1}, b={"land": 1}, c={"copies": 1})) == 1


def test_nothing_is_told_of_one_unit_alone():
    assert unlike(fields(a={"land": 3})) is None and unlike(fields(a={"land": 3}, b={"land": 0})) is None
