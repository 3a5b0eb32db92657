"""What the public may see of a snapshot, worked out once when it is published; `python -m etl withhold` does it again.

Beside `measurements` and `standings` lie the same rows as the suppression policy lets the public see them, so that
no reader waits for it, and a page for the public has no other figures to read.
"""

from __future__ import annotations

import os
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import polars as pl

from etl.progress import Step, untold
from etl.publishing.beside import Beside
from etl.publishing.in_service import snapshot_manifest
from ranking.later_columns import completed
from ranking.manifest import table_file
from ranking.states import SUPPRESSED
from ranking.suppression import places_of, suppressed, withheld_measurements
from ranking.withheld_standings import GROUP
from store.policy import policy, policy_in_force
from store.reference import measures, reference_table

PUBLIC = {"measurements_public": "measurements", "standings_public": "standings"}
"""The public's tables, by the tables that they show."""
_TABLES = ("measurements", "standings")
_ROWS_TOGETHER, _WAITING = 100_000, 2
Append = Callable[[pl.DataFrame], int]


class Withheld:
    """The places of what is withheld in the file of measurements of a folder, by the measures that are tied."""

    def __init__(self, folder: Path, before: Path | None = None) -> None:
        """Decides of all measures of the file, those that are tied together. `before`: the snapshot that this one
        follows, whose public tables are held against these (`suppression.hidden`)."""
        rows, seen = _scan(folder, "measurements"), _seen(before)
        names = rows.select(pl.col("measure").unique()).collect().to_series().sort()
        self._places = {
            group: withheld_measurements(rows, group, _places(), measures(), policy(), seen)
            for group in policy().groups_of(names)
        }

    def among(self, names: list[str]) -> pl.Series:
        return pl.concat([self._places[group] for group in policy().groups_of(names)])


def write_public(
    folder: Path,
    withheld: Withheld,
    measured: Append,
    ranked: Append,
    beside: Beside,
    step: Step = untold,
) -> dict[str, int]:
    """Write the public tables of a folder that holds `measurements` and `standings`; how many rows each has.

    In the order of the files, so many measures at a time as hold few rows. What is ranked again is so `beside` what
    comes next.
    """
    counts = dict.fromkeys(PUBLIC, 0)
    last: deque[_Standings] = deque()
    for names in _batches(folder):
        for measure in names:
            step(f"withholding small numbers of {measure}")
        shown = _measurements(folder, names, withheld.among(names))
        counts["measurements_public"] += measured(shown)
        last.append(_Standings(folder, names, shown, beside))
        if len(last) > _WAITING:
            counts["standings_public"] += _appended(last.popleft(), ranked)
    return counts | {"standings_public": counts["standings_public"] + sum(_appended(one, ranked) for one in last)}


def _appended(standings: _Standings, ranked: Append) -> int:
    rows = standings.rows()
    return ranked(rows) if rows.height else 0


def _seen(before: Path | None) -> pl.LazyFrame | None:
    """What the public was shown, by the same policy: another one decides everything by itself."""
    if before is None or snapshot_manifest(before).policy != policy_in_force():
        return None
    return pl.scan_parquet(before / table_file("measurements_public"))


def _batches(folder: Path) -> Iterator[list[str]]:
    """Measures in the order of the file, as many together as hold few rows."""
    counted = [_scan(folder, table).group_by("measure", maintain_order=True).len().collect() for table in _TABLES]
    ranked = dict(counted[1].iter_rows())
    here: list[str] = []
    rows = 0
    for measure, count in counted[0].iter_rows():
        more = count + ranked.get(measure, 0)
        if here and rows + more > _ROWS_TOGETHER:
            yield here
            here, rows = [], 0
        here.append(measure)
        rows += more
    if here:
        yield here


def _measurements(folder: Path, names: list[str], hidden: pl.Series) -> pl.DataFrame:
    rows = _scan(folder, "measurements").filter(pl.col("measure").is_in(names)).collect()
    return suppressed(rows.drop("row"), rows.get_column("row").is_in(hidden.implode()).alias("hidden"))


class _Standings:
    """Where units stand by what the public sees, in the order of units within each ranking: the file's own order would
    tell where a withheld unit stands.

    Where anything of a measure's basis is withheld, its units are ranked by what is shown, and intervals, bands,
    movements and likely places come from that alone: those of the whole tables rest on withheld months and units.
    That is worked out `beside` what comes next.
    """

    def __init__(self, folder: Path, names: list[str], shown: pl.DataFrame, beside: Beside) -> None:
        self.names = names
        rows = _scan(folder, "standings").drop("row").filter(pl.col("measure").is_in(names)).collect()
        touched = shown.filter(pl.col("state") == SUPPRESSED).select("measure", "series", "basis").unique()
        on = touched.columns
        self._kept = rows.join(touched, on=on, how="anti")
        self._again = [
            beside.standing(part, measures()[name])
            for (name,), part in shown.join(touched, on=on, how="semi").partition_by("measure", as_dict=True).items()
        ]

    def rows(self) -> pl.DataFrame:
        """All rows of `tables.Standings`, when they are there."""
        rows = pl.concat([self._kept, *(part.rows().select(self._kept.columns) for part in self._again)])
        place = pl.col("measure").replace_strict({name: n for n, name in enumerate(self.names)}, return_dtype=pl.Int64)
        return rows.sort(place, *(name for name in GROUP if name != "measure"), "unit_code")


def _scan(folder: Path, table: str) -> pl.LazyFrame:
    return completed(pl.scan_parquet(folder / table_file(table), row_index_name="row"), table)


@lru_cache(maxsize=1)
def _places() -> pl.DataFrame:
    return places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))


def linked(before: Path, partial: Path, tables: list[str]) -> None:
    """The tables of a snapshot under a second name: a snapshot is never changed, so both may share them."""
    for table in tables:
        try:
            os.link(before / table_file(table), partial / table_file(table))
        except OSError:  # a file system without links
            shutil.copyfile(before / table_file(table), partial / table_file(table))
