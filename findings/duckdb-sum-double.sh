#!/bin/sh
# Tool:     DuckDB 2.0.1
# Expected: a sum of whole numbers, written to Parquet, is a whole number there.
# Happens:  it is a double. The same query answers with an exact whole number as long as it stays in DuckDB, and from
#           2^53 on the file holds another number. Readers that check types refuse even small sums.
# Cause:    sum() of whole numbers is a HUGEINT, which DuckDB writes to Parquet as a double.
# Way out:  sum(x)::BIGINT
# Seen:     2026-11, Python 3.11: query 9007199254740993, file 9007199254740992.0 (double)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile duckdb==2.0.1
cd "$folder"
venv/bin/python - <<'PY'
import duckdb

QUERY = "SELECT sum(x) AS total FROM (VALUES (9007199254740992::BIGINT), (1)) AS numbers(x)"


def value_and_type(source):
    relation = duckdb.sql(source)
    return relation.fetchall()[0][0], str(relation.types[0])


asked = value_and_type(QUERY)
duckdb.sql(f"COPY ({QUERY}) TO 'sums.parquet'")
stored = value_and_type("FROM 'sums.parquet'")
print("query:", *asked)
print("file: ", *stored)
assert asked == (9007199254740993, "HUGEINT"), "changed: query"
assert stored == (9007199254740992.0, "DOUBLE"), "changed: file"
PY
