"""Further views of a ranking: value against n, the spread over time, and the plain order where no rank is expected."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import polars as pl
import streamlit as st

from display.drawing.palette import Palette
from display.words import numbers
from display.words.rankings import level_name
from display.words.view import View
from ranking.bands import ALIKE
from ranking.funnel import limits, overdispersion
from ranking.measures import Measure
from store.bands import bands
from ui.frame import links
from ui.parts import charts, tables

_FEW = 4
_CROWD = 400
_CUTS = ("0.1", "0.25", "0.5", "0.75", "0.9")
_LIMITS = ((1.96, 95, 0), (3.09, 99.8, 1))
_TICKS = [n * 10**power for power in range(6) for n in (1, 2, 5)]


def kinds(rows: pl.DataFrame, months: pl.DataFrame, measure: Measure) -> list[str]:
    """The views that make sense: a handful of units is better read in the table alone."""
    if rows.get_column("rank").count() < _FEW:
        return []
    with_n = measure.kind == "share"
    over_time = months.get_column("period_start").n_unique() >= 3
    return ["order", *(["funnel"] if with_n else []), *(["time"] if over_time else [])]


def choice(view: View, kinds: list[str]) -> str:
    """The view that the reader chooses; the only one where there are no others."""
    if len(kinds) == 1:
        return kinds[0]
    words = view.say("chart.kind")
    return links.segments(
        words, "chart", kinds, kinds[0], lambda code: view.say(f"chart.kind.{code}"), label_visibility="collapsed"
    )


def is_picture(kind: str, places: pl.DataFrame) -> bool:
    """Whether the order is drawn as the picture of likely ranks: where ranks are expected (`display.words.places`)."""
    return kind == "order" and places.get_column("expected").count() > 1


def draw(
    view: View, kind: str, rows: pl.DataFrame, months: pl.DataFrame, measure: Measure, level: float | None
) -> None:
    """Put one of the views into the page, with its words for those who don't see it."""
    charts.show(figure_of(kind, rows, months, measure, level, view), _alt(view, kind, rows, measure))
    if kind == "time":
        with st.expander(view.say("table.show"), icon=":material/table:"):
            headers = [
                view.say(f"chart.time.{name}") for name in ("month", "tenth", "quarter", "median", "three", "nine")
            ]
            tables.plain_table(headers, spread_in_words(view, months, measure), headers[0], figures=range(1, 6))


def figure_of(
    kind: str, rows: pl.DataFrame, months: pl.DataFrame, measure: Measure, level: float | None, view: View
) -> go.Figure:
    """One of the views as a figure in the view's colours."""
    if kind == "time":
        return spread(view, months, measure)
    return (funnel if kind == "funnel" else in_order)(view, rows, measure, level, level_name(view))


def reading(view: View, kind: str, rows: pl.DataFrame) -> str:
    """How to read the view, in a sentence or two."""
    if kind == "order" and not rows.get_column("band").count():
        return view.say("chart.order.reading.plain")
    return view.say(f"chart.{kind}.reading")


def _alt(view: View, kind: str, rows: pl.DataFrame, measure: Measure) -> str:
    ranked = rows.filter(pl.col("rank").is_not_null())
    first, last = (
        f"{row['name']} {numbers.with_unit(row['value'], measure, view.language)}"
        for row in (ranked.row(0, named=True), ranked.row(-1, named=True))
    )
    name, n = measure.name.in_language(view.language), numbers.number(ranked.height, view.language)
    return view.say(f"chart.{kind}.alt", measure=name, n=n, first=first, last=last)


def in_order(view: View, rows: pl.DataFrame, measure: Measure, level: float | None, named: str) -> go.Figure:
    """Every ranked unit from first to last with its 95 % interval, coloured by band, and the common level."""
    ranked = rows.filter(pl.col("rank").is_not_null()).with_row_index("place", 1)
    figure = go.Figure()
    for band, colour in _colours(view.palette).items():
        part = ranked.filter(pl.col("band").fill_null(ALIKE) == band)
        if part.height:
            figure.add_trace(_points(view, measure, part, part.get_column("place").to_numpy(), colour, ranked.height))
    _level(figure, view, measure, level, named)
    charts.dress(figure, view, measure, height=420)
    figure.update_xaxes(title=view.say("chart.place"), showgrid=False, rangemode="tozero", tickformat=",d")
    return figure


def funnel(view: View, rows: pl.DataFrame, measure: Measure, level: float | None, named: str) -> go.Figure:
    """Value against the number of dossiers, with the limits within which chance and usual differences keep a unit."""
    ranked = rows.filter(pl.col("rank").is_not_null(), pl.col("denominator") > 0)
    figure = go.Figure()
    if level is not None:
        _limit_lines(figure, view, ranked, level)
    for band, colour in _colours(view.palette).items():
        part = ranked.filter(pl.col("band").fill_null(ALIKE) == band)
        if part.height:
            figure.add_trace(_points(view, measure, part, part.get_column("denominator").to_numpy(), colour, _CROWD))
    _level(figure, view, measure, level, named)
    charts.dress(figure, view, measure, height=420)
    ticks = [numbers.number(tick, view.language) for tick in _TICKS]
    figure.update_xaxes(title=view.say("chart.n"), type="log", showgrid=False, tickvals=_TICKS, ticktext=ticks)
    return figure


def _limit_lines(figure: go.Figure, view: View, ranked: pl.DataFrame, level: float) -> None:
    counts = ranked.get_column("denominator").to_numpy()
    ratio = overdispersion(ranked.get_column("numerator").to_numpy(), counts)
    ends = np.geomspace(max(counts.min(), 1), max(counts.max(), 2), 60)
    for z, share, digits in _LIMITS:
        words = f"{numbers.number(share, view.language, digits)} %"
        low, high = limits(ends.tolist(), level / 100, z, ratio)
        for bound in (low, high):
            figure.add_scatter(
                x=ends,
                y=100 * bound,
                mode="lines",
                hoverinfo="skip",
                line={"color": view.palette.quiet, "width": 1, "dash": "dash" if z < 2 else "dot"},
            )
        figure.add_annotation(
            x=np.log10(ends[0]),
            y=100 * low[0],
            text=words,
            showarrow=False,
            yshift=-8,
            xanchor="left",
            font={"color": view.palette.quiet, "size": 11},
        )


def spread(view: View, months: pl.DataFrame, measure: Measure) -> go.Figure:
    """The lowest and highest tenth, the quarters and the median of all units in each month."""
    figure = go.Figure()
    for _, part in _cuts(months).group_by("series", maintain_order=True):
        days = part.get_column("period_start").to_list()
        for low, high, strength in (("0.1", "0.9", 0.14), ("0.25", "0.75", 0.22)):
            _ribbon(figure, days, part, low, high, charts.faint(view.palette.accent, strength))
        texts = [numbers.with_unit(v, measure, view.language) for v in part.get_column("0.5")]
        figure.add_scatter(
            x=days,
            y=part.get_column("0.5").to_list(),
            mode="lines+markers",
            customdata=texts,
            line={"color": view.palette.accent, "width": 2.2},
            marker={"size": 4},
            hovertemplate="%{x}: %{customdata}<extra></extra>",
        )
    charts.dress(figure, view, measure, height=420)
    charts.month_axis(figure, view, charts.around(months.get_column("period_start").to_list()))
    return figure


def spread_in_words(view: View, months: pl.DataFrame, measure: Measure) -> list[list[str]]:
    """The chart of the spread as a table: a row per month, the latest first."""
    rows = _cuts(months).sort("period_start", descending=True)
    return [
        [f"{row['period_start']:%m/%Y}", *(numbers.with_unit(row[cut], measure, view.language) for cut in _CUTS)]
        for row in rows.iter_rows(named=True)
    ]


def _cuts(months: pl.DataFrame) -> pl.DataFrame:
    quantiles = (pl.col("value").quantile(float(cut)).alias(cut) for cut in _CUTS)
    return months.drop_nulls("value").group_by("series", "period_start").agg(*quantiles).sort("period_start")


def _colours(colours: Palette) -> dict[str, str]:
    return {band: colours.band(band) for band in bands()}


def _points(view: View, measure: Measure, rows: pl.DataFrame, x: np.ndarray, colour: str, crowd: int) -> go.Scatter:
    """Points with their intervals; in a crowd of thousands the intervals would be a single blot."""
    value, low, high = (rows.get_column(name).to_numpy() for name in ("value", "value_low", "value_high"))
    few = crowd < _CROWD
    errors = {
        "type": "data",
        "symmetric": False,
        "array": np.nan_to_num(high - value),
        "arrayminus": np.nan_to_num(value - low),
        "thickness": 1,
        "width": 0,
        "color": colour,
    }
    return go.Scatter(
        x=x,
        y=value,
        mode="markers",
        marker={"color": colour, "size": 5 if few else 3},
        error_y=errors if few and np.isfinite(low).any() else None,
        text=rows.get_column("name").to_numpy(),
        customdata=[numbers.with_unit(figure, measure, view.language) for figure in value.tolist()],
        hovertemplate="%{text}<br>%{customdata}<extra></extra>",
    )


def _level(figure: go.Figure, view: View, measure: Measure, level: float | None, name: str) -> None:
    if level is not None:
        text = f"{name} {numbers.with_unit(level, measure, view.language)}"
        charts.level_line(figure, level, text, view.palette)


def _ribbon(figure: go.Figure, days: list, rows: pl.DataFrame, low: str, high: str, colour: str) -> None:
    quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=days, y=rows.get_column(high).to_list(), **quiet)
    figure.add_scatter(x=days, y=rows.get_column(low).to_list(), fill="tonexty", fillcolor=colour, **quiet)
