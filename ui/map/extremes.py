"""The units at both ends of a map's measure: named on it, and listed beside it."""

from __future__ import annotations

from html import escape
from itertools import zip_longest

import polars as pl

from display.portraits.standouts import Standouts, sides
from display.words import addresses, numbers
from display.words.selection import Selection
from display.words.view import View
from store.reference import province_names

_NAMED = 3
"""On the map at each end, as far as the names leave each other room."""


def named(view: View, selection: Selection, rows: pl.DataFrame) -> dict[str, str]:
    """What is written beside the seats of the units at both ends, by their codes."""
    ends = [side.units.head(_NAMED).rows(named=True) for side in sides(view, selection, rows)]
    in_turn = [row for pair in zip_longest(*ends) for row in pair if row]
    return {row["unit_code"]: _label(view, selection, row) for row in in_turn}


def _label(view: View, selection: Selection, row: dict) -> str:
    return f"{row['name']} {numbers.with_unit(row['value'], selection.measure, view.language)}"


def listed(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """Both ends as lists whose names choose the unit on the map. Markup; empty where nobody stands at an end."""
    found = [side for side in sides(view, selection, rows) if side.units.height]
    return "".join(_side(view, selection, side) for side in found)


def _side(view: View, selection: Selection, side: Standouts) -> str:
    items = "".join(
        f"<li>{_choosing(view, selection, row)} <b>"
        f"{escape(numbers.with_unit(row['value'], selection.measure, view.language))}</b></li>"
        for row in side.units.iter_rows(named=True)
    )
    return f'<h2 class="gd-list-title">{escape(side.heading)}</h2><ul class="gd-list gd-ends">{items}</ul>'


def _choosing(view: View, selection: Selection, row: dict) -> str:
    there = addresses.choices(view, selection) | {"unit": row["unit_code"]}
    name = row["name"]
    if selection.is_country:
        name = view.say("compare.place", name=name, province=province_names()[row["province_code"]])
    return addresses.anchor(view, name, "map", **there)
