"""Publishing: what a second harvest may change, what is ranked, and what no fault may do to readers."""

from __future__ import annotations

import errno
import hashlib
import itertools
import multiprocessing
import os
import random
import resource
import shutil
import signal
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from etl.publishing import in_service
from etl.publishing import publish as publishing
from etl.publishing.harvest import Harvest, measurement_rows, quarantine_rows
from etl.publishing.in_service import current_snapshot, snapshot_manifest
from etl.publishing.publish import publish, publish_chunks
from etl.publishing.withhold import PUBLIC
from files.faults import Fault
from ranking.manifest import CURRENT, table_file
from ranking.tables import SNAPSHOT_TABLES
from store import reference, sight
from store.snapshot import open_snapshot

FIRST, LATER = datetime(2026, 9, 2, 1, tzinfo=UTC), datetime(2026, 9, 3, 1, tzinfo=UTC)
TAN_HOA, HOA_BINH, THONG_NHAT, DA_BAC, BA_DINH = "04792", "04795", "04828", "04831", "00004"
SOURCE = "portal:test"
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
REGISTRY = reference.measures()


@pytest.fixture(autouse=True)
def read_definitions_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing the YAML of all measures takes most of the time of a small publish."""
    monkeypatch.setattr(reference, "measures", lambda: REGISTRY)


def in_own_process(target: Callable, *words: object) -> multiprocessing.process.BaseProcess:
    worker = PROCESSES.Process(target=_with_definitions, args=(target, *words))
    worker.start()
    return worker


def _with_definitions(target: Callable, *words: object) -> None:
    reference.measures = lambda: REGISTRY
    target(*words)


def harvest(*rows: dict[str, object], **changes: Any) -> Harvest:
    moments = [row["captured_at"] for row in rows if row["captured_at"]]
    known = {"captured_at": max(moments, default=FIRST), "sources": [SOURCE]}
    return Harvest(measurement_rows(rows), **(known | changes))


def table(data: Path, name: str, dataset: str = "live") -> pl.DataFrame:
    return pl.read_parquet(current_snapshot(data / "published" / dataset) / table_file(name))


def numerators(data: Path, dataset: str = "live") -> list[float | None]:
    return table(data, "measurements", dataset).sort("unit_code", "period_end")["numerator"].to_list()


def ranks(data: Path, scope: str, measure: str = "on_time_share") -> dict[str, int | None]:
    rows = table(data, "standings").filter(pl.col("scope") == scope, pl.col("measure") == measure)
    return dict(rows.sort("unit_code").select("unit_code", "rank").iter_rows())


def assert_whole(snapshot: Path) -> None:
    manifest = snapshot_manifest(snapshot)
    assert manifest.id == snapshot.name
    for name in SNAPSHOT_TABLES:
        path = snapshot / table_file(name)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == manifest.sha256[name]
        assert pl.read_parquet(path).height == manifest.rows[name]


# --- one publish


def test_the_manifest_gives_rows_and_sha256_of_every_table(tmp_path, measurement):
    manifest = publish(tmp_path, "live", harvest(measurement()), nature="live")
    assert set(manifest.rows) == set(manifest.sha256) == {*SNAPSHOT_TABLES, *PUBLIC}
    assert (manifest.rows["measurements"], manifest.rows["standings"]) == (1, 2)
    assert_whole(tmp_path / "published" / "live" / manifest.id)


def test_current_names_the_snapshot_and_nothing_is_left_beside_it(tmp_path, measurement):
    manifest = publish(tmp_path, "live", harvest(measurement()), nature="live")
    folder = tmp_path / "published" / "live"
    assert (folder / CURRENT).read_text() == manifest.id + "\n"
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [manifest.id]


def test_working_days_make_received_per_day(tmp_path, measurement):
    september = {"period_start": date(2026, 9, 1), "period_end": date(2026, 9, 30)}
    publish(
        tmp_path, "live", harvest(measurement(measure="received", numerator=500, denominator=None, **september)),
        nature="live",
    )  # fmt: skip
    row = table(tmp_path, "measurements").row(by_predicate=pl.col("measure") == "received_per_day", named=True)
    assert (row["numerator"], row["denominator"]) == (500, 20)
    standing = table(tmp_path, "standings").filter(pl.col("measure") == "received_per_day", pl.col("scope") == "25")
    assert standing["value"].to_list() == [25]


def test_residents_make_received_per_1000(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(measure="received", numerator=500, denominator=None)), nature="live")
    row = table(tmp_path, "measurements").row(by_predicate=pl.col("measure") == "received_per_1000", named=True)
    assert (row["numerator"], row["denominator"]) == (500, 14316)


def test_an_unknown_measure_is_refused_by_name(tmp_path, measurement):
    with pytest.raises(Fault, match="no_such_measure"):
        publish(tmp_path, "live", harvest(measurement(measure="no_such_measure")), nature="live")


@pytest.mark.parametrize("seed", range(3))
def test_row_order_does_not_matter(tmp_path, measurement, seed):
    january = {"period_start": date(2026, 1, 1), "period_end": date(2026, 1, 31)}
    to_date = {"period_start": date(2026, 1, 1), "period_end": date(2026, 9, 2), "period_kind": "to_date"}
    rows = [
        measurement(unit_code=code, numerator=n + shift, **period)
        for n, code in enumerate((TAN_HOA, HOA_BINH, THONG_NHAT, BA_DINH))
        for shift, period in ((0, {}), (10, january), (20, to_date))
    ]
    mixed = random.Random(seed).sample(rows, len(rows))
    first = publish(tmp_path, "live", harvest(*rows), nature="live")
    assert publish(tmp_path / "other", "live", harvest(*mixed), nature="live").id == first.id


# --- rows that break a rule


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"numerator": -1.0}, "not_negative"),
        ({"numerator": float("inf")}, "finite"),
        ({"denominator": float("nan")}, "finite"),
        ({"period_end": date(2026, 7, 31)}, "period_in_order"),
        ({"numerator": None}, "reported_has_a_figure"),
        ({"state": "not_reported", "numerator": 0.0}, "silent_has_no_figure"),
        ({"unit_code": "4792"}, "unit_code|regex"),
        ({"level": "district"}, "level|check"),
        ({"state": "on_strike", "numerator": None}, "known_state"),
        ({"source": None}, "source|nullability"),
        ({"captured_at": None}, "captured_at|nullability"),
    ],
)
def test_a_broken_row_goes_to_quarantine_with_the_rule_named(tmp_path, measurement, changes, rule):
    publish(tmp_path, "live", harvest(measurement(**changes), measurement(unit_code=HOA_BINH)), nature="live")
    assert table(tmp_path, "measurements")["unit_code"].to_list() == [HOA_BINH]
    (reason,) = table(tmp_path, "quarantine")["reason"]
    assert rule in reason.removeprefix("breaks the rule ").split(", ")


def test_two_different_rows_for_one_cell_are_both_refused(tmp_path, measurement):
    rows = [measurement(numerator=80.0), measurement(numerator=90.0), measurement(unit_code=HOA_BINH)]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    assert table(tmp_path, "measurements")["unit_code"].to_list() == [HOA_BINH]
    assert table(tmp_path, "quarantine")["reason"].to_list() == ["breaks the rule primary_key"] * 2


def test_of_two_captures_of_one_cell_in_a_harvest_the_later_counts(tmp_path, measurement):
    rows = [measurement(numerator=95.0, captured_at=LATER), measurement(numerator=90.0)]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    assert numerators(tmp_path) == [95]
    assert table(tmp_path, "quarantine").is_empty()


def test_a_part_of_more_than_the_whole_is_no_share(tmp_path, measurement):
    rows = [measurement(numerator=101), measurement(unit_code=HOA_BINH, numerator=100)]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    assert numerators(tmp_path) == [100]
    reasons = table(tmp_path, "quarantine").select("place", "reason").rows()
    assert reasons == [("04792 2026-08-01–2026-08-31", "the part is more than the whole: 101 of 100 (on_time_share)")]


def test_a_source_that_speaks_again_replaces_its_own_quarantine_only(tmp_path, measurement):
    def refused(source: str) -> Harvest:
        line = {"source": source, "place": "row 3", "reason": "no such unit", "captured_at": FIRST}
        return harvest(measurement(source=source), sources=[source], quarantine=quarantine_rows([line]))

    publish(tmp_path, "live", refused("form:a"), nature="live")
    publish(tmp_path, "live", refused("form:b"), nature="live")
    publish(tmp_path, "live", harvest(measurement(source="form:a"), sources=["form:a"]), nature="live")
    assert table(tmp_path, "quarantine")["source"].to_list() == ["form:b"]


# --- a second publish


def test_a_newer_value_replaces_the_older_and_others_stay(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(), measurement(unit_code=HOA_BINH, numerator=70.0)), nature="live")
    publish(tmp_path, "live", harvest(measurement(numerator=92.0, captured_at=LATER)), nature="live")
    assert numerators(tmp_path) == [92, 70]


def test_measures_that_the_second_harvest_does_not_have_stay(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(measure="clgq", score=9.5, max_score=12.0)), nature="live")
    publish(tmp_path, "live", harvest(measurement()), nature="live")
    assert table(tmp_path, "measurements")["measure"].sort().to_list() == ["clgq", "on_time_share"]


def test_a_past_value_that_changed_is_a_revision(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement()), nature="live")
    publish(tmp_path, "live", harvest(measurement(numerator=92.0, captured_at=LATER)), nature="live")
    (row,) = table(tmp_path, "revisions").iter_rows(named=True)
    assert (row["unit_code"], row["old_numerator"], row["new_numerator"]) == (TAN_HOA, 90, 92)
    assert (row["old_captured_at"], row["new_captured_at"]) == (FIRST, LATER)


def test_revisions_of_earlier_publishes_are_kept(tmp_path, measurement):
    for day, numerator in enumerate((90.0, 91.0, 92.0)):
        row = measurement(numerator=numerator, captured_at=FIRST + timedelta(days=day))
        publish(tmp_path, "live", harvest(row), nature="live")
    assert table(tmp_path, "revisions").select("old_numerator", "new_numerator").rows() == [(90, 91), (91, 92)]


def test_a_provisional_value_that_changed_is_no_revision(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(provisional=True)), nature="live")
    publish(tmp_path, "live", harvest(measurement(numerator=92.0, captured_at=LATER)), nature="live")
    assert numerators(tmp_path) == [92]
    assert table(tmp_path, "revisions").is_empty()


def test_an_older_capture_is_left_out_with_a_warning(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(captured_at=LATER)), nature="live")
    manifest = publish(tmp_path, "live", harvest(measurement(numerator=50.0)), nature="live")
    assert numerators(tmp_path) == [90]
    assert (tmp_path / "published" / "live" / manifest.id).is_dir()


def test_an_older_capture_is_named_in_the_warnings(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(captured_at=LATER)), nature="live")
    rows = [measurement(numerator=50.0), measurement(unit_code=HOA_BINH)]
    manifest = publish(tmp_path, "live", harvest(*rows), nature="live")
    assert manifest.warnings == ["1 values are older than those already held and were left out"]
    assert manifest.captured_at == LATER


@pytest.mark.parametrize(
    "told", [{}, {"state": "no_dossiers", "numerator": 0.0, "denominator": 0.0}], ids=["reported", "no dossiers"]
)
def test_a_silence_never_replaces_what_a_unit_told(tmp_path, measurement, told):
    publish(tmp_path, "live", harvest(measurement(**told)), nature="live")
    manifest = publish(tmp_path, "live", harvest(measurement(state="not_reported", captured_at=LATER)), nature="live")
    assert table(tmp_path, "measurements")["state"].to_list() == [told.get("state", "reported")]
    assert table(tmp_path, "revisions").is_empty()
    assert "1 values reported before are missing now" in manifest.warnings[0]


def test_a_value_replaces_a_silence(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(state="not_reported")), nature="live")
    publish(tmp_path, "live", harvest(measurement(captured_at=LATER)), nature="live")
    assert table(tmp_path, "measurements")["state"].to_list() == ["reported"]


def to_date(measurement: Callable, end: date, **changes: object) -> dict[str, object]:
    moment = datetime(end.year, end.month, end.day, 1, tzinfo=UTC)
    stretch = {"period_start": date(2026, 9, 1), "period_end": end, "period_kind": "to_date", "provisional": True}
    return measurement(**(stretch | {"captured_at": moment} | changes))


def test_a_stretch_to_date_gives_way_to_a_later_one(tmp_path, measurement):
    for day in (20, 26):
        publish(tmp_path, "live", harvest(to_date(measurement, date(2026, 9, day))), nature="live")
    assert table(tmp_path, "measurements")["period_end"].to_list() == [date(2026, 9, 26)]


def test_a_stretch_to_date_gives_way_to_the_whole_month(tmp_path, measurement):
    publish(tmp_path, "live", harvest(to_date(measurement, date(2026, 9, 20))), nature="live")
    whole = {"period_start": date(2026, 9, 1), "period_end": date(2026, 9, 30)}
    publish(
        tmp_path, "live", harvest(measurement(**whole, captured_at=datetime(2026, 10, 2, tzinfo=UTC))), nature="live"
    )
    assert table(tmp_path, "measurements")["period_kind"].to_list() == ["month"]


def test_a_stretch_that_is_final_stays(tmp_path, measurement):
    for day in (20, 26):
        publish(tmp_path, "live", harvest(to_date(measurement, date(2026, 9, day), provisional=False)), nature="live")
    assert table(tmp_path, "measurements").height == 2


def test_a_stretch_of_another_unit_stays(tmp_path, measurement):
    publish(tmp_path, "live", harvest(to_date(measurement, date(2026, 9, 20), unit_code=HOA_BINH)), nature="live")
    publish(tmp_path, "live", harvest(to_date(measurement, date(2026, 9, 26))), nature="live")
    assert table(tmp_path, "measurements").height == 2


def test_an_earlier_stretch_that_comes_late_is_left_out_with_a_warning(tmp_path, measurement):
    publish(tmp_path, "live", harvest(to_date(measurement, date(2026, 9, 26))), nature="live")
    late = harvest(to_date(measurement, date(2026, 9, 20)), measurement())
    manifest = publish(tmp_path, "live", late, nature="live")
    assert table(tmp_path, "measurements")["period_end"].sort().to_list() == [date(2026, 8, 31), date(2026, 9, 26)]
    assert manifest.warnings == ["1 values are older than those already held and were left out"]


NATIONAL, OWN = "portal:service-results", "portal:dvc-progress-tree"


def of_a_province(measurement: Callable, code: str, day: int, source: str) -> dict[str, object]:
    return to_date(measurement, date(2026, 9, day), unit_code=code, level="province", source=source)


def test_one_province_asked_again_does_not_vanish_from_the_ranking_of_all(tmp_path, measurement):
    publish(
        tmp_path,
        "live",
        harvest(*(of_a_province(measurement, code, 17, NATIONAL) for code in ("01", "25"))),
        nature="live",
    )
    publish(tmp_path, "live", harvest(of_a_province(measurement, "25", 26, OWN)), nature="live")
    rows = table(tmp_path, "measurements").select("unit_code", pl.col("period_end").dt.day()).rows()
    assert sorted(rows) == [("01", 17), ("25", 17), ("25", 26)]
    publish(tmp_path, "live", harvest(of_a_province(measurement, "01", 26, OWN)), nature="live")
    assert table(tmp_path, "measurements")["period_end"].dt.day().to_list() == [26, 26]


def test_the_order_of_captures_does_not_matter_and_none_counts_twice(tmp_path, measurement):
    national = harvest(*(of_a_province(measurement, code, 17, NATIONAL) for code in ("01", "25")))
    captures = [
        national,
        harvest(of_a_province(measurement, "25", 26, OWN)),
        harvest(*(to_date(measurement, date(2026, 9, 20), unit_code=code) for code in (TAN_HOA, HOA_BINH))),
        harvest(*(to_date(measurement, date(2026, 9, 26), unit_code=code) for code in (TAN_HOA, HOA_BINH))),
        harvest(measurement()),
        harvest(measurement(state="not_reported", captured_at=LATER)),
        harvest(measurement(unit_code=DA_BAC, captured_at=LATER), measurement(unit_code=HOA_BINH, numerator=50.0)),
    ]
    rows = pl.concat([capture.measurements for capture in captures])
    at_once = Harvest(rows, max(capture.captured_at for capture in captures), [SOURCE])
    ids = {publish(tmp_path / "at once", "live", at_once, nature="live").sha256["measurements"]}
    for seed in range(4):
        for capture in random.Random(seed).sample(captures, len(captures)) + captures[:3]:
            last = publish(tmp_path / str(seed), "live", capture, nature="live")
        ids.add(last.sha256["measurements"])
    assert len(ids) == 1


def test_the_same_harvest_twice_is_the_same_snapshot(tmp_path, measurement):
    broken = measurement(unit_code=HOA_BINH, numerator=-1.0, source="form:a")
    received = measurement(measure="received", numerator=400.0, denominator=None)
    same = harvest(measurement(), broken, received)
    first, second = (publish(tmp_path, "live", same, nature="live") for _ in range(2))
    assert first.id == second.id
    assert second.rows["revisions"] == 0
    assert len(list((tmp_path / "published" / "live").glob("2026*"))) == 1


# --- standings


def test_ties_share_the_best_rank(tmp_path, measurement):
    shares = {TAN_HOA: 90.0, HOA_BINH: 90.0, THONG_NHAT: 80.0, DA_BAC: 95.0}
    rows = [measurement(unit_code=code, numerator=share) for code, share in shares.items()]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    assert ranks(tmp_path, "25") == {TAN_HOA: 2, HOA_BINH: 2, THONG_NHAT: 4, DA_BAC: 1}


def test_shares_equal_but_for_rounding_error_tie(tmp_path, measurement):
    rows = [
        measurement(unit_code=TAN_HOA, numerator=49.0, denominator=70.0),
        measurement(unit_code=HOA_BINH, numerator=7 * 0.1 * 100, denominator=100.0),
        measurement(unit_code=THONG_NHAT, numerator=50.0, denominator=100.0),
    ]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    assert ranks(tmp_path, "25") == {TAN_HOA: 1, HOA_BINH: 1, THONG_NHAT: 3}


def test_where_all_are_the_same_nobody_has_a_rank(tmp_path, measurement):
    rows = [measurement(unit_code=code, measure="ckmb", score=7.96, max_score=18.0) for code in (TAN_HOA, HOA_BINH)]
    publish(tmp_path, "live", harvest(*rows, measurement(unit_code=DA_BAC)), nature="live")
    found = table(tmp_path, "standings").filter(measure="ckmb").select("scope", "rank", "of", "band", "rank_low")
    assert sorted(found.rows()) == 2 * [("25", None, 2, None, None)] + 2 * [("VN", None, 2, None, None)]
    assert ranks(tmp_path, "25") == {DA_BAC: 1}  # alone in its group, it is not like others


def test_where_lower_is_better_the_lowest_comes_first(tmp_path, measurement):
    form = {"measure": "open_overdue", "basis": "form", "series": "ii06", "denominator": None}
    rows = [
        measurement(unit_code=TAN_HOA, numerator=5.0, **form),
        measurement(unit_code=HOA_BINH, numerator=2.0, **form),
    ]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    assert ranks(tmp_path, "25", "open_overdue") == {TAN_HOA: 2, HOA_BINH: 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"numerator": 29.0, "denominator": 29.0},
        {"state": "no_dossiers", "numerator": 0.0, "denominator": 0.0},
        {"state": "not_reported"},
        {"state": "suppressed"},
    ],
    ids=["too few", "no dossiers", "not reported", "suppressed"],
)
def test_a_unit_that_cannot_be_ranked_is_there_without_rank_and_not_counted(tmp_path, measurement, changes):
    rows = [measurement(unit_code=TAN_HOA), measurement(unit_code=HOA_BINH, **changes)]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    assert ranks(tmp_path, "25") == {TAN_HOA: 1, HOA_BINH: None}
    assert table(tmp_path, "standings")["of"].unique().to_list() == [1]


def test_the_minimum_denominator_itself_is_enough(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(numerator=15.0, denominator=30.0)), nature="live")
    assert ranks(tmp_path, "25") == {TAN_HOA: 1}


def test_a_unit_with_too_few_dossiers_keeps_its_value(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(numerator=9.0, denominator=10.0)), nature="live")
    assert table(tmp_path, "standings")["value"].unique().to_list() == [90]


def test_communes_departments_and_provinces_are_never_ranked_together(tmp_path, measurement):
    rows = [
        measurement(unit_code=TAN_HOA, numerator=80.0),
        measurement(unit_code="H44.15", level="department", numerator=95.0),
        measurement(unit_code="25", level="province", numerator=85.0),
        measurement(unit_code="VN", level="country", numerator=70.0),
    ]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    standings = table(tmp_path, "standings").sort("level", "scope").select("level", "scope", "unit_code", "rank", "of")
    assert standings.rows() == [
        ("commune", "25", TAN_HOA, 1, 1),
        ("commune", "VN", TAN_HOA, 1, 1),
        ("department", "25", "H44.15", 1, 1),
        ("province", "VN", "25", 1, 1),
    ]


def test_each_scope_has_its_own_ranks(tmp_path, measurement):
    shares = {TAN_HOA: 80.0, HOA_BINH: 70.0, BA_DINH: 90.0}
    rows = [measurement(unit_code=code, numerator=share) for code, share in shares.items()]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    assert ranks(tmp_path, "VN") == {BA_DINH: 1, TAN_HOA: 2, HOA_BINH: 3}
    assert ranks(tmp_path, "25") == {TAN_HOA: 1, HOA_BINH: 2}
    assert ranks(tmp_path, "01") == {BA_DINH: 1}


def test_periods_series_and_bases_are_ranked_apart(tmp_path, measurement):
    received = {"measure": "received", "denominator": None}
    rows = [
        measurement(numerator=1.0, **received),
        measurement(numerator=2.0, **received, basis="form", series="ii06"),
        measurement(numerator=3.0, **received, period_start=date(2026, 7, 1), period_end=date(2026, 7, 31)),
    ]
    publish(tmp_path, "live", harvest(*rows), nature="live")
    standings = table(tmp_path, "standings").filter(pl.col("measure") == "received", pl.col("scope") == "25")
    assert standings.select("rank", "of").rows() == [(1, 1)] * 3


def test_old_communes_are_not_ranked(tmp_path, measurement):
    june = {"period_start": date(2025, 6, 1), "period_end": date(2025, 6, 30), "series": "766-2025"}
    publish(tmp_path, "live", harvest(measurement(**june)), nature="live")
    assert table(tmp_path, "measurements").height == 1
    assert table(tmp_path, "standings").is_empty()


def test_the_year_of_the_merger_is_ranked(tmp_path, measurement):
    year = {"period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31), "period_kind": "year"}
    row = measurement(measure="clgq", series="766-2025", score=9.5, max_score=12.0, **year)
    publish(tmp_path, "live", harvest(row), nature="live")
    assert ranks(tmp_path, "25", "clgq") == {TAN_HOA: 1}


def test_fields_are_kept_but_only_the_whole_is_ranked(tmp_path, measurement):
    publish(tmp_path, "live", harvest(measurement(), measurement(field="Đất đai", numerator=1.0)), nature="live")
    assert table(tmp_path, "measurements").height == 2
    assert table(tmp_path, "standings")["value"].unique().to_list() == [90]


# --- faults


@pytest.mark.parametrize("damage", ["measurements", "revisions", "manifest"])
def test_a_damaged_snapshot_is_never_merged_into_a_new_one(tmp_path, measurement, damage):
    publish(tmp_path, "live", harvest(measurement()), nature="live")
    snapshot = current_snapshot(tmp_path / "published" / "live")
    name = "manifest.json" if damage == "manifest" else table_file(damage)
    (snapshot / name).write_bytes(b"\xff" + (snapshot / name).read_bytes()[:-7])
    with pytest.raises(Fault, match=f"{snapshot.name}.*`{CURRENT}`"):
        publish(tmp_path, "live", harvest(measurement(captured_at=LATER)), nature="live")
    assert current_snapshot(tmp_path / "published" / "live") == snapshot


@pytest.mark.parametrize("name", ["20260902T010000Z-00000000\n", "", "\0\0\0"])
def test_a_pointer_to_nowhere_is_a_fault_and_not_an_empty_start(tmp_path, measurement, name):
    publish(tmp_path, "live", harvest(measurement()), nature="live")
    (tmp_path / "published" / "live" / CURRENT).write_text(name)
    with pytest.raises(Fault, match=r"names .* which is not there"):
        publish(tmp_path, "live", harvest(measurement(unit_code=HOA_BINH)), nature="live")


def _two(data: Path, own: Harvest, start: Any) -> None:
    start.wait()
    publish(data, "live", own, nature="live")


def test_two_publishes_at_once_both_land(tmp_path, measurement):
    start = PROCESSES.Barrier(2)
    codes = (TAN_HOA, BA_DINH)
    workers = [in_own_process(_two, tmp_path, harvest(measurement(unit_code=code)), start) for code in codes]
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert set(table(tmp_path, "measurements")["unit_code"]) == set(codes)
    assert_whole(current_snapshot(tmp_path / "published" / "live"))


def _interrupted(data: Path, own: Harvest) -> None:
    with pytest.raises(Fault, match="done waiting"):
        publish(data, "live", own, nature="live")


def test_a_publish_that_waits_too_long_says_so(tmp_path, measurement, monkeypatch):
    monkeypatch.setattr(in_service, "LOCK_SECONDS", 0.1)
    inside, leave = threading.Event(), threading.Event()

    def slow(*words: object) -> dict[str, int]:
        inside.set()
        leave.wait(30)
        raise Fault("done waiting")

    monkeypatch.setattr(publishing, "write_figures", slow)
    first = threading.Thread(target=_interrupted, args=(tmp_path, harvest(measurement())))
    first.start()
    inside.wait(30)
    try:
        with pytest.raises(Fault, match=r"another publish has been running for 0\.1 s"):
            publish(tmp_path, "live", harvest(measurement()), nature="live")
    finally:
        leave.set()
        first.join(30)


STEPS = [
    (os, "mkdir"),
    (os, "fsync"),
    (os, "rename"),
    (os, "replace"),
    (os, "unlink"),
    (os, "rmdir"),
    (Path, "write_text"),
    (pq.ParquetWriter, "write_table"),
    (publishing, "write_figures"),
]


def _publish_killed_at(data: Path, new: Harvest, call: int) -> None:
    """Publish, and die before the `call`-th step that touches the disk."""
    counter = itertools.count(1)

    def deadly(step: Callable) -> Callable:
        def take(*words: Any, **named: Any) -> Any:
            if next(counter) == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*words, **named)

        return take

    for owner, name in STEPS:
        setattr(owner, name, deadly(getattr(owner, name)))
    publish(data, "simulated", new, nature="simulated")


def test_a_publish_killed_at_any_step_leaves_a_whole_snapshot_and_the_next_one_succeeds(tmp_path, measurement):
    oldest, old, new = (
        harvest(measurement(numerator=n, captured_at=FIRST + timedelta(hours=n))) for n in (1.0, 2.0, 3.0)
    )
    template = tmp_path / "template"
    publish(template, "simulated", oldest, nature="simulated")
    before = publish(template, "simulated", old, nature="simulated").id
    names = set()
    for call in itertools.count(1):
        data = tmp_path / str(call)
        shutil.copytree(template, data)
        folder = data / "published" / "simulated"
        victim = in_own_process(_publish_killed_at, data, new, call)
        victim.join(60)
        names.add(current_snapshot(folder).name)
        assert snapshot_manifest(folder / before).id == before
        assert_whole(current_snapshot(folder))
        assert numerators(data, "simulated") in ([2], [3])
        if victim.exitcode == 0:
            break
        assert victim.exitcode == -signal.SIGKILL
        publish(data, "simulated", new, nature="simulated")
        assert numerators(data, "simulated") == [3]
        assert snapshot_manifest(folder / before).id == before
        assert_whole(current_snapshot(folder))
        assert not list(folder.glob(".partial*"))
    assert call > 25
    assert len(names) == 2


def test_the_snapshot_before_stays_even_if_a_killed_publish_left_a_younger_one(tmp_path, measurement):
    before = publish(tmp_path, "simulated", harvest(measurement(numerator=1.0)), nature="simulated").id
    folder = tmp_path / "published" / "simulated"
    shutil.copytree(folder / before, folder / "20260902T010000Z-left0ver")
    publish(tmp_path, "simulated", harvest(measurement(numerator=2.0, captured_at=LATER)), nature="simulated")
    assert_whole(folder / before)
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 2


def test_snapshots_before_the_last_are_pruned_where_they_are_not_live(tmp_path, measurement):
    ids = [
        publish(tmp_path, "simulated", harvest(measurement(numerator=n, captured_at=LATER)), nature="simulated").id
        for n in (1.0, 2.0, 3.0)
    ]
    folder = tmp_path / "published" / "simulated"
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == sorted(ids[1:])


def test_live_snapshots_all_stay(tmp_path, measurement):
    for n in (1.0, 2.0, 3.0):
        publish(tmp_path, "live", harvest(measurement(numerator=n, captured_at=LATER)), nature="live")
    assert len([path for path in (tmp_path / "published" / "live").iterdir() if path.is_dir()]) == 3


def _publish_with_small_files(data: Path, new: Harvest, limit: int, answer: Connection) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    _tell(data, new, answer)


def _publish_where_writing_is_forbidden(data: Path, new: Harvest, answer: Connection) -> None:
    units = {name: reference.reference_table(name) for name in ("units", "provinces")}
    reference.reference_table = units.get
    os.chdir(data)
    (data / "published" / "live").chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)
    _tell(Path(), new, answer)


def _tell(data: Path, new: Harvest, answer: Connection) -> None:
    try:
        publish(data, "live", new, nature="live")
        answer.send("published")
    except Fault as fault:
        answer.send(str(fault))


def told_by(target: Callable, *words: object) -> str:
    """What a publish in a process of its own says of its failure."""
    ours, theirs = PROCESSES.Pipe()
    worker = in_own_process(target, *words, theirs)
    worker.join(60)
    assert worker.exitcode == 0
    return ours.recv()


def many_refusals() -> pl.DataFrame:
    noise = random.Random(1)
    return quarantine_rows(
        {"source": SOURCE, "place": str(n), "reason": noise.randbytes(30).hex(), "captured_at": FIRST}
        for n in range(2000)
    )


@pytest.mark.parametrize(("limit", "refusals"), [(1000, False), (20_000, True)], ids=["figures", "quarantine"])
def test_a_full_disk_is_one_clear_fault_and_the_old_snapshot_stays(tmp_path, measurement, limit, refusals):
    old = publish(tmp_path, "live", harvest(measurement()), nature="live")
    new = harvest(measurement(numerator=92.0, captured_at=LATER))
    if refusals:
        new.quarantine = many_refusals()
    said = told_by(_publish_with_small_files, tmp_path, new, limit)
    folder = tmp_path / "published" / "live"
    assert said == f"{folder}: nothing was published: the disk is full; what was published before stays"
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [old.id]
    assert_whole(current_snapshot(folder))


@pytest.mark.parametrize(("owner", "name"), STEPS[1:4] + STEPS[6:], ids=lambda value: getattr(value, "__name__", value))
def test_a_disk_that_fills_up_at_any_step_is_one_clear_fault(tmp_path, measurement, monkeypatch, owner, name):
    old = publish(tmp_path, "live", harvest(measurement()), nature="live")

    def full(*words: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, full)
        with pytest.raises(Fault, match="nothing was published: the disk is full"):
            publish(tmp_path, "live", harvest(measurement(numerator=92.0, captured_at=LATER)), nature="live")
    folder = tmp_path / "published" / "live"
    assert current_snapshot(folder).name == old.id
    assert_whole(folder / old.id)
    assert not list(folder.glob(".partial*"))


def test_a_folder_that_cannot_be_written_is_one_clear_fault(tmp_path, measurement):
    old = publish(tmp_path, "live", harvest(measurement()), nature="live")
    said = told_by(
        _publish_where_writing_is_forbidden, tmp_path, harvest(measurement(numerator=92.0, captured_at=LATER))
    )
    assert "nothing was published" in said
    assert "Permission denied" in said
    assert current_snapshot(tmp_path / "published" / "live").name == old.id


def _publish_each(data: Path, nature: str, harvests: list[Harvest]) -> None:
    for each in harvests:
        publish(data, nature, each, nature=nature)


@pytest.mark.parametrize("nature", ["live", "simulated"])
def test_a_reader_never_sees_a_mixture(tmp_path, measurement, monkeypatch, nature):
    def numbered(n: int) -> Harvest:
        rows = [
            measurement(unit_code=code, numerator=float(n), captured_at=FIRST + timedelta(minutes=n))
            for code in (TAN_HOA, BA_DINH)
        ]
        return harvest(*rows)

    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    publish(tmp_path, nature, numbered(0), nature=nature)
    writer = in_own_process(_publish_each, tmp_path, nature, [numbered(n) for n in range(1, 13)])
    seen = set()
    while writer.is_alive():
        snapshot = open_snapshot(nature)
        n = (snapshot.manifest.captured_at - FIRST) / timedelta(minutes=1)
        try:
            tables = {name: sight.scan(snapshot, name).collect() for name in SNAPSHOT_TABLES}
        except FileNotFoundError:  # two publishes have passed since it was opened, so it is pruned
            assert nature == "simulated"
            assert open_snapshot(nature) != snapshot
            continue
        assert {name: rows.height for name, rows in tables.items()}.items() <= snapshot.manifest.rows.items()
        assert tables["measurements"]["numerator"].to_list() == [n, n]
        assert set(tables["standings"]["value"]) == {n}
        assert tables["revisions"]["new_numerator"].to_list() == [
            float(value) for value in range(1, int(n) + 1) for _ in "ab"
        ]
        seen.add(n)
    writer.join()
    assert writer.exitcode == 0
    assert len(seen) > 3


def test_a_dataset_built_anew_replaces_what_was_there(tmp_path, measurement):
    for unit_code in (TAN_HOA, BA_DINH):
        publish_chunks(
            tmp_path, "simulated", [measurement_rows([measurement(unit_code=unit_code)])],
            nature="simulated", captured_at=FIRST, sources=["simulated"], warnings=[],
        )  # fmt: skip
    assert table(tmp_path, "measurements", "simulated")["unit_code"].to_list() == [BA_DINH]
