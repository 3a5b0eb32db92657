"""How the start page names a unit."""

from __future__ import annotations

from html import escape

from display.words import addresses
from display.words.selection import Selection
from display.words.view import View
from store.reference import province_names


def unit_link(view: View, chosen: Selection, row: dict) -> str:
    """A unit's name, as a link to its page where it has one, with its province in a list of the country. Markup."""
    if chosen.level != "commune":
        return f"<b>{escape(row['name'])}</b>"
    link = addresses.anchor(view, row["name"], "unit", **addresses.unit_choices(view, chosen, row["unit_code"]))
    return link + (f", {escape(province_names()[row['province_code']])}" if chosen.is_country else "")
