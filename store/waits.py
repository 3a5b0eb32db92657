"""How long people wait for a unit, field by field, as dossiers tell it and the reader may see it."""

from __future__ import annotations

import polars as pl

from ranking.dossiers.waits import SCHEMA, TABLE
from ranking.manifest import table_file
from store import sight
from store.kept import kept
from store.snapshot import Snapshot

ALL = "all"


def scan(snapshot: Snapshot) -> pl.LazyFrame:
    """The rows (`ranking.dossiers.waits.SCHEMA`) that the reader may see; none where no dossiers tell any."""
    if not (snapshot.folder / table_file(TABLE)).exists():
        return pl.LazyFrame(schema=SCHEMA)
    return sight.scan(snapshot, TABLE)


@kept(megabytes=8)
def of_unit(snapshot: Snapshot, code: str) -> pl.DataFrame:
    """The rows of a unit in its latest year that has any: all fields together first, then those that take longest.

    A field of which half is not known, because too few dossiers tell it or half are not done yet, comes last.
    """
    rows = scan(snapshot).filter(pl.col("unit_code") == code).collect()
    latest = rows.filter(pl.col("period_start") == pl.col("period_start").max())
    return latest.sort(pl.col("field") != ALL, "tenth_5", "field", descending=[False, True, False], nulls_last=True)
