"""How long people wait for a unit, field by field, as dossiers tell it and the reader may see it."""

from __future__ import annotations

import polars as pl

from ranking.dossiers.procedure_waits import SCHEMA as OF_PROCEDURES
from ranking.dossiers.procedure_waits import TABLE as PROCEDURES
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
    return _in_order(scan(snapshot).filter(pl.col("unit_code") == code).collect())


@kept(megabytes=8)
def of_communes(snapshot: Snapshot, province: str) -> pl.DataFrame:
    """The same of all communes of a province, one after the other."""
    return _in_order(scan(snapshot).filter(pl.col("province") == province, pl.col("level") == "commune").collect())


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    latest = rows.filter(pl.col("period_start") == pl.col("period_start").max().over("unit_code"))
    order = ("unit_code", pl.col("field") != ALL, "tenth_5", "field")
    return latest.sort(*order, descending=[False, False, True, False], nulls_last=True)


@kept(megabytes=8)
def procedures_of(snapshot: Snapshot, code: str) -> pl.DataFrame:
    """How long people wait for a unit by procedure (`ranking.dossiers.procedure_waits.SCHEMA`), the longest first.

    The public sees the procedures of provinces alone.
    """
    if not (snapshot.folder / table_file(PROCEDURES)).exists():
        return pl.DataFrame(schema=OF_PROCEDURES)
    rows = sight.scan(snapshot, PROCEDURES).filter(pl.col("unit_code") == code).collect()
    latest = rows.filter(pl.col("period_start") == pl.col("period_start").max())
    return latest.sort("tenth_5", "tenth_9", "procedure", descending=[True, True, False], nulls_last=True)
