"""A snapshot of commit 5bb19d9 opens: every figure and rank as it was written."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ranking.periods import parse
from store import sight, standings
from store.snapshot import Snapshot, open_snapshot
from tests import written_before

TABLES = ("measurements", "standings", "revisions", "quarantine", "departments")


@pytest.fixture
def snapshot(tmp_path, monkeypatch) -> Snapshot:
    monkeypatch.setenv("GANDAN_DATA", str(written_before.data(tmp_path)))
    return open_snapshot("live")


def assert_as_written(found: pl.DataFrame, name: str) -> None:
    """The columns of that time hold the same; a later program may have added some."""
    path = written_before.FOLDER / "expected" / f"{name}.csv"
    written = pl.read_csv(path, schema_overrides=dict.fromkeys(found.columns, pl.String), infer_schema=False)
    asked = [_typed(column, kind) for column, kind in found.schema.items() if column in written.columns]
    assert written.columns == [column for column in found.columns if column in written.columns]
    assert_frame_equal(found.select(written.columns), written.select(asked), check_exact=True)


def _typed(column: str, kind: pl.DataType) -> pl.Expr:
    text = pl.col(column)
    if kind == pl.Date:
        return text.str.to_date()
    if kind == pl.Datetime:
        return text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us")
    return text == "true" if kind == pl.Boolean else text.cast(kind)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_a_table_is_as_it_was_written(snapshot, table):
    found = sight.scan(snapshot, table).collect()
    written = pl.read_csv(written_before.FOLDER / "expected" / f"{table}.csv", n_rows=0).columns

    assert found.height > 0
    assert_as_written(found.sort(written), table)


def test_a_ranking_is_what_its_readers_saw(snapshot):
    columns = ["unit_code", "name", "value", "rank", "of", "received", "band"]
    found = standings.ranking(snapshot, "commune", "on_time_share", "portal", parse("2026-08"), "25")

    assert found.get_column("rank").count() == 9
    then = found.sort("rank", "name", nulls_last=True)  # names stood by their code points, not yet in Vietnamese order
    assert_as_written(then.select(columns), "ranking")


def test_what_is_said_of_it_is_known(snapshot):
    assert (snapshot.manifest.dataset, snapshot.manifest.nature) == ("live", "live")
    assert snapshot.manifest.sources == ["portal:test"]
    assert snapshot.manifest.rows["measurements"] == 165


def test_the_public_sees_the_small_numbers_that_the_portal_publishes_too(snapshot):
    shown = sight.scan(snapshot.seen_in(frozenset()), "measurements").collect()
    few = pl.col("denominator").is_between(1, 9)

    assert shown.height == 165
    assert set(shown.get_column("basis")) == {"portal"}
    assert shown.filter(few).height
    assert "suppressed" not in set(shown.get_column("state"))
