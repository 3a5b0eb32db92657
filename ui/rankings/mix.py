"""The switch that adds the rank with the mix of work allowed for, and its cells."""

from __future__ import annotations

from html import escape

import polars as pl

from display.words import case_mix, numbers
from display.words.selection import Selection
from display.words.view import View
from ranking.frame_types import Row
from store import case_mix as told
from ui.frame import html, links

PARAM = "mix"
_OFF, _ON = KINDS = ("off", "on")


def with_mix(view: View, selection: Selection, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the adjusted place beside the one by value, where figures by field are known (`store.case_mix`)."""
    where = (selection.level, selection.measure.id, selection.basis, selection.period, selection.scope)
    return told.beside(view.snapshot, rows, *where)


def switch(view: View, rows: pl.DataFrame) -> bool:
    """The reader's choice, which is no unless asked for; without a control where no place can be told, but whoever
    asks for it in a link is told so."""
    if not case_mix.is_told(rows):
        if links.asked().get(PARAM) == _ON:
            html.caption(view.say("mix.none"))
        return False
    words = view.say("mix.switch")
    chosen = links.segments(
        words, PARAM, KINDS, _OFF, lambda code: view.say(f"mix.switch.{code}"), label_visibility="collapsed"
    )
    if chosen == _ON:
        html.caption(case_mix.reading(view.say, rows))
    return chosen == _ON


def without(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as they are where the reader has not asked for the adjusted place."""
    return rows.drop([*told.COLUMNS, *told.WITHOUT], strict=False)


def cell(view: View, selection: Selection, row: Row) -> str:
    """The adjusted place, its share and range, a chip where the place hangs on the counting; else why not. Markup."""
    if row["rank_adjusted"] is None:
        why = case_mix.why_not(view.say, row) if row["rank"] is not None else ""
        untold = escape(view.say("mix.untold"))
        return f'<abbr title="{escape(why)}">{untold}</abbr>' if why else numbers.MISSING
    place, of = (numbers.number(row[name], view.language) for name in ("rank_adjusted", "of_adjusted"))
    share = escape(case_mix.share_words(view.say, selection.measure, row))
    return f'{place}<small>/{of}</small>{_chip(view, row)}<span class="gd-sub">{share}</span>'


def header_without(view: View, rows: pl.DataFrame) -> str:
    """The header of the column of places without some procedures: their codes."""
    return view.say("mix.without.column", codes=rows.item(0, "procedures"))


def cell_without(view: View, selection: Selection, row: Row) -> str:
    """The place without these procedures, with the share of all others. Markup."""
    if row["rank_others"] is None:
        return numbers.MISSING
    place, of = (numbers.number(row[name], view.language) for name in ("rank_others", "of_others"))
    share = escape(numbers.with_unit(row["share_others"], selection.measure, view.language))
    return f'{place}<small>/{of}</small><span class="gd-sub">{share}</span>'


def _chip(view: View, row: Row) -> str:
    if not row["depends"]:
        return ""
    why = escape(case_mix.because(view.say, row))
    return f' <abbr class="gd-band gd-alike" title="{why}">{escape(view.say("mix.depends"))}</abbr>'
