"""Who takes dossiers in for a commune and who decides for it, and how many an officer decides a day."""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st

from display.words import flows
from display.words.view import View
from files.faults import Fault
from store import flows as told
from store import staff
from ui.frame import html
from ui.parts import tables


def section(view: View, code: str) -> None:
    """Nothing where no dossiers tell it, or for who does not see the province whole."""
    rows = told.of_unit(view.snapshot, code)
    if rows.is_empty():
        return
    st.subheader(view.say("flows.title"), anchor=False)
    words = [flows.sentence(view.say, code, rows), _officers(view, code, rows)]
    html.show(f'<p class="gd-sentence">{escape(" ".join(filter(None, words)))}</p>')
    names = told.names(view.snapshot)
    sides = (("sent", "decision", "received"), ("came", "intake", "ended"))
    for place, (side, column, count) in zip(st.columns(2), sides, strict=True):
        other = "intake" if column == "decision" else "decision"
        away = rows.filter(pl.col(other) == code, pl.col(column) != code)
        if lines := flows.partners(view.say, away, column, count, names):
            with place:
                title, page = view.say(f"flows.{side}"), {"page": "unit", "unit": code}
                tables.shared_table(
                    view, f"flows_{side}", page, flows.headings(view.say, title, count), lines, title, (1, 2)
                )
    html.caption(view.say("flows.note", least=flows.FEWEST))


def _officers(view: View, code: str, rows: pl.DataFrame) -> str:
    try:
        return flows.officers(view.say, code, rows, staff.listed())
    except Fault as fault:
        return view.say("flows.officers.wrong", why=fault)
