"""How long people wait, in a snapshot: what dossiers tell now over what was held before."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from etl.publishing.harvest import Harvest
from ranking.dossiers.waits import SCHEMA, TABLE
from ranking.manifest import table_file

BASIS = "dossiers"
_TOLD = ["province", "period_start"]


def held(snapshot: Path | None) -> pl.DataFrame:
    """The table of a snapshot (`ranking.dossiers.waits.SCHEMA`); without rows where it has none."""
    path = snapshot / table_file(TABLE) if snapshot else None
    return pl.read_parquet(path) if path and path.exists() else pl.DataFrame(schema=SCHEMA)


def merged(before: Path | None, harvest: Harvest) -> pl.DataFrame:
    """What is told now, and of other provinces and years what was held; fields that are on no list any more go.

    A province is told whole: a unit or field that has lost its last dossier is gone with it.
    """
    known = held(before)
    if fields := harvest.fields.get(BASIS):
        known = known.filter(pl.col("field").is_in([*fields]))
    kept = known.join(harvest.waiting.select(_TOLD).unique(), on=_TOLD, how="anti")
    return pl.concat([kept, harvest.waiting]).sort(*_TOLD, "level", "unit_code", "field")


def write(folder: Path, rows: pl.DataFrame | None) -> dict[str, int]:
    """Write the table where it has rows; how many they are, by the table's name."""
    if rows is None or rows.is_empty():
        return {}
    rows.write_parquet(folder / table_file(TABLE), compression="zstd")
    return {TABLE: rows.height}
