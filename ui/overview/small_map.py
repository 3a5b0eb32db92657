"""The small map of the start page."""

from __future__ import annotations

import math

import pydeck as pdk

from display.words.selection import Selection
from display.words.view import View
from store import borders
from ui.parts import map_deck
from ui.parts.map_deck import Look

SMALL_MAP = 400  # pixels


def look(chosen: Selection) -> Look:
    """Bands, as areas where boundaries are prepared."""
    return Look("area" if borders.areas(chosen.scope) else "symbol", "band")


def small_map(view: View, chosen: Selection) -> pdk.Deck:
    """The map of the map page, drawn back until it fits into less height."""
    deck = map_deck.deck(view, chosen, look(chosen))
    deck.initial_view_state.zoom -= math.log2(map_deck.HEIGHT / SMALL_MAP)
    return deck
