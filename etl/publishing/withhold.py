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
Append = Callable[[pl.DataFrame], int]


def write_public(folder: Path, measured: Append, ranked: Append, step: Step = untold) -> dict[str, int]:
    """Write the public tables of a folder that holds `measurements` and `standings`; how many rows each has.

    Measure by measure, in the order of the files: a family's rows are looked at together, but never all rows.
    """
    counts = dict.fromkeys(PUBLIC, 0)
    for measure, family in _families(folder):
        step(f"withholding small numbers of {measure}")
        rows, standing = _withheld(folder, family)
        counts["measurements_public"] += measured(_measurements(folder, measure, rows))
        public = _standings(folder, measure, standing)
        counts["standings_public"] += ranked(public) if public.height else 0
    _withheld.cache_clear()
    return counts


def _families(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each measure with its family, in the order of the file."""
    names = _scan(folder, "measurements").select(pl.col("measure").unique(maintain_order=True)).collect()
    for name in names.to_series():
        yield name, policy().family_of(name)


@lru_cache(maxsize=4)
def _withheld(folder: Path, family: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    """The places of the withheld rows in the files of measurements and standings."""
    tables = (_scan(folder, "measurements"), _scan(folder, "standings"))
    return withheld_rows(*tables, family, _places(), measures(), policy())


def _measurements(folder: Path, measure: str, hidden: pl.Series) -> pl.DataFrame:
    rows = _scan(folder, "measurements").filter(pl.col("measure") == measure).collect()
    return suppressed(rows.drop("row"), rows.get_column("row").is_in(hidden.implode()).alias("hidden"))


def _standings(folder: Path, measure: str, hidden: pl.Series) -> pl.DataFrame:
    """In the order of units within each ranking: the file's own would tell where a withheld unit stands."""
    rows = _scan(folder, "standings").filter(pl.col("measure") == measure).collect()
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
