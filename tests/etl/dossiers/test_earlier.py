"""Stores of earlier versions: the free text that they kept of fields and procedures goes, no dossier does."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from etl.publishing.publish import sha256_of
from tests.etl.dossiers.exports import Bring, bring, row, text

__all__ = ["bring"]

PERSON = "Nguyễn Văn Thử, thôn 5"
MORE = ("Lĩnh vực", "Mã thủ tục")


def test_free_text_of_an_earlier_store_becomes_not_known_everywhere(bring: Bring):
    taken = bring(text(row(1, "Hộ tịch", "2.000815"), row(2, "Đất đai", "1.004227"), more=MORE))
    lists = taken.data / "dossiers_store" / "lists"
    for name, shown in (("fields", "Đất đai"), ("procedures", "1.004227")):
        listed = pl.read_parquet(lists / f"{name}.parquet")
        listed.with_columns(pl.col("name").replace(shown, PERSON)).write_parquet(lists / f"{name}.parquet")
    for table in ("measurements", "standings", "measurements_public", "standings_public", "revisions"):
        for path in taken.data.glob(f"published/live/2*/{table}.parquet"):
            held = pl.read_parquet(path)
            if "field" in held.columns:
                held.with_columns(pl.col("field").replace("Đất đai", PERSON)).write_parquet(path)
    _resealed(taken.data)

    again = bring(text(row(3, "Hộ tịch", "2.000815"), more=MORE), "--exported", "2026-09-27")
    assert "2 fields and procedures of earlier imports are on no code list" in again.said
    assert again.received() == {8: 3}
    known = {name: [*pl.read_parquet(lists / f"{name}.parquet")["name"]] for name in ("fields", "procedures")}
    assert not any("Thử" in name for names in known.values() for name in names)
    fields = again.table().filter(pl.col("measure") == "received", pl.col("unit_code") == "25")["field"].unique()
    assert {*fields} == {"all", "Hộ tịch", "(không rõ lĩnh vực)"}
    assert (
        "earlier imports" not in bring(text(row(4, "Hộ tịch", "2.000815"), more=MORE), "--exported", "2026-09-27").said
    )


def _resealed(data: Path) -> None:
    """The manifest of a snapshot whose tables were changed by the test."""
    for manifest in data.glob("published/live/2*/manifest.json"):
        said = json.loads(manifest.read_text())
        said["sha256"] = {name: sha256_of(manifest.with_name(f"{name}.parquet")) for name in said["sha256"]}
        manifest.write_text(json.dumps(said))
