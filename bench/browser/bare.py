"""The Streamlit app that ours is held against: the same rows as a table and a chart, the same polygons inline.

Run by `streamlit run` with the folder that `bench.browser.bare_data` has filled in GANDAN_BENCH_BARE.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import plotly.graph_objects as go
import polars as pl
import pydeck
import streamlit as st

_FOLDER = Path(os.environ["GANDAN_BENCH_BARE"])
_CHARTS = 3
"""As many as a unit's page has."""


def _table() -> pl.DataFrame:
    return pl.read_parquet(_FOLDER / "ranking.parquet")


def _bars(rows: pl.DataFrame) -> go.Figure:
    return go.Figure(go.Bar(x=rows["name"].to_list(), y=rows["value"].to_list()))


def rankings() -> None:
    st.header("Rankings")
    rows = _table()
    st.plotly_chart(_bars(rows))
    st.dataframe(rows)


def map_of_units() -> None:
    st.header("Map")
    layer = pydeck.Layer(
        "GeoJsonLayer",
        json.loads((_FOLDER / "units.geojson").read_bytes()),
        get_fill_color="properties.fill",
        pickable=True,
    )
    st.pydeck_chart(pydeck.Deck(layer, initial_view_state=pydeck.ViewState(16.0, 107.0, 4.6), map_style=None))


def time() -> None:
    st.header("Time")
    rows = pl.read_parquet(_FOLDER / "months.parquet")
    st.plotly_chart(go.Figure(go.Scatter(x=rows["period"].to_list(), y=rows["value"].to_list())))
    st.dataframe(rows)


def unit() -> None:
    st.header("Unit")
    rows = pl.read_parquet(_FOLDER / "months.parquet")
    for n in range(_CHARTS):
        chart = go.Figure(go.Scatter(x=rows["period"].to_list(), y=rows["value"].to_list()))
        st.plotly_chart(chart, key=f"chart_{n}")
    st.dataframe(rows)


st.set_page_config(layout="wide")
_PAGES = {"rankings": rankings, "map": map_of_units, "time": time, "unit": unit}
st.navigation(
    [st.Page(page, title=name, url_path=name, default=name == "rankings") for name, page in _PAGES.items()],
    position="top",
).run()
