"""The picture of likely ranks on a page: the finding, the picture linked with the table's rows, how it is read."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from html import escape
from pathlib import Path

import polars as pl
import streamlit as st

from display.drawing import addressed
from display.drawing.likely_places import has_room
from display.words import places as words
from display.words.selection import Selection
from display.words.view import View
from ui.frame import html

_HOLD = '<div class="gd-places-room"><div class="gd-places-hold"></div></div>'
_SCRIPT = Path(__file__).with_suffix(".js")


def picture(
    view: View,
    selection: Selection,
    places: pl.DataFrame,
    mine: Collection[str] = (),
    size: str = "whole",
    *,
    headed: bool = True,
    explained: bool = True,
) -> None:
    """The picture of all units of a scope, under its finding where it is `headed`, over the words that explain it.

    `explained`: whether these stand below; not where the page gives them itself (`reading`).

    `places`: of the selection, as `display.words.places.ordered` describes it; `mine`: the codes of the reader's units;
    `size`: one of `display.drawing.addressed.SIZES`, what a wide window has room for. The browser fetches the picture
    by its address, in the size that has room.
    Rows of a table that carry `place_cells.row_mark` find their dots, and dots their rows. Once on a page.
    """
    if headed:
        html.show(f'<p class="gd-finding">{escape(words.headline(view.say, selection.level, places))}</p>')
    drawing = addressed.drawing_of(view, selection, list(mine), size)
    component = st.components.v2.component("gan_dan_places", html=_HOLD, js=_script(), isolate_styles=False)
    label = selection.measure.name.in_language(view.language)
    rooms = [[name, least] for name, least in addressed.ROOMS.items()]
    data = {
        "address": drawing.address(),
        "rooms": rooms,
        "label": label,
        "failed": view.say("places.not_loaded"),
    }
    component(key="places", data=data)
    if explained:
        html.caption(words.explained(view.say, places, many=not has_room(places, addressed.SIZES[drawing.size])))


def reading(view: View, places: pl.DataFrame, size: str = "whole") -> str:
    """How the picture is read, without how sure it is."""
    look = addressed.SIZES["phone" if view.narrow else size]
    return words.reading(view.say, many=not has_room(places, look))


@lru_cache(maxsize=1)
def _script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")
