"""Who a commune is: its kind, place, origin, size, seat and neighbours, and the answer in a sentence."""

from __future__ import annotations

from html import escape

from display.portraits.facts import facts_of, sentence
from display.words.view import View
from store import units
from ui.frame import html


def head(view: View, code: str) -> None:
    """The name, what the figures say in a sentence, and the facts of the place."""
    unit = units.known(code)
    html.heading(unit["full_name"], sentence(view, code))
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in facts_of(view, unit))
    html.show(f'<dl class="gd-unit-facts">{facts}</dl>')
