"""What leaves the map: the drawn map with its legend, and the list of the units on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from display.drawing import mapped
from display.drawing.palette import LIGHT
from display.drawing.plotted import Room
from display.maps import colouring, layers
from display.maps.colouring import Reader, coloured
from display.maps.layers import Layer
from display.words import addresses, findings, rankings
from display.words.selection import Selection
from display.words.view import View
from files.sheets import Sheet
from press import ranking_list
from press.share.rankings import named
from press.share.shareable import Shared
from press.site import province_map
from ranking.periods import parse
from ranking.vocabulary import COUNTRY
from store import borders, opening
from store.access import rules
from store.reference import measures
from web.open.embed_drawn import Drawn

_RATIO = 0.72


def of_map(
    view: View,
    selection: Selection,
    rows: pl.DataFrame,
    layer: Layer,
    words: tuple[str, str],
    legend: Sequence[tuple[str, str]],
    sheet: Callable[[], Sheet],
    choices: dict[str, str],
) -> Shared:
    """The map as the page has it, in light colours.

    `layer`: the units as the page draws them for this reader. `words`: the page's title and how the map is read.
    `legend`: its classes in light colours. `choices`: how the page is looked at (`shape`, `way`, `unit`, `inside`).
    """
    title, reading = words
    return Shared(
        name=named("ban-do", selection),
        title=title,
        finding=findings.headline(view, selection, rows),
        source=rankings.source_line(view, selection, rows),
        listed=ranking_list.listed(view, selection, rows),
        page=addresses.address(view, "map", **addresses.choices(view, selection), **choices),
        draw=partial(_drawn, layer, choices),
        ratio=_RATIO,
        legend=legend,
        reading=reading,
        embed=addresses.embedded(
            view,
            "map",
            province=selection.scope,
            measure=selection.measure.id,
            basis=selection.basis,
            period=selection.period.id,
        ),
        sheet=sheet,
    )


def _drawn(layer: Layer, choices: dict[str, str], room: Room) -> str:
    light = replace(layer, theme="light")
    members = layers.members(layer.scope, layer.language) if choices.get("inside") == "old" else None
    return mapped.drawn(
        mapped.Map(
            layers.collection(light),
            layers.borders_of(layers.borders(layer.scope, layer.language, layer.shape == "area")),
            borders.extent(layer.scope),
            layers.members_of(members) if members else None,
            choices.get("unit", ""),
            layer.scope == COUNTRY,
            {} if layer.scope == COUNTRY else province_map.far_zones(layer.scope),
        ),
        room,
    )


def embedded(view: View, query: Mapping[str, str]) -> Drawn | None:
    """The map for an iframe, coloured against the middle unit; None where the view may see no figures for it."""
    scope, measure = query.get("province", COUNTRY), measures()[query.get("measure", "on_time_share")]
    found = opening.opening(view.snapshot, "commune", scope, measure.id, query.get("basis"))
    if found is None:
        return None
    period = parse(query["period"]) if "period" in query else found.period
    chosen = Selection("commune", scope, measure, found.basis, found.series, period)
    rows = rankings.rows_of(view, chosen)
    if not rows.get_column("value").count():
        return None
    way = "band" if rows.get_column("band").count() else "value"
    shape = "area" if borders.areas(scope) else "symbol"
    layer = _layer(view, chosen, shape, way)
    reader = Reader(LIGHT, view.say, view.language)
    return Drawn(
        title=view.say("map.title", measure=measure.name.in_language(view.language)),
        finding=findings.headline(view, chosen, rows),
        pictures=[_drawn(layer, {}, Room(*size, LIGHT, _unwritten)) for size in _EMBEDDED],
        legend=colouring.legend(reader, coloured(rows, measure, way, reader)),
        notes=[view.say(f"map.reading.{way}"), rankings.source_line(view, chosen, rows)],
        page=addresses.address(view, "map", **addresses.choices(view, chosen), way=way),
    )


_EMBEDDED = ((360, 330), (760, 480))
"""From the narrowest, width and height in pixels."""


def _unwritten(value: float, decimals: int) -> str:
    """A map writes no numbers of its own."""
    raise AssertionError(f"{value} with {decimals} decimals on a map")


def _layer(view: View, chosen: Selection, shape: str, way: str) -> Layer:
    manifest = view.snapshot.manifest
    return Layer(
        manifest.dataset,
        manifest.id,
        chosen.measure.id,
        chosen.basis,
        chosen.period.id,
        chosen.scope,
        shape,
        view.language,
        "light",
        borders.boundaries_id() if shape == "area" else "",
        way,
        edition=layers.edition(),
        seen=rules.code_of(view.snapshot.seen),
    )
