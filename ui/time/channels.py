"""The channels through which dossiers come in: online in full or in part, at the counter, by post."""

from __future__ import annotations

from dataclasses import dataclass, replace

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from display.drawing import curves
from display.drawing.curves import Place
from display.drawing.palette import LIGHT
from display.words import numbers
from display.words.view import View
from press.share.shareable import Listed
from ranking.measures import Measure
from store import units
from store.months import latest_series, series
from store.reference import measures
from ui.frame import html
from ui.parts import charts, share, tables
from ui.time import sharing

ONLINE = "online_filing_share"
CHANNELS = ("online_full_share", "online_partial_share", "in_person_share", "post_share")
MEASURES = (ONLINE, *CHANNELS)
LEAST_MONTHS = 2


@dataclass(frozen=True)
class Channels:
    """One row per month: `period_start`, one column of per cent per channel in `names`, and `n`."""

    names: tuple[str, ...]
    months: pl.DataFrame


def panel(view: View, place: Place) -> None:
    """The channels of one place over time, as finely as the dataset tells them apart."""
    found = of_place(view, place)
    if found.months.height < LEAST_MONTHS:
        html.show(
            curves.empty(view, measures()[ONLINE], view.say("channels.none", n=found.months.height, place=place.name))
        )
        return
    charts.show(figure(view, found), alt(view, place, found))
    html.legend([(colour, view.say(f"channels.{name}")) for name, colour in _colours(view, found)])
    reading = view.say("channels.fine" if len(found.names) > 2 else "channels.coarse")
    html.caption(reading)
    _control(view, place, found, reading)
    with st.expander(view.say("table.show"), icon=":material/table:", key="channels_table", on_change="rerun") as box:
        if box.open:
            heads = headers(view, found)
            tables.plain_table(heads, table(view, found), place.name, range(1, len(heads)))


def headers(view: View, found: Channels) -> list[str]:
    names = [view.say(f"channels.{name}") for name in found.names]
    return [view.say("limits.column.month"), *names, view.say("fields.column.n")]


def _control(view: View, place: Place, found: Channels, reading: str) -> None:
    heads, colours = headers(view, found), _colours(replace(view, palette=LIGHT), found)
    sharing.control(
        view,
        "channels",
        measures()[ONLINE],
        place.code if place.level != "commune" else units.known(place.code)["province_code"],
        lambda: Listed(heads, table(view, found), frozenset(range(1, len(heads)))),
        title=view.say("channels.part", place=place.name),
        finding=alt(view, place, found),
        units=[place.code] if place.level == "commune" else (),
        draw=share.chart(view, lambda light: figure(light, found)),
        ratio=0.4,
        legend=[(colour, view.say(f"channels.{name}")) for name, colour in colours],
        reading=reading,
        raw=lambda: found.months,
    )


def of_place(view: View, place: Place) -> Channels:
    """The four channels where the dataset knows them, else online against everything else.

    The parts of a month are taken as they are; what is missing to 100 % (a rounding, a channel that the
    source doesn't name) is not filled up.
    """
    known = [name for name in CHANNELS if name in measures() and _months(view, name, place).height]
    if len(known) > 1:
        months = _months(view, known[0], place)
        for name in known[1:]:
            months = months.join(_months(view, name, place).drop("n"), on="period_start", how="inner")
        return Channels(tuple(known), months.sort("period_start"))
    online = _months(view, ONLINE, place)
    return Channels((ONLINE, "rest"), online.with_columns(rest=100 - pl.col(ONLINE)))


def _months(view: View, name: str, place: Place) -> pl.DataFrame:
    """The whole months of one share: `period_start`, `n` and the share under its own name."""
    rows = series(view.snapshot, name, place.level, (place.code,))
    rows = rows.filter(pl.col("period_kind") == "month", curves.of_today()).drop_nulls("value")
    if rows.height:
        rows = latest_series(rows).filter(pl.col("basis") == pl.col("basis").mode().sort().first())
    return rows.select("period_start", n="denominator", **{name: "value"})


def _colours(view: View, found: Channels) -> list[tuple[str, str]]:
    """Dark for online, lighter for half online, greys for paper."""
    colours = view.palette
    shades = {
        ONLINE: colours.accent,
        "online_full_share": colours.accent,
        "online_partial_share": colours.mixed(colours.accent, 0.45),
        "in_person_share": colours.grey,
        "post_share": colours.line,
        "rest": colours.grey,
    }
    return [(name, shades[name]) for name in found.names]


def figure(view: View, found: Channels) -> go.Figure:
    """A bar per month, its parts on top of each other, from 0 to 100 %."""
    drawn = go.Figure()
    share = measures()[ONLINE]
    for name, colour in _colours(view, found):
        values = found.months.get_column(name).to_list()
        word = view.say(f"channels.{name}")
        drawn.add_bar(
            x=found.months.get_column("period_start").to_list(),
            y=values,
            marker={"color": colour},
            name=word,
            customdata=[numbers.with_unit(value, share, view.language) for value in values],
            hovertemplate=f"%{{x}}<br>{word}: %{{customdata}}<extra></extra>",
        )
    charts.dress(drawn, view, share, height=320)
    drawn.update_layout(barmode="stack", bargap=0.25)
    charts.month_axis(drawn, view, charts.around(found.months.get_column("period_start").to_list()))
    drawn.update_xaxes(tickangle=0)
    drawn.update_yaxes(range=[0, 100])
    return drawn


def alt(view: View, place: Place, found: Channels) -> str:
    parts = []
    for name in found.names:
        ends = [_share(view, found.months.item(index, name)) for index in (0, -1)]
        parts.append(view.say("time.alt_line", name=view.say(f"channels.{name}"), first=ends[0], last=ends[1]))
    return view.say("channels.alt", place=place.name, parts="; ".join(parts))


def table(view: View, found: Channels) -> list[list[str]]:
    """A row per month, the latest first."""
    rows = found.months.sort("period_start", descending=True).iter_rows(named=True)
    return [
        [
            f"{row['period_start']:%m/%Y}",
            *(_share(view, row[name]) for name in found.names),
            numbers.number(row["n"], view.language),
        ]
        for row in rows
    ]


def _share(view: View, value: float) -> str:
    share: Measure = measures()[ONLINE]
    return numbers.with_unit(value, share, view.language)
