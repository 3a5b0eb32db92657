"""A refused row of a province never removes it: its units are added up, and the figure says of how many."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from display.words.marks import quality_words
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.in_service import current_snapshot, snapshot_manifest
from etl.publishing.province_sums import with_sums
from etl.publishing.publish import publish
from ranking.manifest import table_file
from ranking.periods import parse
from store import standings
from store.reference import measures, reference_table
from store.snapshot import open_snapshot
from tests.conftest import CAPTURED
from tests.etl.portal.test_checks import PROGRESS, parsed
from tests.form_reading import read_form
from tests.ui.rankings.test_panels import view_of
from tests.workbooks import FormSheet, counts, row, write

LATER = datetime(2026, 9, 3, 1, tzinfo=UTC)
PROVINCE = {"unit_code": "25", "level": "province"}
DEPARTMENT = {"unit_code": "H44.15", "level": "department", "numerator": 95}


def summed(*rows: dict, refused: tuple[dict, ...] = ()) -> tuple[pl.DataFrame, list[str]]:
    """What is published of the rows that were taken, where those `refused` were not."""
    taken = measurement_rows(rows)
    harvested = pl.concat([taken, measurement_rows(refused)])
    return with_sums(taken, harvested, measures(), reference_table("units"), reference_table("provinces"))


def province(rows: pl.DataFrame) -> dict:
    return rows.row(by_predicate=pl.col("level") == "province", named=True)


def test_the_communes_and_departments_are_added_up_and_the_figure_says_so(measurement):
    units = [measurement(), measurement(unit_code="04795", numerator=70), measurement(**DEPARTMENT)]
    rows, told = summed(*units, refused=(measurement(**PROVINCE, numerator=900),))
    found = province(rows)

    assert (found["unit_code"], found["numerator"], found["denominator"], found["state"]) == (
        "25",
        255,
        300,
        "reported",
    )
    assert found["quality"] == "summed_from_units: 2/148, 1 departments"
    assert told == [
        "province 25, 2026-08, portal: its own row could not be taken or says nothing, "
        "so 2 of 148 communes were added up: on_time_share"
    ]


def test_a_province_that_says_nothing_is_added_up_where_its_communes_do(measurement):
    rows, _ = summed(measurement(), measurement(**PROVINCE, state="not_reported"))

    assert rows.height == 2
    assert (province(rows)["numerator"], province(rows)["quality"]) == (90, "summed_from_units: 1/148")


def test_silent_communes_are_not_in_the_sum_and_those_without_dossiers_are(measurement):
    silent = measurement(unit_code="04795", state="not_reported")
    nothing = measurement(unit_code="04828", state="no_dossiers", numerator=0, denominator=0)
    rows, _ = summed(measurement(), silent, nothing, refused=(measurement(**PROVINCE),))

    assert province(rows)["quality"] == "summed_from_units: 2/148"


def test_a_province_of_communes_without_dossiers_has_none(measurement):
    nothing = measurement(state="no_dossiers", numerator=0, denominator=0)
    rows, _ = summed(nothing, refused=(measurement(**PROVINCE),))

    assert (province(rows)["state"], province(rows)["denominator"]) == ("no_dossiers", 0)


def test_communes_of_another_province_period_or_field_are_not_in_the_sum(measurement):
    others = [measurement(unit_code="00004"), measurement(field="Đất đai"), measurement(period_kind="quarter")]
    rows, told = summed(*others, refused=(measurement(**PROVINCE),))

    assert (set(rows.get_column("level")), told) == ({"commune"}, [])


@pytest.mark.parametrize(
    "changes",
    [
        {"measure": "tdgq", "score": 12.0, "max_score": 20.0},
        {"measure": "median_processing_days", "basis": "dossiers", "denominator": 10},
    ],
    ids=["score", "median"],
)
def test_scores_and_medians_are_never_added_up(measurement, changes):
    rows, _ = summed(measurement(**changes), refused=(measurement(**PROVINCE, **changes),))

    assert set(rows.get_column("level")) == {"commune"}


def test_a_figure_of_its_own_stays(measurement):
    rows, told = summed(measurement(), measurement(**PROVINCE, numerator=850, denominator=1000))

    assert (province(rows)["numerator"], province(rows)["quality"], told) == (850, None, [])


def test_a_province_whose_row_breaks_its_sum_stays_in_the_ranking_of_provinces(published, measurement):
    rows = [measurement(), measurement(**PROVINCE, numerator=1001, denominator=1000)]
    publish(published, "simulated", Harvest(measurement_rows(rows), CAPTURED, ["made up"]), nature="simulated")
    ranked = standings.ranking(
        open_snapshot("simulated"), "province", "on_time_share", "portal", parse("2026-08"), "VN"
    )

    assert ranked.select("unit_code", "value", "rank", "quality").rows() == [("25", 90, 1, "summed_from_units: 1/148")]


def test_a_sum_does_not_replace_what_the_province_said_before(published, measurement):
    later = {"captured_at": LATER}
    rows = [measurement(**later), measurement(**PROVINCE, state="not_reported", **later)]
    publish(published, "live", Harvest(measurement_rows(rows), LATER, ["portal:test"]), nature="live")
    snapshot = current_snapshot(published / "published" / "live")
    held = pl.read_parquet(snapshot / table_file("measurements")).filter(pl.col("level") == "province")

    assert held.get_column("numerator").to_list() == [850]
    assert any("earlier values stay" in warning for warning in snapshot_manifest(snapshot).warnings)


def test_a_refused_total_of_a_form_leaves_the_province_to_be_added_up(tmp_path):
    good, total = counts(60, 40, 10, 50, 30, 5, 20, 5), counts(60, 40, 10, 50, 30, 5, 20, 5)
    sheet = FormSheet([row(1, "Phường Việt Trì", good), row(None, "Toàn tỉnh", total, c7=84)])
    harvest, report = read_form(
        write(tmp_path / "ii06-2026-08.xlsx", sheet),
        reference_table("units"),
        reference_table("provinces"),
        captured_at=LATER,
    )
    published = publish(tmp_path, "live", harvest, nature="live")
    rows = pl.read_parquet(tmp_path / "published" / "live" / published.id / table_file("measurements"))
    found = rows.filter(pl.col("level") == "province").sort("measure")

    assert "the sum does not hold" in report.quarantined[0]
    assert dict(found.select("measure", "numerator").iter_rows())["received"] == 100
    assert set(found.filter(pl.col("measure") == "online_filing_share").get_column("quality")) == {
        "summed_from_units: 1/148"
    }


def test_a_refused_parent_of_the_portal_leaves_the_province_to_be_added_up(tmp_path):
    def more_than_all(data: dict) -> None:
        data["parent"]["totalOnTime"] = data["parent"]["totalReceived"] + 1

    harvest = parsed(PROGRESS, more_than_all)
    whole = parsed(PROGRESS, lambda data: None).measurements
    manifest = publish(tmp_path, "live", harvest, nature="live")
    rows = pl.read_parquet(tmp_path / "published" / "live" / manifest.id / table_file("measurements"))
    told = (pl.col("level") == "province") & (pl.col("measure") == "on_time_share")

    assert rows.filter(told).item(0, "quality").startswith("summed_from_units: ")
    for name in ("numerator", "denominator"):
        assert rows.filter(told).item(0, name) == whole.filter(told).item(0, name)


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        ("summed_from_units: 147/148", "cộng từ 147/148 xã, phường"),
        ("summed_from_units: 147/148, 15 departments", "cộng từ 147/148 xã, phường và 15 sở, ngành"),
    ],
)
def test_the_pages_say_that_it_is_a_sum(published, quality, words):
    assert quality_words(view_of("live"), quality) == [f"dòng của tỉnh không dùng được, {words}"]
