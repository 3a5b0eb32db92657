"""What a release changes of figures that were released before: kept beside the snapshots as `errata.parquet`.

A snapshot's own `revisions` also tell of figures that nobody outside has seen. These compare what the public read with
what it reads now, small numbers withheld in both.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import polars as pl

from files import whole
from ranking.later_columns import completed
from ranking.manifest import ERRATA, table_file
from ranking.states import SUPPRESSED
from ranking.tables import Revisions
from ranking.vocabulary import CELL
from store import errata, public, sight, states
from store.errata import SCHEMA
from store.snapshot import Snapshot, SnapshotTrouble, snapshot_at

_FIGURES = ("numerator", "denominator", "score", "state")
_LOG = logging.getLogger(__name__)


def begin(folder: Path, snapshot: str) -> None:
    """Start with the revisions of the snapshot that the public read before there were releases."""
    try:
        seen = snapshot_at(folder.name, folder / snapshot).seen_in(frozenset())
        rows = sight.scan(seen, "revisions").collect()
    except (SnapshotTrouble, OSError, pl.exceptions.PolarsError) as error:
        _LOG.error("%s: its revisions cannot be read: %s", snapshot, type(error).__name__)
        return
    _append(folder, rows.with_columns(released_at="new_captured_at", snapshot=pl.lit(snapshot)))


def add(folder: Path, before: str, now: str, released_at: datetime) -> None:
    """Add what differs between two released snapshots; a cell that was or is withheld is told of without figures."""
    try:
        old, new = (snapshot_at(folder.name, folder / name).seen_in(frozenset()) for name in (before, now))
        rows = changed(old, new)
    except (SnapshotTrouble, OSError, pl.exceptions.PolarsError) as error:
        _LOG.error("%s: its changes cannot be told, %s is not readable: %s", now, before, type(error).__name__)
        return
    _append(folder, rows.with_columns(released_at=pl.lit(released_at), snapshot=pl.lit(now)))


def changed(old: Snapshot, new: Snapshot) -> pl.DataFrame:
    """Rows of `tables.Revisions`: the cells with a figure in `old` that `new` tells differently, periods that were open
    left out. Snapshots are compared as the public read them, measure by measure: a whole country at once is large."""
    was, now = _shown(old), _shown(new)
    names = was.select(pl.col("measure").unique(maintain_order=True)).collect().to_series()
    return pl.concat([Revisions.create_empty(), *(_changed(was, now, name) for name in names)])


def _shown(snapshot: Snapshot) -> pl.LazyFrame:
    """The measurements that the public was shown, by the policy of their day where they were published with it."""
    path = snapshot.folder / table_file("measurements_public")
    return completed(pl.scan_parquet(path), "measurements") if path.exists() else public.scan(snapshot, "measurements")


def _changed(was: pl.LazyFrame, now: pl.LazyFrame, measure: str) -> pl.DataFrame:
    cells, own = [*CELL], pl.col("measure") == measure
    was = was.filter(own, ~pl.col("provisional"), states.answered() | (pl.col("state") == SUPPRESSED))
    both = was.select(*cells, *_FIGURES, "captured_at").join(
        now.filter(own).select(*cells, *_FIGURES, "captured_at"), on=cells, suffix="_now", maintain_order="left"
    )
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in _FIGURES)
    hidden = (pl.col("state") == SUPPRESSED) | (pl.col("state_now") == SUPPRESSED)
    figures = [f"{name}{when}" for name in ("numerator", "denominator", "score") for when in ("", "_now")]
    both = both.filter(differs).with_columns(pl.when(~hidden).then(name).alias(name) for name in figures)
    names = {f"{name}_now": f"new_{name}" for name in (*_FIGURES, "captured_at")}
    names |= {name: f"old_{name}" for name in (*_FIGURES, "captured_at")}
    return both.rename(names).select(Revisions.column_names()).collect()


def _append(folder: Path, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    known = errata.of(folder)
    with whole.replacing(folder / ERRATA) as partial:
        pl.concat([known, rows.select(*SCHEMA).cast(SCHEMA)]).write_parquet(partial, compression="zstd")
