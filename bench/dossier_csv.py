"""Dossiers as CSV: our import (every row checked, stored and summed) against DuckDB's read_csv with the same sums.

`python -m bench.dossier_csv --folder FOLDER --rows 10000000`; the folder needs about 250 bytes a row. Each runs in a
process of its own with two threads. The sums of both are compared, row by row. `duckdb-keeping` does what the import
does for a later export, too: its dossiers lie on disk afterwards, by the month in their codes, each code once.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import polars as pl

from bench import dossier_generator
from etl.dossiers.lists import field_names, lists_of
from etl.simulation.dossiers.wording import CHANNELS, DATES, HEADINGS, STATES, as_text, worded
from files.places import HOME
from ranking.dossiers.days import calendar
from ranking.dossiers.rows import FLAGS, KEYS, POST, SUMS
from ranking.dossiers.tables import added
from store.reference import reference_table
from store.swapped_days import swapped_days

Figure = tuple[str, float, str]
THREADS = 2
TINY = {"rows": 2_000}
EXPORTED = date(2026, 10, 1)
PROVINCE = "25"
SQL = HOME / "bench" / "dossiers.sql"
_CHANNELS = ["", *(CHANNELS.get(number, "") for number in range(1, POST + 1))]
_DATES = {name: HEADINGS[name] for name in DATES}
_FLAGS = {name: HEADINGS[name] for name in FLAGS}
# Without the column that says that they are simulated: they go into a store for the moment.
_COLUMNS = {name: heading for name, heading in HEADINGS.items() if name != "simulated"}


def run(rows: int = 1_000_000, folder: Path | None = None) -> list[Figure]:
    """(name, figure, unit) of both, and how many of the tables are alike."""
    with tempfile.TemporaryDirectory() as own:
        place = folder or Path(own)
        place.mkdir(parents=True, exist_ok=True)
        path, out = place / f"dossiers-{rows}.csv", place / "out"
        shutil.rmtree(out, ignore_errors=True)
        if not path.exists():
            # In a process of its own: peak memory is handed down to the processes that one starts.
            _measured("generator", path, out / f"{rows}", "")
        figures = []
        for engine in ("duckdb", "duckdb-keeping", "ours"):
            figures += _measured(engine, path, out / engine, f"{rows / 1e6:g} M dossiers as CSV")
        figures.append((f"tables of sums that equal duckdb's, of {len(KEYS)}", float(_alike(out)), ""))
        shutil.rmtree(out)
        return figures


def write(path: Path, rows: int) -> None:
    """An export of one province, month after month, as a system writes it."""
    units = _units()
    with path.open("wb") as file:
        file.write((";".join(_COLUMNS.values()) + "\n").encode())
        left, month = rows, dossier_generator.LAST_MONTH
        while left > 0:
            found = dossier_generator.dossiers(month, left)
            _said(found, rows - left, units).write_csv(file, separator=";", include_header=False)
            left, month = left - found.height, month - 1


def _units() -> pl.DataFrame:
    return reference_table("units").filter(pl.col("province_code") == PROVINCE).select("code", "full_name").sort("code")


def _said(rows: pl.DataFrame, before: int, units: pl.DataFrame) -> pl.DataFrame:
    """The dossiers of the country as those of one province, in the words of an export; numbered on from `before`."""
    names, country = pl.Series(units["full_name"]), dossier_generator.country()
    day = pl.col(HEADINGS["code"]).str.extract(r"-(\d{6})-")
    own = {
        name: pl.lit(names).gather(rows.get_column(name).cast(pl.Int64) % names.len()).alias(HEADINGS[name])
        for name in ("intake", "decision")
    }
    code = pl.format("H44.202-{}-{}", day, pl.int_range(pl.len()) + before).alias(HEADINGS["code"])
    # No procedure with a legal maximum, which DuckDB's side does not know.
    procedure = pl.format("2.{}", rows.get_column("procedure").cast(pl.Int32) + 100_000).alias(HEADINGS["procedure"])
    said = as_text(worded(rows, country)).with_columns(code, procedure, *own.values())
    return said.select(_COLUMNS.values())


def _measured(engine: str, path: Path, out: Path, name: str) -> list[Figure]:
    out.mkdir(parents=True)
    words = [sys.executable, "-m", "bench.dossier_csv", "--engine", engine, "--folder", str(path), "--out", str(out)]
    environment = {**os.environ, "POLARS_MAX_THREADS": str(THREADS), "PYTHONPATH": str(HOME)}
    started = time.perf_counter()
    process = os.posix_spawn(sys.executable, words, environment)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    if status:
        raise RuntimeError(f"{engine} failed with status {status}")
    return [
        (f"{name}: {engine}, time", seconds, "s"),
        (f"{name}: {engine}, processor time", usage.ru_utime + usage.ru_stime, "s"),
        (f"{name}: {engine}, peak memory", usage.ru_maxrss / 1024, "MiB"),
    ]


def _generator(path: Path, out: Path) -> None:
    write(path, int(out.name))


def _ours(path: Path, out: Path) -> None:
    from etl.dossiers.changes import sum_here, take_in
    from etl.dossiers.staging import stage_file
    from etl.dossiers.store import Store
    from etl.dossiers.units import Units

    store, units = Store(out), Units(reference_table("units"), reference_table("provinces"))
    refused = stage_file(store, path, units, PROVINCE, EXPORTED)
    if refused:
        raise RuntimeError(f"{len(refused)} rows were refused: {refused[0]['reason']}")
    take_in(store)
    sum_here(store, store.outdated())


def _duckdb_keeping(path: Path, out: Path) -> None:
    _duckdb(path, out, keeping=True)


def _duckdb(path: Path, out: Path, *, keeping: bool = False) -> None:
    import duckdb

    # Not the simulated country's own list, which takes DuckDB's side a second to draw.
    units, fields = _units(), sorted(field_names(lists_of()))
    lists = {
        "units": pl.DataFrame({"id": range(units.height), "name": units["full_name"]}),
        "fields": pl.DataFrame({"id": range(len(fields)), "name": fields}),
        "channels": pl.DataFrame({"id": range(len(_CHANNELS)), "name": _CHANNELS}),
        "states": pl.DataFrame({"id": [*STATES], "name": [*STATES.values()]}),
    }
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}; SET memory_limit = '2GiB'; SET temp_directory = '{out / 'spill'}'")
    connection.execute("SET preserve_insertion_order = false")
    for name, rows in {**lists, "days": calendar(swapped_days())}.items():
        connection.register(f"_{name}", rows.to_arrow())
        connection.execute(f"CREATE TEMP TABLE {'calendar' if name == 'days' else name} AS FROM _{name}")
    types = ", ".join(f"'{heading}': '{_type_of(name)}'" for name, heading in _COLUMNS.items())
    # As the import reads it: what has not been decided has no electronic result.
    undecided = f'CASE WHEN "{_DATES["done"]}" IS NULL AND "{_DATES["returned"]}" IS NULL THEN false END'
    flags = ", ".join(
        f"coalesce(\"{heading}\" = 'Có', {undecided if name == 'e_result' else 'NULL'}) AS {name}"
        for name, heading in _FLAGS.items()
    )
    days = ", ".join(f'"{heading}" AS {name}' for name, heading in _DATES.items())
    connection.execute(
        f"""CREATE TABLE dossiers AS
        SELECT "Mã hồ sơ" AS code, i.id AS intake, d.id AS decision, 0 AS province, f.id AS field,
               "Mã thủ tục" AS procedure, c.id AS channel, {days}, s.id AS state,
               "Số lần bổ sung" AS supplements, "Số ngày chờ bổ sung" AS waited, {flags}
        FROM read_csv('{path}', delim = ';', header = true, dateformat = '%d/%m/%Y', columns = {{{types}}}) r
        LEFT JOIN units i ON i.name = r."Đơn vị tiếp nhận" LEFT JOIN units d ON d.name = r."Đơn vị giải quyết"
        LEFT JOIN fields f ON f.name = r."Lĩnh vực" LEFT JOIN channels c ON c.name = r."Hình thức nộp"
        LEFT JOIN states s ON s.name = r."Trạng thái" """
    )
    if keeping:
        (twice,) = connection.execute("SELECT count(*) - count(DISTINCT code) FROM dossiers").fetchone() or (0,)
        if twice:
            raise RuntimeError(f"{twice} codes stand twice")
        connection.execute(
            f"""COPY (SELECT *, substr(code, instr(code, '-') + 1, 4) AS month FROM dossiers)
            TO '{out / "dossiers"}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (month))"""
        )
    views, *queries = SQL.read_text(encoding="utf-8").split("-- table: ")
    connection.execute(views)
    for query in queries:
        table, body = query.split("\n", 1)
        connection.execute(
            f"COPY ({body.strip().rstrip(';')}) TO '{out / table}.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )


def _type_of(name: str) -> str:
    return "DATE" if name in _DATES else "INTEGER" if name in ("supplements", "waited") else "VARCHAR"


def _alike(out: Path) -> int:
    """How many tables tell the same, summed over units and codes of lists, whose numbers differ."""
    same = 0
    for table, keys in KEYS.items():
        shared = [name for name in keys if name not in ("intake", "decision", "province", "field", "procedure")]
        ours = added([pl.scan_parquet(out / "ours" / "dossiers_store" / "sums" / table / "*.parquet")], table)
        theirs = pl.scan_parquet(out / "duckdb" / f"{table}.parquet").fill_null(0)
        a, b = (
            rows.group_by(shared)
            .agg(pl.col(SUMS[table]).cast(pl.Int64).sum())
            .with_columns(pl.col(shared).cast(pl.Int64))
            .collect()
            .sort(shared)
            for rows in (ours, theirs)
        )
        same += a.select(*shared, *SUMS[table]).equals(b.select(*shared, *SUMS[table]))
    return same


_ENGINES = {"generator": _generator, "ours": _ours, "duckdb": _duckdb, "duckdb-keeping": _duckdb_keeping}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--engine", choices=_ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.engine:
        _ENGINES[args.engine](args.folder, args.out)
        return
    for rows in args.rows:
        for name, value, unit in run(rows, args.folder):
            print(f"{name:<64} {value:>10,.2f} {unit}", flush=True)


if __name__ == "__main__":
    main()
