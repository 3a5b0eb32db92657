#!/bin/sh
# Tool:     pydeck 0.9.3 with polars 2.1.0
# Expected: a layer takes a polars frame like a pandas frame, or raises an error.
# Happens:  the layer is built and written without a complaint, and in place of the rows stands the address of an
#           object in the memory of the process. The map in the browser has nothing to draw.
# Cause:    what json cannot write is replaced by the object's own attributes, and then by its text.
# Way out:  data=frame.to_dicts()
# Seen:     2026-11, Python 3.11: polars: {'_df': '<builtins.PyDataFrame object at 0x...>'}
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile pydeck==0.9.3 polars==2.1.0 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'PY'
import json

import pandas as pd
import polars as pl
import pydeck

SEAT = {"lon": [105.8], "lat": [21.0]}


def written(data):
    layer = pydeck.Layer("ScatterplotLayer", data=data, get_position=["lon", "lat"])
    return json.loads(layer.to_json())["data"]


by_pandas, by_polars = written(pd.DataFrame(SEAT)), written(pl.DataFrame(SEAT))
print("pandas:", by_pandas)
print("polars:", by_polars)
assert by_pandas == [{"lon": 105.8, "lat": 21.0}], "changed: pandas"
assert list(by_polars) == ["_df"] and " object at 0x" in by_polars["_df"], "changed: polars"
PY
