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
from ranking.manifest import ERRATA
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
    left out. Snapshots are compared as the public sees them."""
    cells = [*CELL]
    was = public.scan(old, "measurements").filter(states.answered() | (pl.col("state") == SUPPRESSED))
    was = was.filter(~pl.col("provisional")).select(*cells, *_FIGURES, "captured_at")
    now = public.scan(new, "measurements").select(*cells, *_FIGURES, "captured_at")
    both = was.join(now, on=cells, suffix="_now")
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
