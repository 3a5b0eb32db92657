"""The finding, the picture of likely ranks and its explanation as one piece of markup, for pages without scripts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from html import escape
from itertools import pairwise

import polars as pl

from display.drawing.likely_frame import COLUMN, SMALLEST, TABLET, WHOLE, least_room
from display.drawing.likely_places import has_room, likely_places, on_paper
from display.drawing.palette import LIGHT, Palette
from display.drawing.place_cells import linked_rows
from display.words import places as words
from display.words.text import Speaker
from ranking.measures import Measure
from store.bands import bands

_LOOKS = (SMALLEST, TABLET, COLUMN, WHOLE)
_STYLE = (
    ".gd-figure-places{margin:0 0 8px;container:gd-places/inline-size}"
    ".gd-finding{font-size:16px;font-weight:600;margin:4px 0 8px}"
    ".gd-places{display:block;width:100%;height:auto}"
    ".gd-place{display:inline-flex;flex-wrap:wrap;gap:2px 8px;align-items:center}.gd-expected{white-space:nowrap}"
    ".gd-band{padding:1px 7px;border:1px solid;border-radius:99px;font-size:12px;white-space:nowrap}"
)


def place_figure(
    say: Speaker,
    measure: Measure,
    level: str,
    places: pl.DataFrame,
    mine: Collection[str] = (),
    palette: Palette = LIGHT,
    *,
    simulated: bool = False,
) -> str:
    """A figure with its style sheet, in the size that its room has; style alone links its dots with rows.

    `places`: as `display.words.places.ordered` describes it; rows of a table beside it carry `place_cells.row_mark`.
    Where no unit can be drawn, the finding says so and the picture is missing.
    """
    looks = [replace(look, palette=palette, mine=tuple(mine), simulated=simulated) for look in _LOOKS]
    finding = f'<p class="gd-finding">{escape(words.headline(say, level, places))}</p>'
    drawn = {look.width: likely_places(say, measure, level, places, look) for look in looks}
    if not any(drawn.values()):
        return f"{style(palette)}{finding}"
    many = not has_room(places, looks[-1])
    linked = "" if many else linked_rows(words.ordered(places).get_column("unit_code"), palette)
    pictures = "".join(f'<div class="gd-on-{width}">{svg}</div>' for width, svg in drawn.items())
    caption = f"<figcaption><p>{escape(words.explained(say, places, many=many))}</p></figcaption>"
    return f'{style(palette, linked)}<figure class="gd-figure-places">{finding}{pictures}{caption}</figure>'


def style(palette: Palette = LIGHT, linked: str = "") -> str:
    """The rules of the figure and of the cells beside it; `linked`: those that join them."""
    inks = "".join(f".gd-{name}{{color:{band.ink.on(dark=palette.dark)}}}" for name, band in bands().items())
    return f"<style>{_STYLE}{_rooms()}.gd-finding{{color:{palette.ink}}}{inks}{linked}{on_paper()}</style>"


def _rooms() -> str:
    """Of the pictures one alone is shown: the widest of which the letters can be read."""
    rules = [f".gd-on-{look.width}{{display:none}}" for look in _LOOKS[1:]]
    for before, look in pairwise(_LOOKS):
        shown = f".gd-on-{before.width}{{display:none}}.gd-on-{look.width}{{display:block}}"
        rules.append(f"@container gd-places (min-width:{least_room(look)}px){{{shown}}}")
    return "".join(rules)
