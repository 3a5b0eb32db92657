"""How much of a snapshot is withheld from the public: counted, table by table, from what it publishes."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from ranking.states import COUNTED, SUPPRESSED
from store import public
from store.snapshot import Snapshot

SCHEMA = {
    "measure": pl.String,
    "basis": pl.String,
    "series": pl.String,
    "rows": pl.Int64,
    "withheld": pl.Int64,
    "share": pl.Float64,
}


@lru_cache(maxsize=8)
def shares(snapshot: Snapshot) -> pl.DataFrame:
    """One row per measure, basis and series: its `rows` with a figure, how many are `withheld`, and the `share`, in %.

    Of all units, periods and fields; what is public at its source is there with 0.
    """
    rows = public.scan(snapshot, "measurements").filter(pl.col("state").is_in([*COUNTED, SUPPRESSED]))
    counted = rows.group_by("measure", "basis", "series").agg(
        rows=pl.len().cast(pl.Int64), withheld=(pl.col("state") == SUPPRESSED).sum().cast(pl.Int64)
    )
    with_share = counted.with_columns(share=(100 * pl.col("withheld") / pl.col("rows")).round(2))
    return with_share.sort("basis", "measure", "series").collect().cast(SCHEMA)  # type: ignore[arg-type]


def by_basis(snapshot: Snapshot) -> dict[str, float]:
    """The share in % of all rows of each basis."""
    sums = shares(snapshot).group_by("basis", maintain_order=True).agg(pl.col("rows", "withheld").sum())
    return {basis: 100 * withheld / rows for basis, rows, withheld in sums.iter_rows()}
