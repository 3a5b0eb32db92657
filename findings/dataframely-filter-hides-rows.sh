#!/bin/sh
# Tool:     dataframely 3.1.2 with polars 2.1.0
# Expected: a frame validated with eager=False is checked whole when it is collected, whatever is done to it afterwards.
# Happens:  a filter that comes after the check takes effect before it: rows that it drops are not checked, and data
#           that break a rule pass. head() and select() after the check don't do that, nor does a filter where the
#           broken rule is a primary key. So whether bad data raise an error hangs on the query of each reader.
# Cause:    polars moves filters towards the source, also through the expression that holds the check.
# Way out:  validate eagerly, or collect before filtering.
# Seen:     2026-11, Python 3.11: whole: ComputeError; head: ComputeError; filter: passes
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile dataframely==3.1.2 polars==2.1.0
cd "$folder"
venv/bin/python - <<'PY'
import dataframely as dy
import polars as pl


class Received(dy.Schema):
    unit = dy.String()
    dossiers = dy.Int64(min=0)


class OneRowAUnit(dy.Schema):
    unit = dy.String(primary_key=True)
    dossiers = dy.Int64()


def outcome(query):
    try:
        query.collect()
    except pl.exceptions.ComputeError:
        return "ComputeError"
    return "passes"


one_below_zero = Received.validate(pl.LazyFrame({"unit": ["A", "B"], "dossiers": [7, -5]}), eager=False)
one_twice = OneRowAUnit.validate(pl.LazyFrame({"unit": ["A", "A"], "dossiers": [7, 5]}), eager=False)
seen = {
    "whole": outcome(one_below_zero),
    "head": outcome(one_below_zero.head(1)),
    "select": outcome(one_below_zero.select("unit")),
    "filter": outcome(one_below_zero.filter(pl.col("unit") == "A")),
    "filter after a broken key": outcome(one_twice.filter(pl.col("dossiers") == 7)),
}
for query, result in seen.items():
    print(f"{query}: {result}")
assert [query for query, result in seen.items() if result == "passes"] == ["filter"], "changed"
PY
