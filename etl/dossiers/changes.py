"""How exports join the kept dossiers, and the sums with them: a new month whole, later changes beside it.

A day's export changes few of a month's dossiers. Their new states go into a small file beside the month, and so
do the sums: those of the new states less those of the states they replace. Both add up exactly, because all
sums are whole numbers. Now and then the small files of a month are folded into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from etl.dossiers.store import Store, states_in, write
from ranking.dossiers.days import calendar
from ranking.dossiers.rows import DOSSIER, KEYS, NOT_ENDED, SUMS, partial_sums
from store.swapped_days import swapped_days

# More changes than one in so many dossiers of a month, and it is written and summed whole.
_FEW = 5
# So many small files beside a month, and they are folded into it.
FILES_MOST = 16
_ROWS_TOGETHER = 200_000


@dataclass
class Changes:
    """What one import changed: how many rows are new or replaced, the codes refused, and the parts touched."""

    new: int = 0
    replaced: int = 0
    conflicts: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)


def take_in(store: Store) -> Changes:
    """Bring what is staged into the kept dossiers, part by part, so that memory stays flat.

    A later export replaces the older state, whatever the order of import. Where one export tells a code twice
    with different content, neither counts. Rows that are there already change nothing.
    """
    changes = Changes()
    staged = store.staged()
    if not staged:
        return changes
    store.note_exports(pl.scan_ipc([file for files in staged.values() for file in files]))
    for part, files in staged.items():
        merge(store, part, pl.concat([pl.read_ipc(file) for file in files], rechunk=False), changes)
    return changes


def merge(store: Store, part: str, rows: pl.DataFrame, changes: Changes) -> None:
    """Rows of one part into the kept ones. While it is at work the part is noted as pending.

    A part that is pending already, after an import that was interrupted or because it is new, has no sums to
    change: it stays pending and is summed whole.
    """
    rows = _told_once(rows, changes)
    held = _held(store, part, rows)
    rows = _news(rows, held)
    if rows.is_empty():
        return
    replaced = held.join(rows, on="code", how="semi").select(rows.columns) if held.height else held
    pending = store.state()["pending"]
    store.remember(pending=sorted({*pending, part}))
    changes.parts.append(part)
    changes.replaced += replaced.height
    changes.new += rows.height - replaced.height
    if _is_small(store, part, rows) and part not in pending and _is_summed(store, part):
        write(rows, _beside(store.dossier_file(part)))
        months = _change_sums(store, part, rows, replaced)
        store.remember(pending=pending, months=sorted({*store.state()["months"], *months}))
    elif store.dossier_file(part).exists():
        write(rows, _beside(store.dossier_file(part)))
        fold(store, part)
    else:
        # Rows are looked for by their code, which lies anywhere.
        write(rows, store.dossier_file(part), statistics=False)


def _told_once(rows: pl.DataFrame, changes: Changes) -> pl.DataFrame:
    """One row per code, that of the latest export; none where one export contradicts itself."""
    # Where no two hashes are alike no two codes are; that is found in a third of the time.
    if rows["code"].hash().n_unique() == rows.height or rows["code"].n_unique() == rows.height:
        return rows
    rows = rows.unique()
    if rows["code"].n_unique() == rows.height:
        return rows
    twice = rows.select("code", "exported").filter(pl.struct("code", "exported").is_duplicated()).unique()
    changes.conflicts += twice["code"].to_list()
    rows = rows.join(twice, on=["code", "exported"], how="anti")
    return rows.sort("exported").unique("code", keep="last")


def _held(store: Store, part: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The kept states of the dossiers in `rows`."""
    files = [file for file in store.files(part) if file.exists()]
    if not files:
        return pl.DataFrame(schema=DOSSIER)
    wanted = pl.col("code").is_in(rows["code"].implode())
    found = [states_in(file).filter(wanted).collect() for file in files]
    return pl.concat([pl.DataFrame(schema=DOSSIER), *found]).unique("code", keep="last", maintain_order=True)


def _news(rows: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """The rows that are not kept already, as they are or in a later state."""
    if held.is_empty():
        return rows
    rows = rows.join(held, on=list(DOSSIER), how="anti", nulls_equal=True)
    rows = rows.join(held.select("code", held="exported"), on="code", how="left")
    return rows.filter(~(pl.col("held") > pl.col("exported")).fill_null(False)).drop("held")


def _is_small(store: Store, part: str, rows: pl.DataFrame) -> bool:
    path = store.dossier_file(part)
    return path.exists() and rows.height * _FEW < pl.scan_parquet(path).select(pl.len()).collect().item()


def _is_summed(store: Store, part: str) -> bool:
    return all(store.sums_file(table, part).exists() for table in KEYS)


def _beside(path: Path) -> Path:
    """The next small file beside that of a month."""
    last = max((int(found.stem.split("+")[1]) for found in _small_files(path)), default=0)
    return path.with_name(f"{path.stem}+{last + 1:04d}.parquet")


def _small_files(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}+*.parquet"))


def _change_sums(store: Store, part: str, rows: pl.DataFrame, replaced: pl.DataFrame) -> set[int]:
    """Write what the new states add to the sums less what the old ones did; the months that this touches."""
    signed = pl.concat([rows.with_columns(sign=pl.lit(1)), replaced.with_columns(sign=pl.lit(-1))])
    tables = partial_sums(signed.lazy(), calendar(swapped_days()).lazy(), store.limits().lazy(), by=("sign",))
    months: set[int] = set()
    for name, found in zip(tables, pl.collect_all(list(tables.values())), strict=True):
        sums = found.group_by(KEYS[name]).agg((pl.col(SUMS[name]) * pl.col("sign")).sum())
        sums = sums.filter(pl.any_horizontal(pl.col(SUMS[name]) != 0)).select(*KEYS[name], *SUMS[name])
        write(sums, _beside(store.sums_file(name, part)))
        if name == "events":
            months = months_in(sums)
    return months


def months_in(events: pl.DataFrame | pl.LazyFrame) -> set[int]:
    """The months when dossiers were received or ended."""
    both = events.lazy().select("received_month", "end_month").unique().collect(engine="streaming")
    return {*both["received_month"], *both["end_month"]} - {NOT_ENDED}


def fold(store: Store, part: str) -> None:
    """Write the small files of a month into it."""
    path = store.dossier_file(part)
    small = _small_files(path)
    if small:
        write(store.dossiers(part), path)
        for file in small:
            file.unlink()


def fold_longest(store: Store) -> str | None:
    """Fold the month with the most small files, once they are many, and sum it whole; its name.

    One at a time, so that no single import pays for all.
    """
    counts = {part: len(_small_files(store.dossier_file(part))) for part in store.parts()}
    longest = max(counts, key=lambda part: counts[part], default=None)
    if longest is None or counts[longest] < FILES_MOST:
        return None
    pending = store.state()["pending"]
    store.remember(pending=sorted({*pending, longest}))
    sum_here(store, [longest])
    store.remember(pending=pending)
    return longest


def sum_here(store: Store, parts: Iterable[str]) -> None:
    """Compute the sums of `parts` with Polars, so many at a time as hold few rows: memory stays flat however many."""
    days, limits = calendar(swapped_days()).lazy(), store.limits().lazy()
    for together in _batches(store, parts):
        files = [states_in(store.dossier_file(part)) for part in together]
        if len(files) > 1:
            files = [file.with_columns(at=pl.lit(at, pl.Int32)) for at, file in enumerate(files)]
        tables = partial_sums(pl.concat(files), days, limits, by=("at",) if len(files) > 1 else ())
        for name, rows in zip(tables, pl.collect_all(list(tables.values()), engine="streaming"), strict=True):
            for at, part in enumerate(together):
                own = rows.filter(pl.col("at") == at).drop("at") if len(files) > 1 else rows
                put_sums(store, name, part, own)


def _batches(store: Store, parts: Iterable[str]) -> Iterator[list[str]]:
    """The parts, each folded, as many together as hold few rows: to plan the sums costs the same for any number."""
    together: list[str] = []
    rows = 0
    for part in parts:
        fold(store, part)
        height = pl.scan_parquet(store.dossier_file(part)).select(pl.len()).collect().item()
        if together and rows + height > _ROWS_TOGETHER:
            yield together
            together, rows = [], 0
        together.append(part)
        rows += height
    if together:
        yield together


def put_sums(store: Store, table: str, part: str, rows: pl.DataFrame) -> None:
    """The sums of a whole part in the place of all that was there."""
    path = store.sums_file(table, part)
    small = _small_files(path)
    write(rows, path)
    for file in small:
        file.unlink()
