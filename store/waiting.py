"""What a snapshot holds by basis and period, and in what it differs from the one that the public reads."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import polars as pl

from files.places import published_folder
from ranking.manifest import CURRENT, RELEASED, table_file
from ranking.periods import Period
from ranking.vocabulary import BASES, CELL, PERIOD_COLUMNS
from store import releases

_FIGURES = ("numerator", "denominator", "score", "max_score", "state")
_OWN = (pl.col("basis") != "portal") | pl.col("source").str.starts_with("correction:")
Periods = dict[str, list[str]]
"""By basis the first and the last period, as `ranking.periods.parse` reads them."""


def holds(snapshot: Path) -> Periods:
    """What the figures of a snapshot's folder are of."""
    return _periods(_figures(snapshot).select("basis", *PERIOD_COLUMNS).unique().collect())


def differing(before: Path | None, now: Path, *, own: bool = False) -> Periods:
    """Of what figures differ between two snapshots' folders, or stand in one of them alone.

    `before` None: all in `now`. `own`: only what a province says itself, which is forms, dossiers
    and corrections. A capture that tells the same again makes no difference.
    """
    chosen = _OWN if own else pl.lit(True)
    mine = _figures(now).filter(chosen).select(*CELL, *_FIGURES)
    if before is None:
        return _periods(mine.select("basis", *PERIOD_COLUMNS).unique().collect())
    theirs = _figures(before).filter(chosen).select(*CELL, *_FIGURES)
    cells = [*CELL, *_FIGURES]
    apart = [
        one.join(other, on=cells, how="anti", nulls_equal=True).select("basis", *PERIOD_COLUMNS).unique()
        for one, other in ((mine, theirs), (theirs, mine))
    ]
    return _periods(pl.concat(pl.collect_all(apart)).unique())


def waiting(dataset: str) -> Periods:
    """What of a dataset's latest snapshot the public does not see yet; empty where it sees the latest."""
    if not releases.is_ahead(dataset):
        return {}
    folder = published_folder() / dataset
    current, released = releases.pointer(folder, CURRENT), releases.pointer(folder, RELEASED)
    return _waiting(folder, current or "", released or "")


@lru_cache(maxsize=8)
def _waiting(folder: Path, current: str, released: str) -> Periods:
    return differing(folder / released if released else None, folder / current)


def _figures(snapshot: Path) -> pl.LazyFrame:
    return pl.scan_parquet(snapshot / table_file("measurements"))


def _periods(rows: pl.DataFrame) -> Periods:
    found = {}
    for basis in BASES:
        own = rows.filter(pl.col("basis") == basis).sort("period_end", "period_start")
        if own.height:
            found[basis] = [_id(own, 0), _id(own, -1)]
    return found


def _id(rows: pl.DataFrame, row: int) -> str:
    return Period(*(rows.item(row, name) for name in PERIOD_COLUMNS)).id
