"""The level of many units together, by kind of measure."""

from __future__ import annotations

import polars as pl
import pytest

from etl.publishing.harvest import measurement_rows
from ranking.levels import common, is_typical, together, whole
from store.reference import measures

REGISTRY = measures()
SILENT = {"state": "not_reported", "numerator": None, "denominator": None}


@pytest.fixture
def level(measurement):
    def of(measure: str, *changes: dict[str, object]) -> float | None:
        rows = measurement_rows(measurement(**({"measure": measure} | change)) for change in changes)
        return together(rows, REGISTRY[measure])

    return of


def test_a_share_weighs_each_dossier_alike(level):
    units = {"numerator": 90.0, "denominator": 100.0}, {"numerator": 100.0, "denominator": 900.0}
    assert level("on_time_share", *units) == 19  # 190 of 1,000, not the mean of 90 and 11.1


def test_a_rate_is_per_its_own_number(level):
    units = {"numerator": 3.0, "denominator": 1000.0}, {"numerator": 9.0, "denominator": 2000.0}
    assert level("received_per_1000", *units) == 4  # 12 of 3,000


def test_a_unit_without_denominator_counts_neither_above_nor_below(level):
    units = {"numerator": 3.0, "denominator": 1000.0}, {"numerator": 9.0, "denominator": None}
    assert level("received_per_1000", *units) == 3


def test_counts_add_up(level):
    assert level("received", {"numerator": 400.0}, {"numerator": 900.0}) == 1300


def test_of_scores_the_middle_one_stands(level):
    points = [{"score": score, "max_score": 12.0} for score in (2.0, 9.0, 10.0)]
    assert level("clgq", *points) == 9


def test_of_quantities_the_middle_one_stands(level):
    assert level("processing_days", *({"numerator": days} for days in (1.0, 3.0, 20.0))) == 3


def test_silent_units_do_not_count(level):
    assert level("on_time_share", {"numerator": 90.0, "denominator": 100.0}, SILENT) == 90


@pytest.mark.parametrize("measure", ["on_time_share", "received", "clgq"])
def test_where_nobody_reports_there_is_no_level(level, measure):
    assert level(measure, SILENT) is None


def test_without_any_dossier_there_is_no_share(level):
    assert level("on_time_share", {"numerator": 0.0, "denominator": 0.0}) is None


def test_no_units_have_no_level():
    assert together(measurement_rows([]), REGISTRY["on_time_share"]) is None


@pytest.mark.parametrize(
    ("measure", "typical"),
    [
        ("clgq", True),
        ("processing_days", True),
        ("on_time_share", False),
        ("received_per_day", False),
        ("received", False),
    ],
)
def test_scores_and_quantities_are_typical_the_rest_are_levels(measure, typical):
    assert is_typical(REGISTRY[measure]) is typical


def test_the_order_of_the_units_does_not_matter(level):
    units = [{"numerator": float(n), "denominator": 100.0} for n in (10, 50, 90)]
    assert level("on_time_share", *units) == level("on_time_share", *reversed(units)) == 50


def test_a_unit_s_count_is_compared_with_the_middle_unit_not_with_the_sum(measurement):
    rows = measurement_rows(measurement(measure="received", numerator=n) for n in (400.0, 900.0, 5000.0))

    assert common(rows, REGISTRY["received"]) == 900
    assert together(rows, REGISTRY["received"]) == 6300


def test_a_unit_s_share_is_compared_with_the_middle_unit_a_province_is_all_its_dossiers(measurement):
    rows = measurement_rows(measurement(numerator=part, denominator=100.0) for part in (10.0, 20.0, 90.0))

    assert common(rows, REGISTRY["on_time_share"]) == 20
    assert whole(rows, REGISTRY["on_time_share"]) == 40


def test_the_middle_unit_is_one_of_those_that_are_ranked(measurement):
    rows = measurement_rows(measurement(numerator=part, denominator=100.0) for part in (10.0, 20.0, 90.0))
    ranked = rows.with_columns(rank=pl.Series([None, 2, 1], dtype=pl.UInt32))

    assert common(ranked, REGISTRY["on_time_share"]) == 55
