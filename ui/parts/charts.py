"""Charts with Plotly: figures from frames, no data access, one palette, direct labels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from display.drawing.curves import Line
from display.drawing.palette import Palette, rgb
from display.words import numbers
from display.words.view import View
from ranking.measures import Measure

FONT = "Be Vietnam Pro, sans-serif"
_DAYS_PER_LETTER, _LETTER = 7, 7.2
"""How wide a letter is: in an event's words, in days; in a line's name, in pixels."""
_LABELS, _LABELS_NARROW = 12, 4
_CONFIG = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False}


def show(figure: go.Figure, alt: str) -> None:
    """Put a figure into the page; `alt` says in words what it shows."""
    st.plotly_chart(figure, config=_CONFIG, theme=None, alt=alt)


def over_time(
    view: View,
    measure: Measure,
    lines: Sequence[Line],
    fan: pl.DataFrame | None = None,
    marks: Sequence[tuple[date, str]] = (),
    targets: Sequence[tuple[float, str]] = (),
) -> go.Figure:
    """Curves over time, named at their ends; `fan` holds `day`, `low`, `middle`, `high` of all units."""
    figure = go.Figure()
    if fan is not None and fan.height:
        _fan(figure, fan, view)
    for line in lines:
        if line.low:
            _between(figure, line)
        else:
            _curve(figure, line, measure, view)
    for value, text in targets:
        level_line(figure, value, text, view.palette)
    dress(figure, view, measure, height=470)
    rows = _marks(figure, numbered(marks) if view.narrow else marks, view.palette)
    figure.update_layout(margin_t=16 + 18 * rows)
    if not view.narrow:
        name_at_end(figure, lines)
    month_axis(figure, view, room(lines, fan))
    return figure


def around(days: Sequence[date]) -> list[date]:
    """The ends of an axis that leaves room for bars and dots at the first and the last of `days`."""
    return [min(days) - timedelta(days=20), max(days) + timedelta(days=20)] if days else []


def month_axis(figure: go.Figure, view: View, days: Sequence[date] | None) -> None:
    """An axis of whole months from the first of `days` to the last, each label once however short the time is."""
    if not days:
        figure.update_xaxes(showgrid=False, type="date", tickformat="%m/%Y", hoverformat="%m/%Y")
        return
    first, last = min(days), max(days)
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    most = _LABELS_NARROW if view.narrow else _LABELS
    step = next((step for step in (1, 2, 3, 6) if months <= step * most), 12)
    figure.update_xaxes(
        showgrid=False,
        type="date",
        tickformat="%m/%Y",
        hoverformat="%m/%Y",
        range=[first, last],
        tick0=date(first.year, 1, 1),
        dtick=f"M{step}",
    )


def numbered(marks: Sequence[tuple[date, str]]) -> list[tuple[date, str]]:
    """Events with a number instead of words, for a chart that has no room for them."""
    return [(day, str(number)) for number, (day, _) in enumerate(sorted(marks), 1)]


def _fan(figure: go.Figure, fan: pl.DataFrame, view: View) -> None:
    for _, part in fan.sort("day").group_by("series", maintain_order=True):
        _ribbon(figure, part, view)


def _ribbon(figure: go.Figure, fan: pl.DataFrame, view: View) -> None:
    days = fan.get_column("day").to_list()
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=days, y=fan.get_column("high").to_list(), **band)
    figure.add_scatter(
        x=days, y=fan.get_column("low").to_list(), fill="tonexty", fillcolor=faint(view.palette.accent, 0.14), **band
    )


def _curve(figure: go.Figure, line: Line, measure: Measure, view: View) -> None:
    texts = [numbers.with_unit(value, measure, view.language) for value in line.values]
    notes = list(line.notes) or [""] * len(texts)
    head = f"{line.name}<br>" if line.name else ""
    figure.add_scatter(
        x=list(line.days),
        y=list(line.values),
        mode="lines+markers",
        connectgaps=False,
        name=line.name,
        line={"color": line.colour, "width": line.width or (2.6 if line.wide else 1.6), "dash": line.dash},
        marker={"size": 2 * line.width if line.width else 5 if line.wide else 4},
        customdata=list(zip(texts, notes, strict=True)),
        hovertemplate=f"{head}%{{x}}: %{{customdata[0]}}<br>%{{customdata[1]}}<extra></extra>",
        showlegend=False,
    )


def _between(figure: go.Figure, line: Line) -> None:
    """A band with both its ends; no band where an end is not known. A point in its middle says the note."""
    days: list[date | None] = []
    ends: list[float | None] = []
    points = list(zip(line.days, line.low, line.high, line.notes, strict=True))
    for known, group in groupby(points, key=lambda point: point[1] is not None):
        run = list(group)
        if known:
            days += [*(p[0] for p in run), *(p[0] for p in reversed(run)), None]
            ends += [*(p[2] for p in run), *(p[1] for p in reversed(run)), None]
    figure.add_scatter(
        x=days,
        y=ends,
        mode="lines",
        fill="toself",
        fillcolor=faint(line.colour, 0.16),
        hoverinfo="skip",
        line={"color": line.colour, "width": line.width},
        showlegend=False,
    )
    middles = [(day, (low + high) / 2, note) for day, low, high, note in points if low is not None and high is not None]
    figure.add_scatter(
        x=[day for day, _, _ in middles],
        y=[middle for _, middle, _ in middles],
        mode="markers",
        marker={"color": line.colour, "opacity": 0},
        customdata=[note for _, _, note in middles],
        hovertemplate="%{x}: %{customdata}<extra></extra>",
        showlegend=False,
    )


def name_at_end(figure: go.Figure, lines: Sequence[Line], reach: float | None = None) -> None:
    """Names beside the last points, in the margin, moved apart where they would overlap; `reach` of the axis, else of
    the values."""
    points = [
        [(value, n, i) for i, value in enumerate(line.values) if value is not None] for n, line in enumerate(lines)
    ]
    known = sorted((own[-1] for own, line in zip(points, lines, strict=True) if own and line.name), reverse=True)
    values = [value for line in lines for value in line.values if value is not None]
    reach = reach or ((max(values) - min(values)) if values else 1)
    below = None
    for value, n, i in known:
        y = value if below is None else min(value, below - 0.055 * (reach or 1))
        below = y
        figure.add_annotation(
            x=lines[n].days[i],
            y=y,
            text=lines[n].name,
            xanchor="left",
            xshift=8,
            showarrow=False,
            font={"color": lines[n].colour, "size": 13},
        )
    figure.update_layout(margin_r=20 + round(_LETTER * max((len(line.name) for line in lines), default=0)))


def level_line(figure: go.Figure, value: float, text: str, colours: Palette) -> None:
    """A dotted line with its words at the left end, on a ground that keeps them legible over the data."""
    figure.add_hline(
        y=value,
        line={"color": colours.quiet, "width": 1, "dash": "dot"},
        annotation_text=text,
        annotation_position="bottom left",
        annotation_font={"color": colours.quiet, "size": 12},
        annotation_bgcolor=faint(colours.ground, 0.75),
        annotation_borderpad=1,
    )


def event_line(figure: go.Figure, day: date, text: str, colours: Palette) -> None:
    """A thin upright line at a day, its words above the chart."""
    _marks(figure, [(day, text)], colours)


def _marks(figure: go.Figure, marks: Sequence[tuple[date, str]], colours: Palette) -> int:
    """Thin labelled lines; labels that would run into each other stand in rows. Returns the number of rows."""
    free_from: list[date] = []
    for day, text in sorted(marks):
        row = next((n for n, free in enumerate(free_from) if day >= free), len(free_from))
        end = day + timedelta(days=round(_DAYS_PER_LETTER * len(text)))
        free_from[row : row + 1] = [end]
        thin = {"color": colours.quiet, "width": 1}
        figure.add_shape(type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line=thin, opacity=0.5)
        figure.add_annotation(
            x=day,
            y=1,
            yref="paper",
            yshift=2 + 17 * row,
            yanchor="bottom",
            text=text,
            showarrow=False,
            xanchor="left",
            xshift=-3,
            font={"color": colours.quiet, "size": 12},
        )
    return len(free_from)


def room(lines: Sequence[Line], fan: pl.DataFrame | None) -> list[date] | None:
    """From a little before the first day to a little after the last: the axis ends where the data end."""
    days = [day for line in lines for day in line.days]
    days += fan.get_column("day").to_list() if fan is not None and fan.height else []
    return [min(days) - timedelta(days=15), max(days) + timedelta(days=10)] if days else None


def dress(figure: go.Figure, view: View, measure: Measure, height: int) -> None:
    """Fonts, colours, grid and number format that all charts share."""
    colours = view.palette
    unit = measure.unit.in_language(view.language)
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 20, "b": 8},
        font={"family": FONT, "size": 13, "color": colours.ink},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        separators=",." if view.language == "vi" else ".,",
        hoverlabel={"font": {"family": FONT, "size": 13}},
        showlegend=False,
        dragmode=False,
    )
    figure.update_xaxes(
        linecolor=colours.line, tickcolor=colours.line, automargin=True, zeroline=False, fixedrange=True
    )
    figure.update_yaxes(
        gridcolor=colours.line,
        zeroline=False,
        automargin=True,
        fixedrange=True,
        ticksuffix=(" %" if view.language == "vi" else "%") if unit == "%" else "",
    )


def faint(colour: str, strength: float) -> str:
    """A colour that lets what lies behind it shine through."""
    red, green, blue = rgb(colour)
    return f"rgba({red},{green},{blue},{strength})"
