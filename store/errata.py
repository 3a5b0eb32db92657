"""What was corrected after it had been released: old figures and new ones, and by which release."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from ranking.manifest import ERRATA, RELEASED
from ranking.vocabulary import CELL
from store import releases, sight
from store.snapshot import Snapshot

_FIGURES = {"numerator": pl.Float64, "denominator": pl.Float64, "score": pl.Float64, "state": pl.String}
_MOMENT = pl.Datetime("us", "UTC")
_COLUMNS: dict[str, Any] = {
    **{name: pl.Date if name in ("period_start", "period_end") else pl.String for name in CELL},
    **{f"{when}_{name}": kind for when in ("old", "new") for name, kind in _FIGURES.items()},
    **{f"{when}_captured_at": _MOMENT for when in ("old", "new")},
    "released_at": _MOMENT,
    "snapshot": pl.String,
}
SCHEMA = pl.Schema(_COLUMNS)
"""The columns of `ranking.tables.Revisions`, when the change was released, and with which snapshot."""


def of(folder: Path) -> pl.DataFrame:
    """The changes that releases of a dataset made; none without a file."""
    return pl.read_parquet(folder / ERRATA) if (folder / ERRATA).exists() else pl.DataFrame(schema=SCHEMA)


def public(snapshot: Snapshot) -> pl.DataFrame:
    """The changes of released figures up to a snapshot that the public reads, the latest first."""
    folder = snapshot.folder.parent
    if releases.pointer(folder, RELEASED) is None:
        return _before(snapshot.seen_in(frozenset()))
    held = {one.snapshot for one in releases.in_public(releases.known(folder.name))}
    return _latest_first(of(folder).filter(pl.col("snapshot").is_in(sorted(held))))


@lru_cache(maxsize=8)
def _before(snapshot: Snapshot) -> pl.DataFrame:
    """Of a dataset from before there were releases: the snapshot's own revisions."""
    rows = sight.scan(snapshot, "revisions").with_columns(
        released_at="new_captured_at", snapshot=pl.lit(snapshot.manifest.id)
    )
    return _latest_first(rows.collect().select(*SCHEMA))


def _latest_first(rows: pl.DataFrame) -> pl.DataFrame:
    keys = ["released_at", "new_captured_at", *CELL]
    return rows.sort(keys, descending=[True, True, *[False] * len(CELL)])
