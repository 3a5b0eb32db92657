"""Replies that were saved by hand, published as one snapshot: nothing is lost in silence, nothing counts twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from etl.__main__ import main
from etl.publishing.in_service import current_snapshot, snapshot_manifest
from ranking.manifest import table_file
from ranking.procedures import OTHERS, field_of
from tests.stand_in.recorded import further_folder, recorded_folder

PORTAL, REAL = recorded_folder(), further_folder()
pytestmark = pytest.mark.skipif(PORTAL is None or REAL is None, reason="the recorded replies are not at hand")


def publish(data: Path, *folders: Path) -> int:
    return main(["recorded", "--from", *map(str, folders), "--data", str(data)])


def snapshot(data: Path) -> Path:
    return current_snapshot(data / "published" / "recorded")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    data = tmp_path_factory.mktemp("recorded")
    assert publish(data, PORTAL, REAL) == 0
    return data


def figures(data: Path, **where: object) -> pl.DataFrame:
    return pl.read_parquet(snapshot(data) / table_file("measurements")).filter(**where)


def test_the_same_folders_again_in_another_order_change_nothing(whole, capsys):
    before = snapshot(whole).name
    assert publish(whole, REAL, PORTAL) == 0
    assert snapshot(whole).name == before
    assert "older than" not in " ".join(snapshot_manifest(snapshot(whole)).warnings)
    assert "PROCEDURE" not in capsys.readouterr().err


def test_a_procedure_s_file_tells_with_and_without_it(whole):
    year = {"measure": "on_time_share", "level": "commune", "series": "766-2026", "period_kind": "to_date"}
    parts = figures(whole, **year).filter(pl.col("field") != "all")
    without = parts.filter(pl.col("field") == OTHERS)
    everything = figures(whole, **year, field="all").filter(
        pl.col("period_start") == parts.item(0, "period_start"), pl.col("period_end") == parts.item(0, "period_end")
    )
    shares = [
        100 * of.get_column("numerator").sum() / of.get_column("denominator").sum() for of in (everything, without)
    ]

    assert set(parts.get_column("field")) == {field_of("2.000815"), OTHERS}
    assert [round(share, 2) for share in shares] == [92.72, 90.11]
    places = everything.join(without, on="unit_code", suffix="_without").select(
        "unit_code",
        *(
            (pl.col(f"numerator{of}") / pl.col(f"denominator{of}"))
            .rank("min", descending=True)
            .cast(pl.Int64)
            .alias(name)
            for of, name in (("", "place"), ("_without", "place_without"))
        ),
    )
    assert places.filter((pl.col("place") - pl.col("place_without")).abs() >= 10).height == 75
    assert places.filter(place=23).row(0)[1:] == (23, 80)


def test_captures_on_two_days_are_said_so_with_the_units_that_changed(whole):
    (warning,) = snapshot_manifest(snapshot(whole)).warnings
    assert warning.startswith("Phú Thọ, 2026-08: not captured on one day")
    assert "dossier-digitized, handling-satisfaction on 2026-09-28" in warning
    assert "differs in 24 of 163 units" in warning
    august = figures(whole, measure="index_766", unit_code="25", period_kind="month", series="766-2026")
    assert august["score"].to_list() == [59.92]
    assert "captured_apart: 2026-09-26, 2026-09-28" in august.item(0, "quality")


def test_petitions_are_measures_of_their_own_and_silent_where_there_were_none(whole):
    year = {"period_start": pl.Series(["2026-01-01"]).str.to_date().item(), "level": "commune", "series": "766-2026"}
    petitions = figures(whole, measure="petition_on_time_share", **year)
    assert petitions["state"].value_counts().sort("count").rows() == [("reported", 31), ("no_dossiers", 117)]
    quality = figures(whole, measure="mdhl", **year)["quality"]
    assert quality.str.starts_with("no_petitions").sum() == 117 and quality.str.starts_with("petitions: ").sum() == 31


def test_files_that_cannot_be_taken_are_named_and_the_others_published(tmp_path, capsys):
    folder = tmp_path / "saved"
    folder.mkdir()
    good = "dvc-progress-tree.H44.month-2026-08.20260926.json"
    shutil.copy(PORTAL / good, folder / good)
    (folder / "notes.json").write_text("{}")
    (folder / good.replace("-08.", "-13.")).write_text("{}")
    (folder / good.replace("H44", "H99")).write_text("{}")
    (folder / good.replace("0926", "0931")).write_text(json.dumps({"data": {}}))
    (folder / good.replace("-08.", "-07.")).write_text("<html>")
    assert publish(tmp_path, folder) == 1
    said = capsys.readouterr().err
    assert said.count("left out: ") == 5 and "notes.json" in said and "H99" in said and "20260931 is no day" in said
    assert figures(tmp_path, measure="received", level="commune").height == 148


def test_of_two_captures_of_one_month_the_later_counts(tmp_path):
    name = "dvc-progress-tree.H44.month-2026-08.20260926.json"
    folder = tmp_path / "saved"
    folder.mkdir()
    shutil.copy(PORTAL / name, folder / name)
    content = json.loads((PORTAL / name).read_bytes())
    child = next(row for row in content["data"]["children"] if row["level"] == "COMMUNE" and row["totalReceived"] > 1)
    before = child["totalReceived"]
    child["totalReceived"] += 1
    (folder / name.replace("0926", "0930")).write_text(json.dumps(content))
    assert publish(tmp_path, folder) == 0
    counts = figures(tmp_path, measure="received", level="commune")
    assert counts.height == 148 and counts.filter(state="reported").height == 148
    assert before + 1 in counts["numerator"].to_list()
    assert pl.read_parquet(snapshot(tmp_path) / table_file("quarantine")).is_empty()


def test_the_months_of_the_year_are_known_from_the_replies_own_charts(whole):
    own = figures(whole, measure="on_time_share", level="province", period_kind="month").sort("period_start")
    known = dict(zip(own["period_start"].dt.month(), own["score"], strict=True))
    assert known == {1: 67.16, 2: 43.24, 3: 64.29, 4: 31.58, 5: 49.63, 6: 84.52, 7: 79.31, 8: None}
    assert own.filter(pl.col("period_start").dt.month() == 8).select("numerator", "denominator").row(0) == (
        144625,
        184513,
    )
    country = figures(whole, measure="on_time_share", level="country").sort("period_start")
    assert country["score"].to_list() == [58.79, 37.7, 37.6, 39.92, 58.01, 82.01, 77.24, 78.12, 75.31]
    assert country["provisional"].to_list() == [False] * 8 + [True]
    scores = figures(whole, measure="index_766", level="country", series="766-2026").sort("period_end", "period_start")
    assert scores["score"].to_list()[:8] == [36.23, 34.36, 37.15, 38.21, 46.59, 57.27, 56.44, 54.67]
    assert figures(whole, quality="monthly_chart", level="commune").is_empty()


def test_services_used_online_are_counted_for_each_period_that_was_asked(whole):
    own = figures(whole, measure="online_services_used_share").sort("period_start", "period_end")
    assert set(own["level"]) == {"province"}
    known = own.select("numerator", "denominator").rows()
    assert known == [(516, 1884), (449, 1884), (406, 1968), (337, 1884)]


def test_online_filing_of_what_was_not_asked_follows_and_says_so(whole):
    own = figures(whole, measure="online_filing_share", level="province").filter(
        pl.col("quality").fill_null("").str.starts_with("derived:")
    )
    share = (100 * pl.col("numerator") / pl.col("denominator")).round(1)
    assert own.sort("period_start").select("period_kind", share).rows() == [("half", 98.0), ("month", 98.9)]
    derived = pl.read_parquet(snapshot(whole) / table_file("measurements")).filter(
        pl.col("quality").fill_null("").str.starts_with("derived:")
    )
    assert set(derived["measure"]) == {"online_filing_share"}
