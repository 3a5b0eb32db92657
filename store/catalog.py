"""What a snapshot holds: which measures, periods and scopes can be ranked."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from ranking.vocabulary import COUNTRY
from store import sight
from store.kept import kept
from store.snapshot import Snapshot
from store.states import answered

_CATALOG = ["level", "measure", "basis", "series", "period_start", "period_end", "period_kind", "scope"]


def catalog(snapshot: Snapshot) -> pl.DataFrame:
    """What can be ranked: one row per level, measure, basis, series, period and scope.

    `units`: rows, `answered`: those of units that the source says something about, `of`: units that have a rank.
    """
    return _of_reader(snapshot.on(None))


@kept(megabytes=12)
def _of_reader(snapshot: Snapshot) -> pl.DataFrame:
    """Both tables have the same rows, so that a reader's differs from the public's in the counts of own scopes alone:
    all readers share the columns that say what is counted."""
    if not snapshot.seen:
        return _catalog(snapshot)
    whole, shown = _catalog(snapshot.seen_in(None)), _catalog(snapshot.seen_in(frozenset()))
    if not whole.select(_CATALOG).equals(shown.select(_CATALOG)):
        return sight.each(snapshot, _catalog, "scope").sort(_CATALOG)
    own = whole.get_column("scope").is_in(sorted(snapshot.seen))
    counts = [name for name in whole.columns if name not in _CATALOG]
    return shown.with_columns(whole.get_column(name).zip_with(own, shown.get_column(name)) for name in counts)


@lru_cache(maxsize=8)
def _catalog(snapshot: Snapshot) -> pl.DataFrame:
    rows = sight.scan(snapshot, "standings")
    # One measure after the other: all at once would take 200 MB for a moment, of which a process keeps much.
    measures_known = rows.select(pl.col("measure").unique()).collect().get_column("measure")
    parts = [rows.filter(pl.col("measure") == measure) for measure in measures_known] or [rows]
    counts = {"units": pl.len(), "answered": answered().sum(), "of": pl.col("of").max()}
    counted = (part.group_by(_CATALOG).agg(**counts).collect() for part in parts)
    return pl.concat(counted).sort(_CATALOG)


@lru_cache(maxsize=32)
def catalog_by_level(snapshot: Snapshot) -> dict[str, pl.DataFrame]:
    """The rows of `catalog` of each level that has any."""
    return {level: rows for (level,), rows in catalog(snapshot).partition_by("level", as_dict=True).items()}


@lru_cache(maxsize=16)
def places(snapshot: Snapshot) -> frozenset[str]:
    """The provinces that a snapshot holds anything about, their own figures or their communes'."""
    own = sight.scan_of(snapshot, "standings", COUNTRY).filter(pl.col("level") == "province").select(scope="unit_code")
    scopes = own.unique().collect().get_column("scope").to_list() + catalog(snapshot).get_column("scope").to_list()
    return frozenset(scopes) - {COUNTRY}


@lru_cache(maxsize=32)
def only_province(snapshot: Snapshot, measure: str) -> str:
    """The first province, by code, with standings of its own in a measure."""
    rows = sight.scan_of(snapshot, "standings", COUNTRY).filter(
        pl.col("measure") == measure, pl.col("level") == "province"
    )
    first: str = rows.select(pl.col("unit_code").min()).collect().item()
    return first
