"""What can be taken along from a map: it, as its page shows it to this reader, and the list of its units."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import polars as pl

from display.drawing.palette import LIGHT
from display.words.selection import Selection
from display.words.view import View
from press.share import map as shared_map
from ui.map import maps
from ui.parts import downloads, share
from ui.parts.map_deck import Look, layer_of


def control(view: View, selection: Selection, look: Look, rows: pl.DataFrame, unit: str | None = None) -> None:
    """The control of a map; where two stand side by side, of the one of the chosen period."""
    alone = replace(look, beside="")
    given = {"shape": alone.shape, "way": alone.way, "since": alone.since, "inside": alone.inside, "unit": unit or ""}
    layer = layer_of(view, selection, alone)  # knows the reader's theme, which only a run of the page does

    def make() -> shared_map.Shared:
        light = replace(view, palette=LIGHT)
        reading = " ".join([maps.reading(view, selection.measure, alone, rows), maps.borders_line(view, alone)])
        return shared_map.of_map(
            view,
            selection,
            rows,
            layer,
            (maps.title(view, selection), reading),
            maps.legend(light, selection, rows, alone),
            partial(downloads.sheet, view, selection, rows, []),
            {key: code for key, code in given.items() if code},
        )

    share.control(view, "map", make)
