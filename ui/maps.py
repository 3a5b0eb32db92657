"""The map: a deck whose layer is an address, and the words around it."""

from __future__ import annotations

import math
from html import escape

import polars as pl
import pydeck as pdk
import streamlit as st

from ranking.classes import class_limits, class_of, quantile_breaks
from ranking.tables import COUNTRY
from ui import layers, links, numbers, store, tables
from ui.filters import Selection
from ui.layers import Layer
from ui.palette import rgb
from ui.shell import View

HEIGHT = 620
_WIDTH, _PHONE_WIDTH = 700, 340
_TOOLTIP = {"fontFamily": "Be Vietnam Pro, sans-serif", "fontSize": "13px"}


def layer_of(view: View, selection: Selection, shape: str) -> Layer:
    """The layer that shows a selection to this reader."""
    manifest = view.snapshot.manifest
    theme = "dark" if st.context.theme.type == "dark" else "light"
    return Layer(
        manifest.dataset, manifest.id, selection.measure.id, selection.basis, selection.period.id, selection.scope,
        shape, view.language, theme, layers.boundaries_id() if shape == "area" else "",
    )  # fmt: skip


def deck(view: View, selection: Selection, shape: str) -> pdk.Deck:
    """The map of a selection: filled areas, or circles at the seats sized by dossiers received."""
    layer = layer_of(view, selection, shape)
    country = selection.scope == COUNTRY
    common = {"data": layer.address(), "pickable": True, "auto_highlight": True}
    common["get_fill_color"] = "properties.fill"
    if shape == "area":
        style = {"stroked": not country, "get_line_color": rgb(view.palette.ground), "line_width_min_pixels": 0.6}
    else:
        style = {
            "point_type": pdk.types.String("circle"),
            "get_point_radius": "properties.radius",
            "point_radius_scale": 18 if country else 32,
            "point_radius_min_pixels": 1.6 if country else 4,
            "point_radius_max_pixels": 16 if country else 24,
            "stroked": not country,
            "get_line_color": rgb(view.palette.ground),
            "line_width_min_pixels": 0.6,
            "opacity": 0.85,
        }
    return pdk.Deck(
        layers=[pdk.Layer("GeoJsonLayer", id="units", **common, **style)],
        initial_view_state=camera(selection.scope, view.narrow),
        map_provider=None,
        tooltip={"html": "<b>{name}</b><br>{text}<br>{rank}", "style": _TOOLTIP},
    )


def camera(scope: str, narrow: bool = False) -> pdk.ViewState:
    """A view that holds all units of the scope, the archipelagos included."""
    west, south, east, north = layers.extent(scope)
    across = math.log2((_PHONE_WIDTH if narrow else _WIDTH) * 360 / (512 * (east - west)))
    height = math.degrees(_mercator(north) - _mercator(south))
    upright = math.log2(HEIGHT * 360 / (512 * height))
    middle = math.degrees(math.atan(math.sinh((_mercator(south) + _mercator(north)) / 2)))
    zoom = min(across, upright) - 0.08
    return pdk.ViewState(latitude=middle, longitude=(west + east) / 2, zoom=zoom, max_zoom=13)


def _mercator(latitude: float) -> float:
    return math.asinh(math.tan(math.radians(latitude)))


def legend(view: View, selection: Selection, rows: pl.DataFrame) -> list[tuple[str, str]]:
    """(colour, words with the number of units) for each class, from high to low, then each silence."""
    values = rows.get_column("value")
    breaks = quantile_breaks(values, 7)
    entries = []
    for low, high, count in reversed(class_limits(values, breaks)):
        step = class_of(low, breaks) * 7 // (len(breaks) + 1)
        ends = [numbers.with_unit(value, selection.measure, view.language) for value in (low, high)]
        text = ends[0] if ends[0] == ends[1] else view.say("map.class", low=ends[0], high=ends[1])
        entries.append((view.palette.sequence[step], f"{text} ({numbers.number(count, view.language)})"))
    silent = rows.filter(pl.col("value").is_null()).group_by("state").len().sort("state")
    for state, count in silent.iter_rows():
        entries.append((view.palette.missing, f"{view.say('state.' + state)} ({numbers.number(count, view.language)})"))
    return entries


def alt(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """The map in words."""
    return view.say(
        "map.alt",
        measure=selection.measure.name.in_language(view.language),
        place=store.scope_name(selection.scope) or view.say("scope.country"),
        n=numbers.number(rows.get_column("value").count(), view.language),
    )


def title(view: View, selection: Selection) -> str:
    return view.say("map.title", measure=selection.measure.name.in_language(view.language))


def key(view: View, selection: Selection, shape: str) -> str:
    """A new widget for every scope, so that the camera moves; the same one when only colours change."""
    return f"map_{selection.scope}_{shape}_{view.language}_{view.narrow}"


def picked_code(event: dict) -> str | None:
    """The unit that a click on the map chose; remembered in the link."""
    objects = (event or {}).get("selection", {}).get("objects", {}).get("units", [])
    if objects:
        links.remember("unit", objects[0]["properties"]["code"])
    return links.choice("unit", store.reference("units").get_column("code").to_list(), "") or None


def card(view: View, selection: Selection, rows: pl.DataFrame, code: str | None) -> str:
    """Markup on the chosen unit: its value, rank, n and what it was merged from."""
    row = next(iter(rows.filter(pl.col("unit_code") == (code or "")).iter_rows(named=True)), None)
    if row is None:
        return f'<p class="gd-caption">{escape(view.say("map.pick"))}</p>'
    silence = view.say("state." + row["state"])
    value = silence if row["value"] is None else numbers.with_unit(row["value"], selection.measure, view.language)
    lines = [view.say("map.received", n=numbers.number(row["received"], view.language))]
    if row["rank"] is not None:
        lines.insert(0, view.say("map.rank_long", rank=tables.rank_text(row, view.language)))
    old = store.reference("lineage").filter(pl.col("new_code") == code).sort("old_name")
    parts = [
        name + (f" ({view.say('map.part')})" if part == "part" else "")
        for name, part in old.select("old_name", "part").iter_rows()
    ]
    lines.append(view.say("map.merged_from", n=len(parts), names=", ".join(parts)))
    return (
        f'<div class="gd-card"><dt>{escape(row["name"])}</dt><span class="gd-figure">{escape(value)}</span>'
        + "".join(f'<div class="gd-note">{escape(line)}</div>' for line in lines)
        + "</div>"
    )


def borders_line(view: View, shape: str) -> str:
    """Whose borders the map shows."""
    return view.say("map.borders.official" if shape == "area" else "map.borders.none")
