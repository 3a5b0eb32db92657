#!/bin/sh
# Tool:     Streamlit 1.67.0 with polars 2.1.0
# Expected: st.cache_data keys a call by the content of its frame, so another frame is another call.
# Happens:  only the first ten and the last ten rows of a polars frame count. Two frames of 30 rows that differ in
#           row 15 share one entry: the second call gets the first one's result, without a warning. Frames of up to
#           21 rows and pandas frames of the same size are told apart. (That frames of 50,000 rows and more are
#           only sampled is documented; this is not.)
# Cause:    the hashes of the rows go into the key as text, and that text puts "..." in place of its middle.
# Way out:  hash_funcs={pl.DataFrame: ...} with a hash of one's own, or a key that names the data.
# Seen:     2026-11, Python 3.11: polars, 30 rows: 0 then 0; pandas, 30 rows: 0 then 1000
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile \
    streamlit==1.67.0 polars==2.1.0 pandas==3.1.1 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PY'
import logging

import pandas as pd
import polars as pl
import streamlit as st

logging.disable(logging.WARNING)  # of a script without a server


@st.cache_data
def total(frame):
    return int(frame["received"].sum())


def sums(library, rows):
    zeros = [0] * rows
    one_large = [1000 if row == rows // 2 else 0 for row in range(rows)]
    total.clear()
    return [total(library.DataFrame({"received": values})) for values in (zeros, one_large)]


seen = {(library.__name__, rows): sums(library, rows) for library in (pl, pd) for rows in (20, 30)}
for (name, rows), (first, second) in seen.items():
    print(f"{name}, {rows} rows: {first} then {second}")
right, stale = [0, 1000], [0, 0]
assert seen == {("polars", 20): right, ("polars", 30): stale, ("pandas", 20): right, ("pandas", 30): right}, "changed"
PY
