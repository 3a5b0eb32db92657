"""Columns that a table did not have from the beginning: files written before them are read as if these were empty."""

from __future__ import annotations

import polars as pl

_AFTER = "band"
PLACES = {
    "tier": pl.String,
    "expected_rank": pl.Float64,
    "likely_low": pl.UInt32,
    "likely_high": pl.UInt32,
    "p_first": pl.Float64,
    "p_last": pl.Float64,
    "window_start": pl.Date,
}
"""Where a unit likely stands, as `ranking.tiers` fills it in."""
LATER = {"rho": pl.Float64, "known": pl.String, "bond": pl.Float64, **PLACES}
"""Those of `tables.Standings`, which follow `band`, in this order."""


def completed(rows: pl.LazyFrame, table: str) -> pl.LazyFrame:
    """The rows of a file of `standings` with all columns of today, in their order; of any other table as they are."""
    if not table.startswith("standings"):
        return rows
    names = rows.collect_schema().names()
    if not (missing := [name for name in LATER if name not in names]):
        return rows
    others = [name for name in names if name not in LATER]
    at = others.index(_AFTER) + 1
    return rows.with_columns(pl.lit(None, LATER[name]).alias(name) for name in missing).select(
        *others[:at], *LATER, *others[at:]
    )
