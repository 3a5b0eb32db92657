"""The map as a deck whose layers are addresses: areas or symbols, borders and names, old communes, the chosen unit."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl
import pydeck as pdk
import streamlit as st

from display.drawing.palette import rgb
from display.maps import layers
from display.maps.layers import Layer
from display.words.selection import Selection
from display.words.view import View
from files.places import HOME
from ranking.vocabulary import COUNTRY
from store import borders
from store.access import rules
from store.reference import reference_table
from ui.parts import map_flows, map_hand

HEIGHT = 620
_LETTER, _LINE = 7, 18
"""About how wide a letter of a name on the map is, and how high its line, in pixels."""
_TILE = 16
_ATLAS = HOME / "static" / "icons" / "silences.png"
"""Tiles of 16 pixels for areas without a figure: hatch, dots; and one that leaves an area as it is."""
_PATTERNS = {
    "hatch": {"x": 0, "y": 0, "width": _TILE, "height": _TILE},
    "dots": {"x": _TILE, "y": 0, "width": _TILE, "height": _TILE},
    "solid": {"x": 2.25 * _TILE, "y": _TILE / 4, "width": _TILE / 2, "height": _TILE / 2},
}
"""Of the whole tile its middle, or its edges would mix with the tile beside it."""
WIDTH, PHONE_WIDTH = 700, 340
_HIGHLIGHT = [242, 194, 107, 170]
_TOOLTIP = {"fontFamily": "Be Vietnam Pro, sans-serif", "fontSize": "13px", "maxWidth": "300px"}


@dataclass(frozen=True)
class Look:
    """How the reader wants the map drawn.

    `shape`: areas or symbols; `way`: coloured by what; `since`: the earlier period of a change; `inside`: new
    units alone (`new`), the old ones in them too (`old`) or flows of dossiers between them (`flows`); `beside`: another
    period to stand beside this one.
    """

    shape: str
    way: str
    since: str = ""
    inside: str = "new"
    beside: str = ""


@dataclass(frozen=True)
class Frame:
    """Into what a map must fit, in pixels; `aside`: how far it gives way to what lies over its left side."""

    width: int
    height: int
    aside: int = 0


def deck(
    view: View,
    selection: Selection,
    look: Look,
    unit: str | None = None,
    frame: Frame | None = None,
    named: Mapping[str, str] = MappingProxyType({}),
) -> pdk.Deck:
    """The map of a selection: filled areas, or circles at the seats sized by dossiers received; borders and names.

    `unit`: the chosen one, which gets a ring. `frame`: into what the map must fit, by default the width of a page.
    `named`: codes of a few units, and what is written beside each.
    """
    frame = frame or Frame(PHONE_WIDTH if view.narrow else WIDTH, HEIGHT)
    start = camera(selection.scope, frame)
    shown = [_units(view, selection, look, start), _borders(view, selection, look)]
    if look.inside == "old":
        shown.append(_members(view, selection))
    if look.inside == "flows":
        shown.append(map_flows.layer(view, selection.scope))
    if named:
        shown.append(_names(view, named, start))
    if unit:
        shown.append(_ring(view, unit))
    rows = "".join(f"<div>{{{name}}}</div>" for name in ("text", "note", "rank"))
    return pdk.Deck(
        layers=shown,
        initial_view_state=start,
        map_provider=None,
        tooltip={"html": f'<b {map_hand.UNIT_MARK}="{{unit}}">{{name}}</b>{rows}', "style": _TOOLTIP},
    )


def _units(view: View, selection: Selection, look: Look, start: pdk.ViewState) -> pdk.Layer:
    """The coloured units, and those without a figure as `data/states.yaml` says."""
    country = selection.scope == COUNTRY
    rim = 0 if country else 0.6
    style = {
        "stroked": not country or look.shape == "symbol",
        "get_line_color": f"properties.line || {rgb(view.palette.ground)}",
        "get_line_width": f"properties.line ? 1.4 : {rim}",
        "line_width_units": pdk.types.String("pixels"),
    }
    style |= _circles(view, country=country) if look.shape == "symbol" else _patterns(start)
    return pdk.Layer(
        "GeoJsonLayer",
        id="units",
        data=layer_of(view, selection, look).address(),
        pickable=True,
        auto_highlight=True,
        highlight_color=_HIGHLIGHT,
        get_fill_color="properties.fill",
        **style,
    )


def _circles(view: View, *, country: bool) -> dict[str, Any]:
    return {
        "point_type": pdk.types.String("circle+text"),
        "get_point_radius": "properties.radius",
        "point_radius_scale": 18 if country else 32,
        "point_radius_min_pixels": 1.6 if country else 4,
        "point_radius_max_pixels": 16 if country else 24,
        "opacity": 0.85,
        "get_text": "properties.mark || ''",
        "get_text_size": 7 if country else 11,
        "get_text_color": rgb(view.palette.quiet),
        "text_character_set": pdk.types.String("auto"),
    }


def _patterns(start: pdk.ViewState) -> dict[str, Any]:
    """Patterns keep the size on the ground that they have on the screen at the start."""
    metres = math.cos(math.radians(start.latitude)) * 40_075_017 / (512 * 2**start.zoom)
    atlas = base64.b64encode(_ATLAS.read_bytes()).decode("ascii")
    return {
        "extensions": [{"@@type": "FillStyleExtension", "pattern": True}],
        "fill_pattern_atlas": pdk.types.String(f"data:image/png;base64,{atlas}"),
        "fill_pattern_mapping": _PATTERNS,
        "get_fill_pattern": "properties.pattern || 'solid'",
        "get_fill_pattern_scale": round(metres * 0.6, 1),
    }


def _borders(view: View, selection: Selection, look: Look) -> pdk.Layer:
    """Thin lines between provinces, or around one, and the names of the archipelagos."""
    country = selection.scope == COUNTRY
    layer = layers.borders(selection.scope, view.language, look.shape == "area")
    return pdk.Layer(
        "GeoJsonLayer",
        id="borders",
        data=layer.address(),
        pickable=False,
        filled=False,
        get_line_color=rgb(view.palette.quiet),
        line_width_min_pixels=0.7 if country else 1.2,
        get_line_width=1,
        point_type=pdk.types.String("text"),
        get_text="properties.label",
        get_text_size=12,
        get_text_color=rgb(view.palette.ink),
        get_text_pixel_offset=[0, 16],
        text_character_set=pdk.types.String("auto"),
        text_font_family=pdk.types.String("Be Vietnam Pro, sans-serif"),
    )


def _members(view: View, selection: Selection) -> pdk.Layer:
    """The old communes, each with a line to its new seat."""
    country = selection.scope == COUNTRY
    return pdk.Layer(
        "GeoJsonLayer",
        id="members",
        data=layers.members(selection.scope, view.language).address(),
        pickable=True,
        auto_highlight=True,
        highlight_color=[*rgb(view.palette.alarm), 255],
        point_type=pdk.types.String("circle"),
        get_fill_color=[*rgb(view.palette.ink), 255],
        get_line_color=[*rgb(view.palette.ink), 110 if country else 190],
        stroked=True,
        get_line_width=1,
        line_width_min_pixels=0.4 if country else 0.8,
        get_point_radius=60,
        point_radius_min_pixels=0.5 if country else 2,
        point_radius_max_pixels=3,
    )


def _names(view: View, named: Mapping[str, str], start: pdk.ViewState) -> pdk.Layer:
    """Names over the seats of a few units, as far as they do not cover each other; the first ones go first."""
    places = reference_table("units").filter(pl.col("code").is_in(list(named)))
    seat_of = {code: at for code, *at in places.select("code", "seat_lon", "seat_lat").iter_rows()}
    seats = {code: seat_of[code] for code in _apart({code: (*seat_of[code], named[code]) for code in named}, start)}
    return pdk.Layer(
        "TextLayer",
        id="named",
        data=[{"at": at, "name": named[code]} for code, at in seats.items()],
        get_position="at",
        get_text="name",
        get_size=12,
        get_color=rgb(view.palette.ink),
        get_pixel_offset=[0, -13],
        pickable=False,
        font_family=pdk.types.String("Be Vietnam Pro, sans-serif"),
        font_weight=600,
        character_set=pdk.types.String("auto"),
        background=True,
        get_background_color=[*rgb(view.palette.ground), 210],
        background_padding=[3, 1],
    )


def _apart(labels: Mapping[str, tuple[float, float, str]], start: pdk.ViewState) -> list[str]:
    """The codes of labels (longitude, latitude, text) that do not cover an earlier one at the start's zoom."""
    degree = 512 * 2**start.zoom / 360
    kept: dict[str, tuple[float, float, float]] = {}
    for code, (lon, lat, text) in labels.items():
        x, y, half = lon * degree, math.degrees(_mercator(lat)) * degree, len(text) * _LETTER / 2
        if all(abs(x - x1) > half + half1 or abs(y - y1) > _LINE for x1, y1, half1 in kept.values()):
            kept[code] = x, y, half
    return list(kept)


def _ring(view: View, unit: str) -> pdk.Layer:
    """A ring around the chosen unit's seat."""
    place = reference_table("units").filter(pl.col("code") == unit).select("seat_lon", "seat_lat").rows()
    return pdk.Layer(
        "ScatterplotLayer",
        id="chosen",
        data=[{"at": list(at)} for at in place],
        get_position="at",
        pickable=False,
        filled=False,
        stroked=True,
        get_line_color=rgb(view.palette.alarm),
        get_radius=1,
        radius_min_pixels=11,
        radius_max_pixels=11,
        line_width_min_pixels=2.5,
    )


def camera(scope: str, frame: Frame) -> pdk.ViewState:
    """A view that holds all units of the scope, the archipelagos included, beside what lies over the map."""
    west, south, east, north = borders.extent(scope)
    across = math.log2(frame.width * 360 / (512 * (east - west)))
    height = math.degrees(_mercator(north) - _mercator(south))
    upright = math.log2(frame.height * 360 / (512 * height))
    middle = math.degrees(math.atan(math.sinh((_mercator(south) + _mercator(north)) / 2)))
    zoom = min(across, upright) - 0.08
    aside = frame.aside * 360 / (512 * 2**zoom)
    return pdk.ViewState(latitude=middle, longitude=(west + east) / 2 - aside, zoom=zoom, max_zoom=13)


def _mercator(latitude: float) -> float:
    return math.asinh(math.tan(math.radians(latitude)))


def layer_of(view: View, selection: Selection, look: Look) -> Layer:
    """The layer that shows a selection to this reader."""
    manifest = view.snapshot.manifest
    theme = "dark" if st.context.theme.type == "dark" else "light"
    return Layer(
        manifest.dataset,
        manifest.id,
        selection.measure.id,
        selection.basis,
        selection.period.id,
        selection.scope,
        look.shape,
        view.language,
        theme,
        borders.boundaries_id() if look.shape == "area" else "",
        look.way,
        look.since,
        layers.edition(),
        look.beside,
        rules.code_of(view.snapshot.seen),
    )
