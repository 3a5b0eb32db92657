"""The overdue promises of a scope, for its leader: which commune, who, what, since when."""

from __future__ import annotations

from html import escape

import streamlit as st

from display.portraits import promises as portraits
from display.words import addresses, numbers
from display.words import promises as words
from display.words.view import View
from store import units
from ui.frame import html

_MOST = 12


def section(view: View, scope: str) -> None:
    """A line per overdue promise, the longest overdue first; nothing where there is none."""
    found = portraits.overdue(view, scope)
    if not found:
        return
    st.subheader(view.say("promises.overdue.title", n=numbers.number(len(found), view.language)), anchor=False)
    items = [
        f"<li>{addresses.anchor(view, units.known(one.unit_code)['full_name'], 'unit', unit=one.unit_code)}"
        f'<span class="gd-sub"><bdi>{escape(words.overdue_line(view, one))}</bdi></span></li>'
        for one in found[:_MOST]
        if units.unit(one.unit_code)
    ]
    html.show(f'<ul class="gd-list">{"".join(items)}</ul>')
