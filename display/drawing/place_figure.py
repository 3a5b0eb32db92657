"""The finding, the picture of likely ranks and its explanation as one piece of markup, for pages without scripts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from html import escape

import polars as pl

from display.drawing.likely_frame import PHONE, Look
from display.drawing.likely_places import has_room, likely_places, on_paper
from display.drawing.palette import LIGHT, Palette
from display.drawing.place_cells import linked_rows
from display.words import places as words
from display.words.text import Speaker
from ranking.measures import Measure
from store.bands import bands

_WIDE = "(min-width: 641px)"
_STYLE = (
    ".gd-figure-places{margin:0 0 8px}.gd-finding{font-size:16px;font-weight:600;margin:4px 0 8px}"
    ".gd-places{display:block;width:100%;height:auto}.gd-on-wide{display:none}"
    f"@media {_WIDE}{{.gd-on-wide{{display:block}}.gd-on-phone{{display:none}}}}"
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
    """A figure with its style sheet, wide or for a phone as the window is; style alone links its dots with rows.

    `places`: as `display.words.places.ordered` describes it; rows of a table beside it carry `place_cells.row_mark`.
    Where no unit can be drawn, the finding says so and the picture is missing.
    """
    looks = {
        "wide": replace(Look(), palette=palette, mine=tuple(mine), simulated=simulated),
        "phone": replace(PHONE, palette=palette, mine=tuple(mine), simulated=simulated),
    }
    finding = f'<p class="gd-finding">{escape(words.headline(say, level, places))}</p>'
    drawn = {name: likely_places(say, measure, level, places, look) for name, look in looks.items()}
    if not drawn["wide"]:
        return f"{style(palette)}{finding}"
    many = not has_room(places, looks["wide"])
    linked = "" if many else linked_rows(words.ordered(places).get_column("unit_code"), palette)
    pictures = "".join(f'<div class="gd-on-{name}">{svg}</div>' for name, svg in drawn.items())
    caption = f"<figcaption><p>{escape(words.explained(say, places, many=many))}</p></figcaption>"
    return f'{style(palette, linked)}<figure class="gd-figure-places">{finding}{pictures}{caption}</figure>'


def style(palette: Palette = LIGHT, linked: str = "") -> str:
    """The rules of the figure and of the cells beside it; `linked`: those that join them."""
    inks = "".join(f".gd-{name}{{color:{band.ink.on(dark=palette.dark)}}}" for name, band in bands().items())
    return f"<style>{_STYLE}.gd-finding{{color:{palette.ink}}}{inks}{linked}{on_paper()}</style>"
