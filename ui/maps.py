"""The map: a deck whose layer is an address, and the words around it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

import polars as pl
import pydeck as pdk
import streamlit as st

from ranking.measures import Measure
from ranking.periods import Period, parse
from ranking.tables import COUNTRY
from ui import layers, links, numbers, store, tables
from ui.colouring import WAYS, Reader, coloured
from ui.filters import Selection
from ui.layers import Layer
from ui.palette import rgb
from ui.shell import View

HEIGHT = 620
_WIDTH, _PHONE_WIDTH = 700, 340
_CLICKED = "clicked_unit"
_HIGHLIGHT = [242, 194, 107, 170]
_TOOLTIP = {"fontFamily": "Be Vietnam Pro, sans-serif", "fontSize": "13px"}


@dataclass(frozen=True)
class Look:
    """How the reader wants the map drawn: areas or symbols, coloured by what, since when."""

    shape: str
    way: str
    since: str = ""


def look(view: View, selection: Selection) -> Look:
    """The controls of the map."""
    shapes = ("area", "symbol") if layers.areas(selection.scope) else ("symbol",)
    shape = links.select(
        view.say("map.shape"), "shape", shapes, shapes[0], lambda code: view.say(f"map.shape.{code}"), width=205
    )  # fmt: skip
    earlier = earlier_periods(view, selection)
    ways = [way for way in WAYS if way != "change" or earlier]
    way = links.select(view.say("map.way"), "way", ways, ways[0], lambda code: view.say(f"map.way.{code}"), width=225)
    if way != "change":
        return Look(shape, way)
    since = links.select(
        view.say("map.since"), "since", earlier, earlier[0],
        lambda code: numbers.period(parse(code), view.language), width=170,
    )  # fmt: skip
    return Look(shape, way, since)


def earlier_periods(view: View, selection: Selection) -> list[str]:
    """Earlier periods of the same kind and rules, the latest first."""
    known = store.catalog(view.snapshot).filter(
        pl.col("level") == "commune", pl.col("scope") == selection.scope,
        pl.col("measure") == selection.measure.id, pl.col("basis") == selection.basis,
        pl.col("series") == selection.series, pl.col("period_kind") == selection.period.kind,
        pl.col("period_end") < selection.period.end, pl.col("period_kind") != "to_date",
    )  # fmt: skip
    rows = known.sort("period_end", descending=True).select("period_start", "period_end", "period_kind").iter_rows()
    return [Period(*row).id for row in rows]


def rows_of(view: View, selection: Selection, look: Look) -> pl.DataFrame:
    """The communes of the map, with their earlier values where a change is shown."""
    since = parse(look.since) if look.since else None
    return store.with_earlier(
        view.snapshot, selection.measure.id, selection.basis, selection.period, selection.scope, since
    )


def layer_of(view: View, selection: Selection, look: Look) -> Layer:
    """The layer that shows a selection to this reader."""
    manifest = view.snapshot.manifest
    theme = "dark" if st.context.theme.type == "dark" else "light"
    return Layer(
        manifest.dataset, manifest.id, selection.measure.id, selection.basis, selection.period.id, selection.scope,
        look.shape, view.language, theme, layers.boundaries_id() if look.shape == "area" else "", look.way, look.since,
        layers.edition(),
    )  # fmt: skip


def deck(view: View, selection: Selection, look: Look) -> pdk.Deck:
    """The map of a selection: filled areas, or circles at the seats sized by dossiers received."""
    layer = layer_of(view, selection, look)
    country = selection.scope == COUNTRY
    common = {"data": layer.address(), "pickable": True, "auto_highlight": True, "highlight_color": _HIGHLIGHT}
    common["get_fill_color"] = "properties.fill"
    if look.shape == "area":
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


def legend(view: View, selection: Selection, rows: pl.DataFrame, look: Look) -> list[tuple[str, str]]:
    """(colour, words with the number of units) for each class, then for each kind of silence."""
    reader = Reader(view.palette, view.say, view.language)
    return coloured(rows, selection.measure, look.way, reader).legend


def reading(view: View, measure: Measure, look: Look) -> str:
    """How to read colours and circles."""
    neutral = look.way == "change" and measure.direction == "neutral"
    words = [view.say("map.reading.change_neutral" if neutral else f"map.reading.{look.way}")]
    if look.shape == "symbol":
        words.append(view.say("map.reading.symbol"))
    return " ".join(words)


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


def key(view: View, selection: Selection, look: Look) -> str:
    """A new widget for every scope, so that the camera moves; the same one when only colours change."""
    return f"map_{selection.scope}_{look.shape}_{view.language}_{view.narrow}"


def chosen_unit(view: View, rows: pl.DataFrame, event: dict) -> str | None:
    """The unit that the reader chose, by a click on the map or in the box beside it; remembered in the link."""
    objects = (event or {}).get("selection", {}).get("objects", {}).get("units", [])
    clicked = objects[0]["properties"]["code"] if objects else None
    if clicked and clicked != st.session_state.get(_CLICKED):
        st.session_state[_CLICKED] = clicked
        links.remember("unit", clicked)
    names = dict(rows.sort("name").select("unit_code", "name").iter_rows())
    code = links.select(
        view.say("map.unit"), "unit", ["none", *names], "none",
        lambda own: view.say("map.unit.none") if own == "none" else names[own],
    )  # fmt: skip
    return None if code == "none" else code


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


def borders_line(view: View, look: Look) -> str:
    """Whose borders the map shows, and whether they are approximate."""
    nature = layers.boundaries_nature() if look.shape == "area" else ""
    return view.say(f"map.borders.{nature or 'none'}")
