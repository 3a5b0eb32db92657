"""What dossiers tell beside measures, in a snapshot: how long people wait, by field and procedure, and who for whom.

Tables of their own, each with a row's `province` and `period_start`; one that has no rows has no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from etl.publishing.harvest import Harvest
from ranking.dossiers import flows, gaps, procedure_waits, waits
from ranking.manifest import table_file

BASIS = "dossiers"
TABLES: dict[str, dict[str, Any]] = {
    waits.TABLE: waits.SCHEMA,
    procedure_waits.TABLE: procedure_waits.SCHEMA,
    flows.TABLE: flows.SCHEMA,
    gaps.TABLE: gaps.SCHEMA,
}
"""By name the columns of each."""
_TOLD = ["province", "period_start"]
_BY_FIELD = (waits.TABLE, gaps.TABLE)
_ORDER = {
    waits.TABLE: ("level", "unit_code", "field"),
    procedure_waits.TABLE: ("level", "unit_code", "procedure"),
    flows.TABLE: ("intake", "decision"),
    gaps.TABLE: ("kind", "field"),
}


def held(snapshot: Path | None, table: str) -> pl.DataFrame:
    """A table of a snapshot; without rows where it has none."""
    path = snapshot / table_file(table) if snapshot else None
    return pl.read_parquet(path) if path and path.exists() else pl.DataFrame(schema=TABLES[table])


def merged(before: Path | None, harvest: Harvest) -> dict[str, pl.DataFrame]:
    """What is told now, and of other provinces and years what was held; fields that are on no list any more go.

    A province is told whole: a unit or field that has lost its last dossier is gone with it.
    """
    spoken = pl.concat([pl.DataFrame(schema=dict(zip(_TOLD, (pl.String, pl.Date), strict=True))),
                        *(rows.select(_TOLD) for rows in harvest.told.values())]).unique()  # fmt: skip
    found = {}
    for table, schema in TABLES.items():
        known = held(before, table)
        if table in _BY_FIELD and (fields := harvest.fields.get(BASIS)):
            known = known.filter(pl.col("field").is_in([*fields]))
        now = harvest.told.get(table, pl.DataFrame(schema=schema))
        kept = known.join(spoken, on=_TOLD, how="anti")
        found[table] = pl.concat([kept, now]).sort(*_TOLD, *_ORDER[table])
    return found


def write(folder: Path, told: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """Write the tables that have rows; how many they are, by the table's name."""
    for table, rows in told.items():
        if rows.height:
            rows.write_parquet(folder / table_file(table), compression="zstd")
    return {table: rows.height for table, rows in told.items() if rows.height}
