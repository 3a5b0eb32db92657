"""A snapshot of commit 5bb19d9 is published on: what is not said again stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from store import sight
from store.snapshot import open_snapshot
from tests import written_before


def test_a_later_pull_adds_to_it(tmp_path, monkeypatch, measurement):
    data, later = written_before.data(tmp_path), datetime(2026, 10, 2, 1, tzinfo=UTC)
    monkeypatch.setenv("GANDAN_DATA", str(data))
    before = sight.scan(open_snapshot("live"), "measurements").collect()
    new = {"numerator": 88.0, "denominator": 100.0, "captured_at": later}
    publish(data, "live", Harvest(measurement_rows([measurement(**new)]), later, ["portal:test"]), nature="live")

    after = sight.scan(open_snapshot("live"), "measurements").collect()
    assert after.height == before.height == 165
    changed = after.join(before, on=before.columns, how="anti", nulls_equal=True)
    # Days are counted again, worked Saturdays among them.
    changed = changed.filter(pl.col("measure") != "received_per_day")
    assert changed.select("unit_code", "numerator", "denominator").rows() == [("04792", 88.0, 100.0)]
    revised = sight.scan(open_snapshot("live"), "revisions").select(pl.len()).collect().item()
    assert revised == 2
