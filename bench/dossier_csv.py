"""Dossiers as CSV: our import (every row checked, stored and summed) against DuckDB's read_csv with the same sums.

`python -m bench.dossier_csv --folder FOLDER --rows 10000000`; the folder needs about 250 bytes a row. Each runs in a
process of its own with two threads. The sums of both are compared, row by row.
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
from files.places import HOME
from ranking.dossiers.days import calendar
from ranking.dossiers.rows import KEYS, SUMS
from ranking.dossiers.tables import added
from store.reference import reference_table
from store.swapped_days import swapped_days

Figure = tuple[str, float, str]
THREADS = 2
TINY = {"rows": 2_000}
EXPORTED = date(2026, 10, 1)
PROVINCE = "25"
SQL = HOME / "bench" / "dossiers.sql"
_CHANNELS = ["", "Trực tuyến toàn trình", "Trực tuyến một phần", "Trực tuyến", "Trực tiếp", "Bưu chính"]
_STATES = {1: "Đang xử lý", 3: "Đã xử lý", 6: "Dừng xử lý"}
_FIELDS = ("Hộ tịch", "Đất đai", "Y tế", "Giáo dục", "Xây dựng")
_FLAGS = {
    "fee_owed": "Phải nộp phí",
    "paid_online": "Thanh toán trực tuyến",
    "e_result": "Kết quả điện tử",
    "digitised": "Số hóa",
    "reused": "Tái sử dụng dữ liệu",
}
_DATES = {
    "received": "Ngày tiếp nhận",
    "due": "Ngày hẹn trả",
    "done": "Ngày có kết quả",
    "returned": "Ngày trả kết quả",
    "stopped": "Ngày dừng xử lý",
}
_COLUMNS = {
    "code": "Mã hồ sơ",
    "intake": "Đơn vị tiếp nhận",
    "decision": "Đơn vị giải quyết",
    "field": "Lĩnh vực",
    "procedure": "Mã thủ tục",
    "channel": "Hình thức nộp",
    **_DATES,
    "state": "Trạng thái",
    "supplements": "Số lần bổ sung",
    "waited": "Số ngày chờ bổ sung",
    **_FLAGS,
}


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
        for engine in ("duckdb", "ours"):
            figures += _measured(engine, path, out / engine, f"{rows / 1e6:g} M dossiers as CSV")
        figures.append((f"tables of sums that equal duckdb's, of {len(KEYS)}", float(_alike(out)), ""))
        shutil.rmtree(out)
        return figures


def write(path: Path, rows: int) -> None:
    """An export of one province, month after month, as a system writes it."""
    units = _units()
    with path.open("wb") as file:
        file.write((";".join(_COLUMNS.values()) + "\n").encode())
        months = -(-rows // dossier_generator.ROWS_A_MONTH)
        for step in range(months):
            size = min(dossier_generator.ROWS_A_MONTH, rows - step * dossier_generator.ROWS_A_MONTH)
            said = _said(dossier_generator.dossiers(dossier_generator.LAST_MONTH - step, size), units)
            said.write_csv(file, separator=";", include_header=False)


def _units() -> pl.DataFrame:
    return reference_table("units").filter(pl.col("province_code") == PROVINCE).select("code", "full_name").sort("code")


def _said(rows: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    names = pl.Series(units["full_name"])
    yes = {True: "Có", False: "Không"}
    # A limit of no days counts from the working day before where a dossier comes in on a Sunday.
    rows = rows.with_columns(due=pl.when(pl.col("due").is_not_null()).then(pl.max_horizontal("due", "received")))
    return rows.select(
        code=pl.col("code").str.replace(r"^H\d+\.\d+", "H44.202"),
        intake=pl.lit(names).gather(pl.col("intake") % names.len()),
        decision=pl.lit(names).gather(pl.col("decision") % names.len()),
        field=pl.lit(pl.Series(_FIELDS)).gather(pl.col("field") % len(_FIELDS)),
        procedure=pl.format("2.{}", 100_000 + pl.col("procedure")),
        channel=pl.lit(pl.Series(_CHANNELS)).gather(pl.col("channel")),
        **{name: pl.col(name).dt.strftime("%d/%m/%Y") for name in _DATES},
        state=pl.col("state").replace_strict(_STATES, return_dtype=pl.String),
        supplements="supplements",
        waited="waited",
        **{name: pl.col(name).replace_strict(yes, default=None, return_dtype=pl.String) for name in _FLAGS},
    )


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
    from etl.dossiers.command import _staged
    from etl.dossiers.store import Store
    from etl.dossiers.units import Units

    store, units = Store(out), Units(reference_table("units"), reference_table("provinces"))
    refused = _staged(store, path, units, PROVINCE, EXPORTED)
    if refused:
        raise RuntimeError(f"{len(refused)} rows were refused: {refused[0]['reason']}")
    take_in(store)
    sum_here(store, store.outdated())


def _duckdb(path: Path, out: Path) -> None:
    import duckdb

    units = _units()
    lists = {
        "units": pl.DataFrame({"id": range(units.height), "name": units["full_name"]}),
        "fields": pl.DataFrame({"id": range(len(_FIELDS)), "name": _FIELDS}),
        "channels": pl.DataFrame({"id": range(len(_CHANNELS)), "name": _CHANNELS}),
        "states": pl.DataFrame({"id": [*_STATES], "name": [*_STATES.values()]}),
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


_ENGINES = {"generator": _generator, "ours": _ours, "duckdb": _duckdb}


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
