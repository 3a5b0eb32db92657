#!/bin/sh
# Tool:     polars 2.1.0
# Expected: "31/12/26" does not fit the format "%d/%m/%Y": an error, as in Python's own strptime, or null if not strict.
# Happens:  it is read, strictly too, as 31 December of the year 26. A column in which some people write the year
#           with two digits passes without an error, and spans of days come out at 2,000 years.
# Way out:  a check of the year's range after reading.
# Seen:     2026-11, Python 3.11: polars: 0026-12-31; Python: ValueError
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile polars==2.1.0
cd "$folder"
venv/bin/python - <<'PY'
from datetime import date, datetime

import polars as pl

WRITTEN = ["31/12/2026", "31/12/26"]
read = pl.Series(WRITTEN).str.to_date("%d/%m/%Y", strict=True).to_list()
print("polars:", *read)
assert read == [date(2026, 12, 31), date(26, 12, 31)], "changed: polars"
try:
    print("Python:", datetime.strptime(WRITTEN[1], "%d/%m/%Y"))
except ValueError as error:
    print("Python: ValueError,", error)
else:
    raise AssertionError("changed: Python")
PY
