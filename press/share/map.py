"""What leaves the map: the drawn map with its legend, and the list of the units on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from display.drawing import mapped
from display.drawing.plotted import Room
from display.maps import layers
from display.maps.layers import Layer
from display.words import addresses, findings, rankings
from display.words.selection import Selection
from display.words.view import View
from files.sheets import Sheet
from press import ranking_list
from press.share.rankings import named
from press.share.shared import Shared
from press.site import province_map
from ranking.vocabulary import COUNTRY
from store import borders

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
