"""Measures derived from dossiers received: working days and residents, counted by hand."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from etl.publishing.harvest import measurement_rows
from ranking.derived import received_per_1000, received_per_day
from ranking.tables import Measurements
from store.reference import reference_table
from store.swapped_days import swapped_days

SWAPS = swapped_days()


@pytest.fixture
def received(measurement):
    """Frame of `received` rows, each Tân Hòa with 500 dossiers in August 2026 unless changed."""

    def rows(*changes: dict[str, object]) -> pl.DataFrame:
        common = {"measure": "received", "numerator": 500.0, "denominator": None}
        return measurement_rows(measurement(**(common | change)) for change in changes)

    return rows


def test_per_day_divides_by_working_days(received):
    rows = received_per_day(received({"period_start": date(2026, 9, 1), "period_end": date(2026, 9, 30)}), SWAPS)
    assert rows.select("measure", "numerator", "denominator").rows() == [("received_per_day", 500, 20)]


def test_per_day_of_a_weekend_has_no_days_to_divide_by(received):
    rows = received_per_day(received({"period_start": date(2026, 6, 13), "period_end": date(2026, 6, 14)}), SWAPS)
    assert rows["denominator"].to_list() == [0]


def test_per_1000_divides_by_residents(received):
    rows = received_per_1000(received({}), reference_table("units"))
    assert rows.select("unit_code", "numerator", "denominator").rows() == [("04792", 500, 14316)]


def test_residents_of_a_province_are_those_of_its_communes(received):
    units = reference_table("units")
    rows = received_per_1000(received({"unit_code": "25", "level": "province"}), units)
    assert rows["denominator"].to_list() == [units.filter(pl.col("province_code") == "25")["population"].sum()]


def small_province(**second: object) -> pl.DataFrame:
    """Province 99 of two communes: 10000 with 2,000 residents, 10001 as given."""
    known = {"code": "10000", "province_code": "99", "population": 2000, "quality": None}
    schema = {"code": pl.String, "province_code": pl.String, "population": pl.Int64, "quality": pl.String}
    return pl.DataFrame([known, {**known, "code": "10001"} | second], schema=schema)


ONE_PREDECESSOR = {"population": 100, "quality": "area_population_of_one_predecessor"}


@pytest.mark.parametrize(
    ("second", "residents"),
    [({"population": 3000}, 5000), ({"population": None}, None), (ONE_PREDECESSOR, None)],
    ids=["known", "unknown", "known to be wrong"],
)
def test_a_province_has_residents_only_where_all_its_communes_have(received, second, residents):
    rows = received_per_1000(received({"unit_code": "99", "level": "province"}), small_province(**second))
    assert rows["denominator"].to_list() == [residents]


def test_a_population_known_to_be_wrong_is_not_divided_by_and_says_so(received):
    rows = received_per_1000(received({"unit_code": "10001"}), small_province(**ONE_PREDECESSOR))
    assert rows.select("denominator", "quality").rows() == [(None, "area_population_of_one_predecessor")]


def test_an_old_commune_has_no_residents_of_today(received):
    june = {"period_start": date(2025, 6, 1), "period_end": date(2025, 6, 30)}
    assert received_per_1000(received(june), reference_table("units")).is_empty()


@pytest.mark.parametrize(
    "change", [{"state": "not_reported", "numerator": None}, {"field": "Đất đai"}], ids=["silent", "one field"]
)
def test_only_reported_totals_are_derived_from(received, change):
    assert received_per_day(received(change), SWAPS).is_empty()
    assert received_per_1000(received(change), reference_table("units")).is_empty()


def test_derived_rows_keep_every_rule_of_measurements(received):
    rows = received({}, {"unit_code": "25", "level": "province"})
    for derived in (received_per_day(rows, SWAPS), received_per_1000(rows, reference_table("units"))):
        assert Measurements.validate(derived).height == 2
