"""The map as a deck whose layers are addresses: areas or symbols, borders and names, old communes, the chosen unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl
import pydeck as pdk
import streamlit as st

from display.drawing.palette import rgb
from display.maps import layers
from display.maps.layers import Layer
from display.words.selection import Selection
from display.words.view import View
from ranking.vocabulary import COUNTRY
from store import borders
from store.access import rules
from store.reference import reference_table
from ui.parts import map_hand

HEIGHT = 620
WIDTH, PHONE_WIDTH = 700, 340
_HIGHLIGHT = [242, 194, 107, 170]
_TOOLTIP = {"fontFamily": "Be Vietnam Pro, sans-serif", "fontSize": "13px", "maxWidth": "300px"}


@dataclass(frozen=True)
class Look:
    """How the reader wants the map drawn.

    `shape`: areas or symbols; `way`: coloured by what; `since`: the earlier period of a change; `inside`: new
    units alone or the old ones in them too; `beside`: another period to stand beside this one.
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


def deck(view: View, selection: Selection, look: Look, unit: str | None = None, frame: Frame | None = None) -> pdk.Deck:
    """The map of a selection: filled areas, or circles at the seats sized by dossiers received; borders and names.

    `unit`: the chosen one, which gets a ring. `frame`: into what the map must fit, by default the width of a page.
    """
    shown = [_units(view, selection, look), _borders(view, selection, look)]
    if look.inside == "old":
        shown.append(_members(view, selection))
    if unit:
        shown.append(_ring(view, unit))
    rows = "".join(f"<div>{{{name}}}</div>" for name in ("text", "note", "rank"))
    return pdk.Deck(
        layers=shown,
        initial_view_state=camera(selection.scope, frame or Frame(PHONE_WIDTH if view.narrow else WIDTH, HEIGHT)),
        map_provider=None,
        tooltip={"html": f'<b {map_hand.UNIT_MARK}="{{unit}}">{{name}}</b>{rows}', "style": _TOOLTIP},
    )


def _units(view: View, selection: Selection, look: Look) -> pdk.Layer:
    """The coloured units."""
    country = selection.scope == COUNTRY
    style = {"stroked": not country, "get_line_color": rgb(view.palette.ground), "line_width_min_pixels": 0.6}
    if look.shape == "symbol":
        style |= {
            "point_type": pdk.types.String("circle"),
            "get_point_radius": "properties.radius",
            "point_radius_scale": 18 if country else 32,
            "point_radius_min_pixels": 1.6 if country else 4,
            "point_radius_max_pixels": 16 if country else 24,
            "opacity": 0.85,
        }
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
