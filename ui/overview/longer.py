"""Who waits longer among the communes of a province: for its leader, by kinds of places and ways of filing alone."""

from __future__ import annotations

from html import escape

import streamlit as st

from display.words import addresses, gaps, waits
from display.words.selection import Selection
from display.words.view import View
from ranking.waiting_gaps import HORIZON
from store import gaps as told
from ui.frame import html
from ui.parts import panel, tables


def section(view: View, chosen: Selection) -> None:
    """A sentence per comparison and its fields in a table; nothing for who does not see the province whole."""
    if chosen.is_country or chosen.level != "commune":
        return
    rows = told.of_province(view.snapshot, chosen.scope)
    if rows.is_empty():
        return
    st.subheader(view.say("gaps.title"), anchor=False)
    kinds = [kind for kind in gaps.ORDER if kind in rows["kind"].to_list()]
    items = "".join(f"<li>{escape(' '.join(gaps.sentences(view.say, rows, kind)))}</li>" for kind in kinds)
    html.show(f'<ul class="gd-list">{items}</ul>')
    for kind in kinds:
        title = view.say("gaps.table", group=view.say(f"gaps.group.{kind}"))
        with panel.part(title, f"longer_{kind}", ":material/table:") as box:
            if box.open:
                headings, lines = gaps.table(view.say, rows, kind)
                here = {"page": "overview", "province": chosen.scope}
                tables.shared_table(view, f"gaps_{kind}", here, headings, lines, title, (1, 2, 3, 4, 5))
    when = waits.period(view.say, rows.row(0, named=True))
    html.caption(view.say("gaps.reading", period=when, horizon=HORIZON))
    link = addresses.anchor(view, view.say("gaps.method"), "methods", depth="full")
    html.show(f'<p class="gd-caption">{link}</p>')
