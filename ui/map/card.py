"""The card of a unit beside the map: its value and rank, what it is, and what it was merged from."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import plotly.graph_objects as go
import polars as pl

from display.drawing.curves import Line
from display.maps import layers
from display.maps.members import districts, merged_from
from display.words import addresses, marks, numbers, places, rankings
from display.words.selection import Selection
from display.words.view import View
from ranking.states import SUPPRESSED
from store.reference import reference_table
from ui.frame import html
from ui.parts import charts, tables

MOST_OPEN = 4
_CHART = 150  # pixels
_FEWEST = 3


def card(view: View, selection: Selection, rows: pl.DataFrame, code: str | None) -> str:
    """Markup on the chosen unit; how to choose one where none is chosen."""
    if code is None:
        return f'<p class="gd-caption">{escape(view.say("map.pick"))}</p>'
    unit = reference_table("units").filter(pl.col("code") == code).row(0, named=True)
    row = next(iter(rows.filter(pl.col("unit_code") == code).iter_rows(named=True)), None)
    return (
        f'<div class="gd-card gd-unit-card"><p class="gd-card-name">{escape(unit["full_name"])}</p>'
        f"{_standing(view, selection, row)}"
        f"{_facts(view, unit)}{_members(view, code)}<p>{_way_on(view, selection, unit)}</p></div>"
    )


def _standing(view: View, selection: Selection, row: dict | None) -> str:
    """The value of the measure that the map shows, with its interval, n and rank."""
    measure, say = selection.measure, view.say
    if row is None or row["value"] is None:
        silence = say(f"state.{row['state']}") if row else say("map.card.no_figure")
        if row and row["state"] == SUPPRESSED:
            silence = marks.withheld_words(say)
        return f'<div class="gd-silent">{escape(silence)}</div>'
    notes = [measure.short.in_language(view.language), numbers.period(selection.period, view.language)]
    lines = [", ".join(notes), layers.note(row, measure, say)]
    if row["rank"] is None:
        lines.append(marks.unranked(say, measure, row))
    else:
        lines += places.standing_lines(say, measure, row)
    value = f'<span class="gd-figure">{escape(numbers.with_unit(row["value"], measure, view.language))}</span>'
    chip = tables.band_chip(view, measure, row["band"])
    return f'<div class="gd-row">{value}{chip}</div>' + "".join(
        f'<div class="gd-note">{escape(line)}</div>' for line in lines if line
    )


def _facts(view: View, unit: dict) -> str:
    """Kind, area, population and seat; a doubtful figure says so."""
    say, language = view.say, view.language
    quality = unit["quality"]
    doubt = f" ({say(f'quality.{quality}')})" if quality else ""
    of_area = quality == "area_differs_from_polygon"
    facts = {
        "kind": _kind(view, unit),
        "area": f"{numbers.number(unit['area_km2'], language, 1)} km²{doubt if of_area else ''}",
        "population": numbers.number(unit["population"], language) + ("" if of_area else doubt),
        "seat": unit["seat"],
    }
    if unit["land_border"]:
        facts["border"] = say("map.card.border.land")
    items = "".join(f"<dt>{escape(say(f'map.card.{key}'))}</dt><dd>{escape(text)}</dd>" for key, text in facts.items())
    return f'<dl class="gd-facts">{items}</dl>'


def _kind(view: View, unit: dict) -> str:
    """What it is today, and what it was on 1 July 2025 where that differs."""
    now, then = unit["kind"], unit["kind_2025_07_01"]
    return now if now == then else view.say("map.card.kind_then", now=now, then=then)


def _members(view: View, code: str) -> str:
    """The old communes by district; more than a few districts or names fold away."""
    rows = merged_from(code)
    groups = "".join(
        f"<li>{_names(view, members)}" + (f'<span class="gd-sub">{escape(where)}</span></li>' if where else "</li>")
        for where, members in districts(rows)
    )
    title = escape(view.say("map.card.merged", n=numbers.number(rows.height, view.language)))
    listed = f'<ul class="gd-list">{groups}</ul>'
    if rows.height <= MOST_OPEN:
        return f'<div class="gd-merged"><b>{title}</b>{listed}</div>'
    return f'<details class="gd-merged"><summary>{title}</summary>{listed}</details>'


def _names(view: View, members: list[dict]) -> str:
    part = f" ({view.say('map.card.part')})"
    return escape(", ".join(row["old_name"] + (part if row["part"] == "part" else "") for row in members))


def _way_on(view: View, selection: Selection, unit: dict) -> str:
    return addresses.anchor(
        view, view.say("map.card.open"), "unit", **addresses.unit_choices(view, selection, unit["code"])
    )


def trend(view: View, selection: Selection, code: str | None) -> go.Figure | None:
    """The unit's months up to the period shown, one curve per set of rules; None where they are too few."""
    months = rankings.months_of(view, selection)
    own = months.filter(pl.col("unit_code") == (code or ""))
    if own.get_column("value").count() < _FEWEST:
        return None
    lines = [
        Line(
            name="",
            days=part.get_column("period_start").to_list(),
            values=part.get_column("value").to_list(),
            colour=view.palette.accent,
            width=1.8,
            notes=[view.say(f"state.{state}") for state in part.get_column("state")],
        )
        for part in own.sort("period_start").partition_by("series", maintain_order=True)
    ]
    figure = charts.over_time(replace(view, narrow=True), selection.measure, lines)
    figure.update_layout(height=_CHART, margin={"l": 4, "r": 8, "t": 6, "b": 4})
    figure.update_xaxes(nticks=4)
    figure.update_yaxes(nticks=4)
    return figure


def show_trend(view: View, selection: Selection, code: str | None) -> None:
    """The small chart under the card with its words, where there are months enough for one."""
    figure = trend(view, selection, code)
    if figure is None:
        return
    unit = reference_table("units").filter(pl.col("code") == code).item(0, "full_name")
    words = view.say("map.card.trend", measure=selection.measure.short.in_language(view.language), unit=unit)
    curves = sum(1 for curve in figure.data if curve.mode == "lines+markers")
    html.caption(f"{words}. {view.say('time.reading.break')}" if curves > 1 else f"{words}.")
    charts.show(figure, words)
