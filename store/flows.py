"""Who takes dossiers in for whom, as the reader may see it: whoever sees the one or the other province whole."""

from __future__ import annotations

import polars as pl

from ranking.dossiers.flows import SCHEMA, TABLE
from ranking.manifest import table_file
from ranking.vocabulary import COUNTRY
from store import sight, standings
from store.kept import kept
from store.reference import reference_table
from store.snapshot import Snapshot


def scan(snapshot: Snapshot) -> pl.LazyFrame:
    """The rows (`ranking.dossiers.flows.SCHEMA`) that the reader may see; none where no dossiers tell any."""
    if not (snapshot.folder / table_file(TABLE)).exists():
        return pl.LazyFrame(schema=SCHEMA)
    return sight.scan(snapshot, TABLE)


@kept(megabytes=8)
def of_unit(snapshot: Snapshot, code: str) -> pl.DataFrame:
    """The flows out of and into a unit in the latest year that tells any, its own among them."""
    return _latest(scan(snapshot).filter((pl.col("intake") == code) | (pl.col("decision") == code)).collect())


@kept(megabytes=16)
def of_scope(snapshot: Snapshot, scope: str) -> pl.DataFrame:
    """The flows out of the units of a province, or of the country, in the latest year that tells any."""
    rows = scan(snapshot)
    return _latest((rows if scope == COUNTRY else rows.filter(pl.col("province") == scope)).collect())


@kept(megabytes=4)
def lines(snapshot: Snapshot, scope: str, most: int) -> pl.DataFrame:
    """The largest flows of a scope between different communes, with both seats: the columns of `SCHEMA`, `intake_name`,
    `decision_name`, `from_lon`, `from_lat`, `to_lon`, `to_lat`; at most so many, the largest first."""
    between = pl.col("intake_level") == "commune", pl.col("decision_level") == "commune"
    rows = of_scope(snapshot, scope).filter(*between, pl.col("intake") != pl.col("decision"), pl.col("received") > 0)
    found = rows.sort("received", "intake", "decision", descending=[True, False, False]).head(most)
    seats = reference_table("units").select("code", "full_name", "seat_lon", "seat_lat")
    for column, end in (("intake", "from"), ("decision", "to")):
        named = {"full_name": f"{column}_name", "seat_lon": f"{end}_lon", "seat_lat": f"{end}_lat", "code": column}
        found = found.join(seats.rename(named), on=column, maintain_order="left")
    return found


def names(snapshot: Snapshot) -> dict[str, str]:
    """The names of communes and departments by their codes."""
    both = [standings.unit_names(snapshot, level).select("unit_code", "name") for level in ("commune", "department")]
    return dict(pl.concat(both).iter_rows())


def _latest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("period_start") == pl.col("period_start").max())
