"""The picture of likely ranks on a page: the finding, the picture linked with the table's rows, how it is read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from html import escape
from pathlib import Path

import polars as pl
import streamlit as st

from display.drawing.likely_frame import PHONE, Look
from display.drawing.likely_places import has_room, likely_places
from display.words import places as words
from display.words.view import View
from ranking.measures import Measure
from ui.frame import html

_SCRIPT = Path(__file__).with_suffix(".js")
BESIDE_FIGURES = Look(880, 310)
"""In two thirds of a page, with its figures beside it."""


def picture(
    view: View,
    measure: Measure,
    level: str,
    places: pl.DataFrame,
    mine: Collection[str] = (),
    look: Look | None = None,
    *,
    headed: bool = True,
    explained: bool = True,
) -> None:
    """The picture of all units of a scope, under its finding where it is `headed`, over the words that explain it.

    `explained`: whether these stand below; not where the page gives them itself (`reading`).

    `places`: as `display.words.places.ordered` describes it; `level`: commune, province or department; `mine`: the
    codes of the reader's units; `look`: its size on a wide window, `likely_frame.COLUMN` beside another part of the
    page. Rows of a table that carry `place_cells.row_mark` find their dots, and dots their rows. Once on a page.
    """
    if headed:
        html.show(f'<p class="gd-finding">{escape(words.headline(view.say, level, places))}</p>')
    look = look_of(view, mine, look)
    svg = likely_places(view.say, measure, level, places, look)
    component = st.components.v2.component(
        "gan_dan_places", html='<div class="gd-places-hold"></div>', js=_script(), isolate_styles=False
    )
    component(key="places", data={"svg": svg, "label": measure.name.in_language(view.language)})
    if svg and explained:
        html.caption(words.explained(view.say, places, many=not has_room(places, look)))


def reading(view: View, places: pl.DataFrame, look: Look | None = None) -> str:
    """How the picture is read, without how sure it is."""
    return words.reading(view.say, many=not has_room(places, look_of(view, look=look)))


def look_of(view: View, mine: Collection[str] = (), look: Look | None = None) -> Look:
    """The size, colours and marks of the picture for this reader."""
    simulated = view.snapshot.manifest.nature == "simulated"
    size = PHONE if view.narrow else look or Look()
    return replace(size, palette=view.palette, mine=tuple(mine), simulated=simulated)


@lru_cache(maxsize=1)
def _script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")
