"""Whose result clearly changed, and why the rank moved."""

from __future__ import annotations

from html import escape

import polars as pl

from display.portraits.news import change, earlier
from display.words import marks, numbers
from display.words.selection import Selection
from display.words.view import View
from ui.overview.units import unit_link


def movers(view: View, chosen: Selection, heading: str, rows: pl.DataFrame) -> str:
    """A short list of units with their ranks before and now, and why they moved. Markup."""
    items = "".join(_mover(view, chosen, row) for row in rows.iter_rows(named=True))
    items = items or f"<li>{escape(view.say('overview.nobody'))}</li>"
    return f'<h3 class="gd-list-title">{escape(heading)}</h3><ul class="gd-list">{items}</ul>'


def _mover(view: View, chosen: Selection, row: dict) -> str:
    name = unit_link(view, chosen, row)
    moved, told = marks.movement(view, row, chosen.measure), change(view, chosen, row)
    return f'<li>{name} {moved}<span class="gd-sub">{escape(told)}</span></li>'


def moved_note(view: View, chosen: Selection) -> str:
    """Since when changes count, and which are listed; the selection must have an earlier period."""
    before = earlier(chosen)
    if before is None:
        raise ValueError(f"{chosen.period.id} has no earlier period")
    return view.say("overview.moved.note", before=numbers.period_in_sentence(before, view.language))
