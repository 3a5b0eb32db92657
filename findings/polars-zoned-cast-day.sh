#!/bin/sh
# Tool:     polars 2.1.0
# Expected: a time with a zone, cast to Date, gives the day on the clock of that zone, like dt.date().
# Happens:  the cast gives the day in UTC, dt.date() the day of the zone. East of Greenwich the first hours of a day
#           (in Vietnam seven), and of a month, go to the one before. A cast to Time is taken in UTC, too.
# Way out:  dt.date() and dt.time()
# Seen:     2026-11, Python 3.11: 2026-08-01 00:30 in Asia/Ho_Chi_Minh: cast 2026-07-31, dt.date() 2026-08-01
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile polars==2.1.0
cd "$folder"
venv/bin/python - <<'PY'
from datetime import date, datetime, time

import polars as pl

received = pl.Series([datetime(2026, 8, 1, 0, 30)]).dt.replace_time_zone("Asia/Ho_Chi_Minh")
print("text:     ", received.dt.to_string("%Y-%m-%d %H:%M %Z")[0])
print("cast:     ", received.cast(pl.Date)[0], received.cast(pl.Time)[0])
print("dt:       ", received.dt.date()[0], received.dt.time()[0])
assert (received.cast(pl.Date)[0], received.cast(pl.Time)[0]) == (date(2026, 7, 31), time(17, 30)), "changed: cast"
assert (received.dt.date()[0], received.dt.time()[0]) == (date(2026, 8, 1), time(0, 30)), "changed: dt"
PY
