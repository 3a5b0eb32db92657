"""Who waits longer among the communes of a province, as dossiers tell it, to readers who see the province whole."""

from __future__ import annotations

import polars as pl

from ranking.dossiers.gaps import SCHEMA, TABLE
from ranking.manifest import table_file
from store import sight
from store.kept import kept
from store.snapshot import Snapshot


@kept(megabytes=2)
def of_province(snapshot: Snapshot, province: str) -> pl.DataFrame:
    """The rows (`ranking.dossiers.gaps.SCHEMA`) of the latest year that tells any; none where no dossiers do."""
    if not (snapshot.folder / table_file(TABLE)).exists():
        return pl.DataFrame(schema=SCHEMA)
    rows = sight.scan(snapshot, TABLE).filter(pl.col("province") == province).collect()
    return rows.filter(pl.col("period_start") == pl.col("period_start").max())
