"""Months of a measure: a quarter is none, and they come in the order of time whatever the order of the file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from ranking.manifest import table_file
from store import months
from store.snapshot import Snapshot, open_snapshot
from tests.conftest import CAPTURED

BA_DINH, NGOC_HA, HA_NOI = "00004", "00008", "01"
STRETCHES = {
    "July": (date(2026, 7, 1), date(2026, 7, 31), "month"),
    "the third quarter": (date(2026, 7, 1), date(2026, 9, 30), "quarter"),
    "June": (date(2026, 6, 1), date(2026, 6, 30), "month"),
    "the open month": (date(2026, 9, 1), date(2026, 9, 20), "to_date"),
    "the year to date": (date(2026, 1, 1), date(2026, 9, 20), "to_date"),
    "August": (date(2026, 8, 1), date(2026, 8, 31), "month"),
}


@pytest.fixture
def snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, measurement) -> Snapshot:
    """Two communes of Hà Nội in every stretch, in a file whose rows go back in time."""
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    rows = [
        measurement(unit_code=code, period_start=start, period_end=end, period_kind=kind)
        for start, end, kind in STRETCHES.values()
        for code in (BA_DINH, NGOC_HA)
    ]
    publish(tmp_path, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    opened = open_snapshot("live")
    file = opened.folder / table_file("standings")
    pl.read_parquet(file).sort("period_start", "unit_code", descending=True).write_parquet(file)
    return opened


def test_a_quarter_and_a_stretch_to_date_are_no_months_and_months_come_in_order(snapshot):
    found = months.by_month(snapshot, "on_time_share", "portal", "commune", HA_NOI)

    told = {(start, end): name for name, (start, end, _) in STRETCHES.items()}
    expected = [(name, code) for name in ("June", "July", "August", "the open month") for code in (BA_DINH, NGOC_HA)]
    rows = found.select("period_start", "period_end", "unit_code").rows()
    assert [(told[start, end], code) for start, end, code in rows] == expected


def test_months_are_those_of_the_units_together_too(snapshot):
    together = months.together_by_month(snapshot, "on_time_share", "portal", "commune", HA_NOI)

    assert together.get_column("period_start").to_list() == [date(2026, month, 1) for month in (6, 7, 8, 9)]
    assert together.get_column("units").to_list() == [2, 2, 2, 2]
