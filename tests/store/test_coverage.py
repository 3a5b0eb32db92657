"""Who has reported: of all the units there are, by source and period, and who has not since when."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from ranking.periods import Period, parse
from store import coverage, standings
from store.snapshot import open_snapshot
from tests.conftest import CAPTURED

THANH_HOA = "38"
AUGUST, JULY = parse("2026-08"), parse("2026-07")
FORGOTTEN, NEVER, SILENT, ALWAYS_SILENT, NOTHING, FEW = "14758", "14797", "14812", "14818", "14845", "14848"
"""Left out of August; left out of everything; silent in August; silent in both; no dossiers; five dossiers alone."""


@pytest.fixture
def world(published, measurement):
    """`simulated`: all 166 communes of Thanh Hóa in July and August, but for those that say nothing."""
    codes = standings.unit_names(open_snapshot("live", unreleased=True), "commune").filter(
        pl.col("province_code") == THANH_HOA
    )
    rows = [row for code in codes.get_column("unit_code") for row in _rows(code, measurement)]
    rows.append(measurement(unit_code=THANH_HOA, level="province", numerator=9000, denominator=10000))
    publish(published, "simulated", Harvest(measurement_rows(rows), CAPTURED, ["made up"]), nature="simulated")
    return published


def _rows(code: str, row) -> list[dict]:
    july = {"period_start": date(2026, 7, 1), "period_end": date(2026, 7, 31)}
    silent = {"state": "not_reported"}
    n = {"numerator": 5, "denominator": 5} if code == FEW else {}
    n = {"state": "no_dossiers", "numerator": 0, "denominator": 0} if code == NOTHING else n
    months = {
        NEVER: [],
        FORGOTTEN: [row(**july)],
        SILENT: [row(**july), row(**silent)],
        ALWAYS_SILENT: [row(**july, **silent), row(**silent)],
    }.get(code, [row(**july), row(**n)])
    return [one | {"unit_code": code} for one in months]


def found(scope: str = THANH_HOA, period: Period = AUGUST, seen=None) -> coverage.Coverage:
    return coverage.coverage(open_snapshot("simulated").seen_in(seen), "commune", scope, "portal", period)


@pytest.mark.parametrize("seen", [None, frozenset(), frozenset({THANH_HOA})], ids=["all", "public", "own"])
def test_who_reported_is_counted_against_all_there_are_for_every_reader(world, seen):
    assert (found(seen=seen).of, found(seen=seen).reporting) == (166, 162)


def test_each_missing_unit_is_told_with_what_the_source_does_and_since_when(world):
    told = {row["unit_code"]: (row["state"], coverage.last(row)) for row in found().missing.iter_rows(named=True)}

    assert told == {
        FORGOTTEN: ("absent", JULY),
        NEVER: ("absent", None),
        SILENT: ("not_reported", JULY),
        ALWAYS_SILENT: ("not_reported", None),
    }


def test_no_dossiers_and_a_withheld_figure_are_reports(world):
    assert not {NOTHING, FEW} & set(found(seen=frozenset()).missing.get_column("unit_code"))


def test_the_month_after_does_not_count_as_the_last_one(world):
    assert {row["last_end"] for row in found(period=JULY).missing.iter_rows(named=True)} == {None}


def test_a_period_that_the_source_has_no_row_of_is_reported_by_nobody(world):
    september = found(period=parse("2026-09"))

    assert (september.of, september.reporting) == (166, 0)
    assert september.missing.filter(pl.col("unit_code") == NOTHING).item(0, "last_end") == date(2026, 8, 31)


def test_of_the_country_every_commune_there_is_counts(world):
    assert (found("VN").of, found("VN").reporting) == (3321, 162)


def test_another_source_is_counted_by_itself(world):
    form = coverage.coverage(open_snapshot("simulated"), "commune", THANH_HOA, "form", AUGUST)
    assert (form.of, form.reporting) == (166, 0)


def test_a_ranking_gets_a_row_for_each_unit_without_one(world):
    snapshot = open_snapshot("simulated")
    ranked = standings.ranking(snapshot, "commune", "on_time_share", "portal", AUGUST, THANH_HOA)
    rows = coverage.with_absent(ranked, snapshot, "commune", THANH_HOA)

    assert (ranked.height, rows.height) == (164, 166)
    assert set(rows.filter(pl.col("state") == "absent").get_column("unit_code")) == {FORGOTTEN, NEVER}
    assert rows.get_column("rank").count() == ranked.get_column("rank").count()


def test_a_ranking_that_does_not_exist_stays_empty(world):
    snapshot = open_snapshot("simulated")
    nothing = standings.ranking(snapshot, "commune", "tdgq", "portal", AUGUST, THANH_HOA)

    assert coverage.with_absent(nothing, snapshot, "commune", THANH_HOA).is_empty()


def test_the_calendar_counts_the_same(world):
    month = coverage.by_month(open_snapshot("simulated")).filter(
        pl.col("month") == AUGUST.start, pl.col("province") == THANH_HOA
    )
    assert month.select("reporting", "of").row(0) == (162, 166)
