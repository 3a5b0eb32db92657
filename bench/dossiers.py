"""Dossiers: our partial sums against DuckDB, a bare scan, pandas and Spark, on the same simulated files.

`python -m bench.dossiers --folder FOLDER --rows 10000000 [--others]`; the folder needs about 12 bytes a row.
Several sizes and `--picture docs/dossiers-growth.svg` draw how time and memory grow.
Every engine runs in a process of its own with two threads, reads the same Parquet files and writes the same
tables; `duckdb` is in `bench/dossiers.sql`. The results are compared row by row.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from bench import dossier_generator, growth_picture
from files.places import HOME
from ranking.dossiers.days import calendar, histogram, quantile
from ranking.dossiers.rows import KEYS, SUMS, partial_sums
from ranking.dossiers.tables import added
from store.swapped_days import swapped_days

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from etl.dossiers.store import Store

SQL = HOME / "bench" / "dossiers.sql"
THREADS = 2
Figure = tuple[str, float, str]
OTHERS = ("pandas", "spark")
TINY = {"rows": 2_000, "others": ("pandas",)}
_NEEDED = [
    "intake", "decision", "province", "field", "procedure", "channel", "received", "due", "done", "returned", "stopped",
    "state", "supplements", "waited", "fee_owed", "paid_online", "e_result", "digitised", "reused",
    "apologised",
]  # fmt: skip


def run(rows: int = 4_000_000, folder: Path | None = None, *, others: Sequence[str] = ()) -> list[Figure]:
    """(name, figure, unit) for `rows` simulated dossiers; `others`: those of OTHERS that are measured too."""
    with tempfile.TemporaryDirectory() as own:
        place = folder or Path(own)
        given, out, name = place / f"dossiers-{rows}", place / "out", f"{rows / 1e6:g} M dossiers"
        shutil.rmtree(out, ignore_errors=True)
        figures = [] if given.exists() else _measured("generator", given, out / str(rows), name)
        for engine in ("scan", "polars", "duckdb", *others):
            figures += _measured(engine, given, out / engine, name)
        figures += _measured("equal", out, out / "equal", name)[-1:]
        figures += _measured("quantiles", out / "polars", out / "quantiles", name)
        figures += _measured("one-day", given, out / "store", name)
        shutil.rmtree(out)
        return figures


def _measured(engine: str, given: Path, out: Path, name: str) -> list[Figure]:
    """Wall time, processor time and peak memory of one engine in a process of its own, and what it prints.

    The processor time tells more than the wall time where the machine is busy with other things.
    """
    out.mkdir(parents=True)
    words = [sys.executable, "-m", "bench.dossiers", "--engine", engine, "--folder", str(given), "--out", str(out)]
    environment = {**os.environ, "POLARS_MAX_THREADS": str(THREADS), "PYTHONPATH": str(HOME)}
    printed = out / "printed.txt"
    started = time.perf_counter()
    process = os.posix_spawn(sys.executable, words, environment, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, str(printed), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ])  # fmt: skip
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    if status:
        raise RuntimeError(f"{engine} failed with status {status}")
    figures = [
        (f"{name}: {engine}, time", seconds, "s"),
        (f"{name}: {engine}, processor time", usage.ru_utime + usage.ru_stime, "s"),
        (f"{name}: {engine}, peak memory", usage.ru_maxrss / 1024, "MiB"),
    ]
    for line in printed.read_text().splitlines():
        what, value, unit = line.rsplit("|", 2)
        figures.append((f"{name}: {what}", float(value), unit))
    return figures


def _generator(given: Path, out: Path) -> None:
    dossier_generator.write(given, int(out.name))


def _equal(place: Path, out: Path) -> None:
    """How many tables are the same, row by row and column by column; month by month, to keep memory flat."""
    same = 0
    for table, keys in KEYS.items():
        month = next(name for name in ("received_month", "received_year", "end_month", "last") if name in keys)
        ours = added([pl.scan_parquet(place / "polars" / table / "*.parquet")], table)
        theirs = pl.scan_parquet(place / "duckdb" / f"{table}.parquet").fill_null(0)
        both = [frame.select(pl.col([*keys, *SUMS[table]]).cast(pl.Int64)) for frame in (ours, theirs)]
        months = both[1].select(month).unique().collect().to_series()
        counts = [frame.select(pl.len()).collect(engine="streaming").item() for frame in both]
        same += counts[0] == counts[1] and all(_same(*both, keys, pl.col(month) == number) for number in months)
    print(f"tables of polars that equal duckdb's|{same}|of {len(KEYS)}")


def _same(ours: pl.LazyFrame, theirs: pl.LazyFrame, keys: tuple[str, ...], where: pl.Expr) -> bool:
    a, b = (frame.filter(where).collect().sort(keys) for frame in (ours, theirs))
    return a.equals(b)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def _scan(given: Path, out: Path) -> None:
    """The limit: reading the needed columns and touching every value."""
    pl.scan_parquet(_files(given)).select(pl.col(_NEEDED).count()).collect(engine="streaming")


def _polars(given: Path, out: Path) -> None:
    """Ours: file by file, partial sums written beside each other."""
    days = calendar(swapped_days()).lazy()
    for table in KEYS:
        (out / table).mkdir()
    for file in _files(given):
        tables = partial_sums(pl.scan_parquet(file), days)
        for table, rows in zip(tables, pl.collect_all(list(tables.values()), engine="streaming"), strict=True):
            rows.write_parquet(out / table / file.name, compression="zstd", compression_level=1)


def _duckdb(given: Path, out: Path) -> None:
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}; SET memory_limit = '2GiB'; SET temp_directory = '{out / 'spill'}'")
    connection.execute("SET preserve_insertion_order = false")
    connection.register("days", calendar(swapped_days()).to_arrow())
    connection.execute("CREATE TEMP TABLE calendar AS FROM days")
    connection.execute(f"CREATE TEMP VIEW dossiers AS FROM read_parquet('{given}/*.parquet')")
    views, *queries = SQL.read_text(encoding="utf-8").split("-- table: ")
    connection.execute(views)
    for query in queries:
        table, body = query.split("\n", 1)
        target = f"'{out / table}.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        connection.execute(f"COPY ({body.strip().rstrip(';')}) TO {target}")


def _pandas(given: Path, out: Path) -> None:
    """The two largest tables the plain way, all files at once; the others would only add to it."""
    import pandas as pd

    rows = pd.concat([pd.read_parquet(file, columns=_NEEDED) for file in _files(given)], ignore_index=True)
    days = calendar(swapped_days()).to_pandas().set_index("day")
    days.index = pd.to_datetime(days.index)
    ended = rows["done"].fillna(rows["returned"]).fillna(rows["stopped"])
    at = {name: days.reindex(pd.to_datetime(day)) for name, day in
          {"received": rows["received"], "end": ended, "due": rows["due"]}.items()}  # fmt: skip
    last = at["due"]["next"].to_numpy()
    waited = rows["waited"].to_numpy()
    spent = at["end"]["next"].to_numpy() - waited
    spells = {
        f"{kind}_days": pd.Series(at["end"][count].to_numpy() - at["received"][count].to_numpy() - waited).clip(0, 2000)
        for kind, count in (("working", "index"), ("calendar", "number"))
    }
    by_then = (spent <= last) & (rows["supplements"] < 2)
    frame = pd.DataFrame(
        {
            **{name: rows[name] for name in ("intake", "decision", "field")},
            "received_month": at["received"]["month"].to_numpy(),
            "end_month": at["end"]["month"].fillna(0).to_numpy(),
            **spells,
            "n": 1, "online": rows["channel"].isin([1, 2, 3]), "on_time": by_then,
            "last_day": by_then & (spent == last),
        }
    )  # fmt: skip
    events = frame.groupby(["intake", "decision", "field", "received_month", "end_month"])
    events[["n", "online", "on_time", "last_day"]].sum().to_parquet(out / "events.parquet")
    days_table = frame[frame["end_month"] != 0].groupby(["intake", "end_month", "working_days", "calendar_days"])
    days_table["n"].sum().to_frame().to_parquet(out / "days.parquet")


def _spark(given: Path, out: Path) -> None:
    from etl.dossiers.spark import session

    spark = session(f"local[{THREADS}]")
    on_spark(spark, given, out)
    spark.stop()


def on_spark(spark: SparkSession, given: Path, out: Path, wanted: Collection[str] = tuple(KEYS)) -> None:
    """The same tables of sums, one folder each; all of them unless some are named."""
    from etl.dossiers.spark import _frame

    rows, days = spark.read.parquet(str(given)).select(*_NEEDED), _frame(spark, calendar(swapped_days()))
    for table, frame in partial_sums(rows, days).items():
        if table in wanted:
            frame.write.parquet(str(out / table))


def _quantiles(given: Path, out: Path) -> None:
    """Median and ninth tenth of working and calendar days by unit and month, quarter and year, from the sums."""
    days = pl.scan_parquet(given / "days" / "*.parquet")
    known = days.select("end_month").unique().collect(engine="streaming").to_series().sort().to_list()
    for size in (1, 3, 12):
        for first in sorted({month // size * size for month in known}):
            for count in ("working_days", "calendar_days"):
                found = histogram(days, [*range(first, first + size)], count)
                for tenths in (5, 9):
                    quantile(found, ["intake"], count, tenths).write_parquet(out / f"{first}-{size}-{count}-{tenths}")


def _one_day(given: Path, out: Path) -> None:
    """One more day's export on top of kept dossiers and their sums: merged, and the sums changed with it.

    Timed from the checked rows of the export on; reading its file and publishing are not in it. What publishing
    would then do first, counting the touched periods again, is timed apart.
    """
    # Late, here and below: what an engine does not need must not count among its memory.
    from etl.dossiers.changes import Changes, merge, sum_here
    from etl.dossiers.measurements import harvest
    from etl.dossiers.units import Units
    from store.reference import reference_table

    store, units = _kept(given, out), Units(reference_table("units"), reference_table("provinces"))
    export = dossier_generator.day_after(given)
    started = time.perf_counter()
    changes = Changes()
    keyed = export.with_columns(
        part=pl.format("20{}-{}", *(pl.col("code").str.extract(r"-(\d\d)(\d\d)\d\d-", n) for n in (1, 2)))
    )
    for (part,), rows in keyed.group_by("part"):
        merge(store, part, rows.drop("part"), changes)
    sum_here(store, store.state()["pending"])
    print(
        f"one more day's export ({export.height} rows, {len(changes.parts)} months)|{time.perf_counter() - started}|s"
    )
    started = time.perf_counter()
    taken = harvest(store, units, {*store.state()["months"], dossier_generator.LAST_MONTH + 1}, [])
    print(f"its periods counted again ({taken.measurements.height} rows)|{time.perf_counter() - started}|s")


def _kept(given: Path, out: Path) -> Store:
    """A store of the given dossiers, with the sums that `_polars` has left, as an earlier import leaves it."""
    from etl.dossiers.store import Store

    store, country = Store(out), dossier_generator.country()
    folders = [(given, store.folder / "dossiers")]
    folders += [(out.parent / "polars" / table, store.folder / "sums" / table) for table in KEYS]
    for source, target in folders:
        target.mkdir(parents=True)
        for file in _files(source):
            (target / file.name).hardlink_to(file)
    names = {
        "units": list(country.units.codes),
        "provinces": country.provinces,
        "fields": country.procedures.fields,
        "procedures": country.procedures.names,
    }
    (store.folder / "lists").mkdir()
    for name, listed in names.items():
        frame = pl.DataFrame({"id": range(len(listed)), "name": listed}, schema={"id": pl.Int16, "name": pl.String})
        frame.write_parquet(store.folder / "lists" / f"{name}.parquet")
    store.remember(exports=dict.fromkeys(names["provinces"], "2026-10-01"))
    return store


_ENGINES: dict[str, Callable[[Path, Path], None]] = {
    "scan": _scan, "polars": _polars, "duckdb": _duckdb, "pandas": _pandas, "spark": _spark,
    "generator": _generator, "equal": _equal, "quantiles": _quantiles, "one-day": _one_day,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000_000], help="several sizes show the growth")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the growth: docs/dossiers-growth.svg")
    parser.add_argument("--others", action="store_true", help="pandas and Spark as well")
    parser.add_argument("--engine", choices=_ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.engine:
        _ENGINES[args.engine](args.folder, args.out)
        return
    figures = {}
    for rows in args.rows:
        figures[rows] = run(rows, args.folder, others=OTHERS if args.others else ())
        for name, value, unit in figures[rows]:
            print(f"{name:<64} {value:>10,.2f} {unit}", flush=True)
    if args.picture:
        growth_picture.write(figures, args.picture)


if __name__ == "__main__":
    main()
