"""How alike the dossiers of a commune are, by measure, as it was published with the rankings."""

from __future__ import annotations

import polars as pl

from store import sight
from store.kept import kept
from store.snapshot import Snapshot


@kept(megabytes=1)
def of_communes(snapshot: Snapshot) -> pl.DataFrame:
    """One row per measure and basis whose error is known, by its latest rules: `measure`, `basis`, `series`, `rho` (of
    shares) and how it is `known`. Empty for a snapshot that was published before this was said of each rank."""
    rows = (
        sight.scan(snapshot, "standings")
        .filter(pl.col("level") == "commune", pl.col("known").is_not_null())
        .select("measure", "basis", "series", "rho", "known")
        .unique()
        .collect()
    )
    return rows.sort("measure", "basis", "series").unique(["measure", "basis"], keep="last", maintain_order=True)
