"""What the public sees of a snapshot: its rows page by page, with the suppression policy applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ranking.later_columns import completed
from ranking.manifest import table_file
from ranking.suppression import places_of, suppressed, withheld_rows
from ranking.vocabulary import CELL
from ranking.withheld_standings import GROUP, suppressed_standings, withheld_ranks
from store.policy import policy, policy_in_force
from store.reference import measures, reference_table
from store.snapshot import Snapshot

KEYS = frozenset({*CELL, "scope", "captured_at", "source", "provisional"})
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Page:
    """Some `rows` of a table, of `total` that there are."""

    rows: pl.DataFrame
    total: int


def scan(snapshot: Snapshot, table: str) -> pl.LazyFrame:
    """`measurements` or `standings` as the public may see them, in the order of `Page`s.

    As they were published with the snapshot; where it has none by the policy now in force, worked out here.
    """
    if snapshot.manifest.policy == policy_in_force():
        return completed(pl.scan_parquet(snapshot.folder / table_file(f"{table}_public")), table)
    return _whole(snapshot.seen_in(None), table).lazy()


@lru_cache(maxsize=4)
def _whole(snapshot: Snapshot, table: str) -> pl.DataFrame:
    return {"measurements": _measurements, "standings": _standings}[table](snapshot, (), 0, None).rows


def measurements(snapshot: Snapshot, *where: pl.Expr, offset: int = 0, limit: int | None = None) -> Page:
    """Rows of `tables.Measurements`, in the order of their file, as the public may see them.

    `where` may look at keys only: a condition on a figure would tell what is withheld.
    """
    return _page(snapshot, "measurements", where, offset, limit)


def standings(snapshot: Snapshot, *where: pl.Expr, offset: int = 0, limit: int | None = None) -> Page:
    """Rows of `tables.Standings`, units by code within each ranking, ranked among those that are shown.

    `where` as for `measurements`. The file's own order would tell where a withheld unit stands.
    """
    return _page(snapshot, "standings", where, offset, limit)


def _page(snapshot: Snapshot, table: str, where: Sequence[pl.Expr], offset: int, limit: int | None) -> Page:
    _check_keys(where)
    if snapshot.manifest.policy != policy_in_force():
        return {"measurements": _measurements, "standings": _standings}[table](snapshot, where, offset, limit)
    rows = scan(snapshot, table).filter(*where)
    if limit is None and not offset:
        whole = rows.collect()
        return Page(whole, whole.height)
    page, total = pl.collect_all([rows.slice(offset, limit), rows.select(pl.len())])
    return Page(page, total.item())


# --- worked out here, for a snapshot without public tables


def _measurements(snapshot: Snapshot, where: Sequence[pl.Expr], offset: int, limit: int | None) -> Page:
    chosen = _chosen(snapshot, "measurements", where)
    rows = _rows(snapshot, "measurements", where, chosen.slice(offset, limit))
    return Page(suppressed(rows.drop("row"), _flags(snapshot, "measurements", rows)), chosen.len())


def _standings(snapshot: Snapshot, where: Sequence[pl.Expr], offset: int, limit: int | None) -> Page:
    chosen = _chosen(snapshot, "standings", where)
    chosen = chosen.gather(np.argsort(_order(snapshot)[chosen.to_numpy()]))
    rows = _rows(snapshot, "standings", where, chosen.slice(offset, limit))
    flags = _flags(snapshot, "standings", rows)
    withheld = [_withheld(snapshot, group) for group in _groups(rows)]
    if not withheld:
        return Page(rows.drop("row"), chosen.len())
    return Page(suppressed_standings(rows.drop("row"), flags, pl.concat(withheld)), chosen.len())


def _check_keys(where: Sequence[pl.Expr]) -> None:
    used = {name for condition in where for name in condition.meta.root_names()}
    if used - KEYS:
        raise ValueError(f"{', '.join(sorted(used - KEYS))}: the public's rows are chosen by their keys only")


def _chosen(snapshot: Snapshot, table: str, where: Sequence[pl.Expr]) -> pl.Series:
    """The places of the rows in their file."""
    return _scan(snapshot, table).filter(*where).select("row").collect().to_series()


def _rows(snapshot: Snapshot, table: str, where: Sequence[pl.Expr], chosen: pl.Series) -> pl.DataFrame:
    """The rows at these places, in this order."""
    wanted = chosen.to_frame("row")
    found = _scan(snapshot, table).filter(*where, pl.col("row").is_in(chosen.implode())).collect()
    return wanted.join(found, on="row", how="left", maintain_order="left")


def _scan(snapshot: Snapshot, table: str) -> pl.LazyFrame:
    return completed(pl.scan_parquet(snapshot.folder / table_file(table), row_index_name="row"), table)


def _flags(snapshot: Snapshot, table: str, rows: pl.DataFrame) -> pl.Series:
    found = np.zeros(rows.height, bool)
    places = rows.get_column("row").to_numpy()
    for group in _groups(rows):
        found |= np.isin(places, _hidden_places(snapshot, group)[table])
    return pl.Series("hidden", found)


def _groups(rows: pl.DataFrame) -> list[tuple[str, ...]]:
    return policy().groups_of(rows.get_column("measure").unique().sort())


def _hidden_places(snapshot: Snapshot, group: tuple[str, ...]) -> dict[str, NDArray[np.uint32]]:
    """The places of the withheld rows in the files of measurements and standings."""
    with _ONE_AT_A_TIME:  # it takes seconds for the whole country: readers who come meanwhile wait for the same answer
        return _worked_out(snapshot, group)


@lru_cache(maxsize=256)
def _worked_out(snapshot: Snapshot, group: tuple[str, ...]) -> dict[str, NDArray[np.uint32]]:
    tables = (_scan(snapshot, "measurements"), _scan(snapshot, "standings"))
    rows, ranked = withheld_rows(*tables, group, _places(), measures(), policy())
    return {"measurements": rows.to_numpy(), "standings": ranked.to_numpy()}


@lru_cache(maxsize=256)
def _withheld(snapshot: Snapshot, group: tuple[str, ...]) -> pl.DataFrame:
    """The ranks that the withheld units of a group had."""
    places = pl.Series(_hidden_places(snapshot, group)["standings"])
    rows = _scan(snapshot, "standings").filter(pl.col("row").is_in(places.implode())).select("row", *GROUP, "rank")
    return withheld_ranks(rows.collect())


@lru_cache(maxsize=4)
def _order(snapshot: Snapshot) -> NDArray[np.uint32]:
    """The place of each row of the standings where units stand by their codes within each ranking."""
    rows = _scan(snapshot, "standings").select("row", "unit_code", ranking=pl.struct(GROUP).rle_id()).collect()
    order = rows.sort("ranking", "unit_code").get_column("row").to_numpy()
    place = np.empty(len(order), np.uint32)
    place[order] = np.arange(len(order), dtype=np.uint32)
    return place


@lru_cache(maxsize=1)
def _places() -> pl.DataFrame:
    return places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))
