#!/bin/sh
# Tool:     DuckDB 2.0.1
# Expected: Parquet files read together, one with whole numbers and one with decimals in a column, give decimals or an
#           error.
# Happens:  the first file by name decides. If it holds whole numbers, those of all later files are rounded, without a
#           warning; with the names swapped, the same rows come out right.
# Way out:  read_parquet(..., union_by_name = true), which takes the wider type.
# Seen:     2026-11, Python 3.11: 4 and 1.5: whole numbers first [2, 4], decimals first [1.5, 4.0]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile duckdb==2.0.1
cd "$folder"
venv/bin/python - <<'PY'
import duckdb

WHOLE, DECIMAL = "4::BIGINT", "1.5::DOUBLE"


def months(first, second):
    for name, days in (("2026-08", first), ("2026-09", second)):
        duckdb.sql(f"COPY (SELECT {days} AS days) TO '{name}.parquet'")


def days(options=""):
    return [value for (value,) in duckdb.sql(f"FROM read_parquet('*.parquet'{options}) ORDER BY days").fetchall()]


months(WHOLE, DECIMAL)
whole_first, by_name = days(), days(", union_by_name = true")
months(DECIMAL, WHOLE)
decimal_first = days()
print("whole numbers first:        ", whole_first)
print("the same with union_by_name:", by_name)
print("decimals first:             ", decimal_first)
assert whole_first == [2, 4], "changed: whole numbers first"
assert by_name == decimal_first == [1.5, 4.0], "changed: decimals first"
PY
