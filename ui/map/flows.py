"""Who decides for whom, beside the map's lines: whether there are any, what they are, and a table of the units."""

from __future__ import annotations

from display.words import flows, numbers, waits
from display.words.selection import Selection
from display.words.view import View
from files.faults import Fault
from store import flows as told
from store import staff
from ui.frame import html
from ui.parts import map_flows, tables


def has(view: View, selection: Selection) -> bool:
    """Whether the reader may see flows of dossiers between communes of the scope."""
    return told.lines(view.snapshot, selection.scope, map_flows.MOST).height > 0


def reading(view: View, selection: Selection) -> str:
    """What the lines between communes are."""
    rows = told.lines(view.snapshot, selection.scope, map_flows.MOST)
    if rows.is_empty():
        return view.say("map.reading.flows.none")
    when = waits.period(view.say, rows.row(0, named=True))
    return view.say("map.reading.flows", n=numbers.number(rows.height, view.language), period=when)


def table(view: View, selection: Selection) -> None:
    """A line per unit with dossiers from or to elsewhere; nothing where the reader may see none."""
    rows = told.of_scope(view.snapshot, selection.scope)
    if rows.is_empty():
        return
    try:
        listed = staff.listed()
    except Fault as fault:
        listed = {}
        html.caption(view.say("flows.officers.wrong", why=fault))
    headings, lines = flows.table(view.say, rows, told.names(view.snapshot), listed)
    here = {"page": "map", "province": selection.scope}
    tables.shared_table(view, "flows", here, headings, lines, view.say("flows.title"), range(1, len(headings)))
    html.caption(view.say("flows.note", least=flows.FEWEST))
