"""What the public may see of a snapshot, worked out once when it is published; `python -m etl withhold` does it again.

Beside `measurements` and `standings` lie the same rows as the suppression policy lets the public see them, so that
no reader waits for it, and a page for the public has no other figures to read.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import polars as pl

from etl.progress import Step, untold
from ranking.later_columns import completed
from ranking.manifest import table_file
from ranking.suppression import GROUP, places_of, suppressed, suppressed_standings, withheld_ranks, withheld_rows
from store.policy import policy
from store.reference import measures, reference_table

PUBLIC = {"measurements_public": "measurements", "standings_public": "standings"}
"""The public's tables, by the tables that they show."""
_TABLES = ("measurements", "standings")
_ROWS_TOGETHER = 100_000
Append = Callable[[pl.DataFrame], int]


def write_public(folder: Path, measured: Append, ranked: Append, step: Step = untold) -> dict[str, int]:
    """Write the public tables of a folder that holds `measurements` and `standings`; how many rows each has.

    In the order of the files, so many measures at a time as hold few rows: a family's rows are looked at together, but
    never all rows of a whole country.
    """
    counts = dict.fromkeys(PUBLIC, 0)
    for measures_here, families in _batches(folder):
        for measure in measures_here:
            step(f"withholding small numbers of {measure}")
        rows, standing = _withheld(folder, families)
        counts["measurements_public"] += measured(_measurements(folder, measures_here, rows))
        public = _standings(folder, measures_here, standing)
        counts["standings_public"] += ranked(public) if public.height else 0
    _withheld.cache_clear()
    return counts


def _batches(folder: Path) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """Measures in the order of the file, as many together as hold few rows, with all of their families."""
    counted = [_scan(folder, table).group_by("measure", maintain_order=True).len().collect() for table in _TABLES]
    ranked = dict(counted[1].iter_rows())
    here: list[str] = []
    rows = 0
    for measure, count in counted[0].iter_rows():
        more = count + ranked.get(measure, 0)
        if here and rows + more > _ROWS_TOGETHER:
            yield here, _families(here)
            here, rows = [], 0
        here.append(measure)
        rows += more
    if here:
        yield here, _families(here)


def _families(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for name in names for one in policy().family_of(name)))


@lru_cache(maxsize=4)
def _withheld(folder: Path, families: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    """The places of the withheld rows in the files of measurements and standings."""
    measurements, standings = (_scan(folder, table) for table in _TABLES)
    return withheld_rows(measurements, standings, families, _places(), measures(), policy())


def _measurements(folder: Path, names: list[str], hidden: pl.Series) -> pl.DataFrame:
    rows = _scan(folder, "measurements").filter(pl.col("measure").is_in(names)).collect()
    return suppressed(rows.drop("row"), rows.get_column("row").is_in(hidden.implode()).alias("hidden"))


def _standings(folder: Path, names: list[str], hidden: pl.Series) -> pl.DataFrame:
    """In the order of units within each ranking: the file's own would tell where a withheld unit stands."""
    rows = _scan(folder, "standings").filter(pl.col("measure").is_in(names)).collect()
    rows = rows.with_columns(ranking=pl.struct(GROUP).rle_id()).sort("ranking", "unit_code").drop("ranking")
    flags = rows.get_column("row").is_in(hidden.implode()).alias("hidden")
    return suppressed_standings(rows.drop("row"), flags, withheld_ranks(rows.filter(flags)))


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
