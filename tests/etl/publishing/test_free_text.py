"""Snapshots that an earlier version wrote with free text: none of it stays, in no snapshot, and figures add up."""

from __future__ import annotations

import json
from datetime import timedelta

import polars as pl
import pytest

from etl.__main__ import main
from etl.dossiers.lists import NO_FIELD
from etl.publishing.harvest import Harvest, measurement_rows, quarantine_rows
from etl.publishing.in_service import current_snapshot, snapshot_manifest
from etl.publishing.publish import publish
from ranking.manifest import ERRATA, MANIFEST
from store.snapshot import open_snapshot
from tests.conftest import CAPTURED

PERSON = "Nguyễn Thị Bưởi"
DOSSIERS = {"series": "dossiers", "basis": "dossiers", "unit_code": "04795", "measure": "on_time_share"}
STAMP = {"source": "dossiers:ho-so.csv", "place": "ho-so.csv", "captured_at": CAPTURED}
CELLS = (("Ngày tiếp nhận", "32/08/2026"), ("Mã hồ sơ", "H44.202-260801-0001"), ("Đơn vị", f"bà {PERSON}, thôn 5"))


@pytest.fixture
def old(published, measurement):
    """`published`, and two snapshots more as versions before code lists wrote them."""
    for day, late in ((1, 0), (2, 1)):
        taken = CAPTURED + timedelta(days=day)
        fields = {
            "Hộ tịch": (30, 40),
            "ĐỊA CHÍNH": (3, 4),
            "Đất đai": (5, 6),
            NO_FIELD: (1, 2),
            PERSON: (5 - late, 6),
            f"hồ sơ của {PERSON}": (7, 8),
        }
        rows = [
            measurement(**DOSSIERS, field=field, numerator=float(part), denominator=float(total), captured_at=taken)
            for field, (part, total) in fields.items()
        ]
        lost = [
            STAMP | {"row": n, "column": column, "value": value, "reason": "this is no date"}
            for n, (column, value) in enumerate(CELLS)
        ]
        warnings = [f"ho-so.csv: field {PERSON!r} is on no list", "2 dossiers are late"]
        harvest = Harvest(measurement_rows(rows), taken, ["dossiers:ho-so.csv"], quarantine_rows(lost), warnings)
        publish(published, "live", harvest, nature="live")
        if day == 1:
            assert main(["release", "--data", str(published), "--dataset", "live"]) == 0
    return published / "published" / "live"


def texts(folder) -> str:
    """All that stands in the files of a dataset."""
    said = [pl.read_parquet(path).write_csv() for path in folder.rglob("*.parquet")]
    return "\n".join([*said, *(path.read_text() for path in folder.rglob("*.json*"))])


def test_no_snapshot_keeps_the_free_text_of_an_earlier_version(old):
    assert texts(old).count(PERSON) > 5
    before = {path.parent.name for path in old.glob(f"*/{MANIFEST}")}
    data = old.parents[1]
    assert main(["withhold", "--data", str(data), "--dataset", "live"]) == 0

    assert PERSON not in texts(old) and "thôn" not in texts(old)
    now = {path.parent.name for path in old.glob(f"*/{MANIFEST}")}
    assert before < now and len(now) == len(before) + 2  # the second waits for a person: both are written again
    for name in now:
        snapshot_manifest(old / name)
    latest, public = open_snapshot("live", unreleased=True), open_snapshot("live")
    assert {latest.folder.name, public.folder.name} == now - before and latest.folder == current_snapshot(old)
    rows = pl.read_parquet(latest.folder / "measurements.parquet").filter(basis="dossiers")
    figures = {field: (part, total) for field, part, total in rows["field", "numerator", "denominator"].iter_rows()}
    assert figures == {"Hộ tịch": (30, 40), "Đất đai": (8, 10), NO_FIELD: (12, 16)}
    kept = pl.read_parquet(latest.folder / "quarantine.parquet")
    assert kept.sort("row")["value"].to_list() == ["32/08/2026", "H44.202-260801-0001", None]
    said = json.loads((latest.folder / MANIFEST).read_text())["warnings"]
    assert "2 dossiers are late" in said and any("was taken out" in text for text in said)
    assert not (old / ERRATA).exists() or PERSON not in pl.read_parquet(old / ERRATA).write_csv()

    main(["withhold", "--data", str(data), "--dataset", "live"])
    assert current_snapshot(old) == latest.folder and {path.parent.name for path in old.glob(f"*/{MANIFEST}")} == now


def test_each_snapshot_is_looked_through_once_and_a_damaged_one_costs_nothing_else(old, monkeypatch, capsys):
    data = old.parents[1]
    broken = min(path.parent for path in old.glob(f"*/{MANIFEST}"))
    (broken / "measurements.parquet").write_bytes(b"PAR1")
    assert main(["withhold", "--data", str(data), "--dataset", "live"]) == 0
    assert f"{broken}: is damaged" in capsys.readouterr().err
    assert PERSON not in texts_but(old, broken)

    looked = []
    monkeypatch.setattr("etl.publishing.again._cleaned", lambda _, snapshot, __: looked.append(snapshot.name))
    main(["withhold", "--data", str(data), "--dataset", "live"])
    assert looked == [broken.name]


def texts_but(folder, left_out) -> str:
    parts = [path for path in folder.rglob("*.parquet") if path.parent != left_out]
    return "\n".join(pl.read_parquet(path).write_csv() for path in parts)
