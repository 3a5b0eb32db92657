"""The communes that stand out from all together: who, by how much, and on how many dossiers."""

from __future__ import annotations

from html import escape

import polars as pl

from display.portraits.standouts import Standouts, gap
from display.words import numbers
from display.words.selection import Selection
from display.words.view import View
from ranking.levels import common
from ui.overview.head import table_link
from ui.overview.units import unit_link


def listed(view: View, chosen: Selection, rows: pl.DataFrame, side: Standouts) -> str:
    """One side as a list, with the way to the whole table. Markup."""
    level = common(rows, chosen.measure)
    items = "".join(_item(view, chosen, row, level) for row in side.units.iter_rows(named=True))
    items = items or f"<li>{escape(view.say('overview.standouts.nobody'))}</li>"
    link = ""
    if side.band and not side.units.is_empty():
        link = f'<p class="gd-caption">{table_link(view, chosen, band=side.band)}</p>'
    return f'<h3 class="gd-list-title">{escape(side.heading)}</h3><ul class="gd-list">{items}</ul>{link}'


def _item(view: View, chosen: Selection, row: dict, level: float | None) -> str:
    """`Tân Hòa 72,1 %` and below it `−12,3 điểm so với đơn vị ở giữa 84,4 %; 1.234 hồ sơ`."""
    value = numbers.with_unit(row["value"], chosen.measure, view.language)
    name = unit_link(view, chosen, row)
    return f'<li>{name} <b>{escape(value)}</b><span class="gd-sub">{escape(gap(view, chosen, row, level))}</span></li>'


def note(view: View, found: list[Standouts]) -> str:
    """What is to be known of ends of a list that are no clear standouts; empty where it is not needed."""
    return view.say("overview.standouts.ends") if found and found[0].band is None else ""
