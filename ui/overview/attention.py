"""What needs attention: results that get worse, silence, overdue dossiers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from html import escape

import polars as pl

from display.portraits.news import overdue, silent, worsening
from display.words import addresses, numbers
from display.words import coverage as coverage_words
from display.words.selection import Selection
from display.words.view import View
from ranking.bands import BELOW
from ranking.process_limits import FEWEST_POINTS
from store.reference import measures
from ui.overview.head import table_link
from ui.overview.units import unit_link

MOST_NAMED = 5


def attention(view: View, chosen: Selection, rows: pl.DataFrame) -> str:
    """What needs attention: worse and getting worse, not reported, overdue. Markup."""
    items = [_worsening_item(view, chosen, rows), _silent_item(view, chosen), _overdue_item(view, chosen)]
    return f'<ul class="gd-list gd-attention">{"".join(items)}</ul>'


def unknown(view: View, chosen: Selection, rows: pl.DataFrame, *more: str) -> str:
    """What the figures do not tell, in one sentence, `more` included; empty where they tell everything. Plain text."""
    words = list(more)
    if worsening(view, chosen, rows) is None:
        words.append(view.say("overview.worse.unknown", n=FEWEST_POINTS))
    if overdue(view, chosen) is None:
        words.append(view.say("overview.overdue.unknown"))
    return view.say("overview.unknown", what="; ".join(words)) if words else ""


def _worsening_item(view: View, chosen: Selection, rows: pl.DataFrame) -> str:
    found = worsening(view, chosen, rows)
    if found is None:
        return ""
    link = table_link(view, chosen, band=BELOW) if found.height else ""
    return _item(view, chosen, view.say("overview.worse", n=numbers.number(found.height, view.language)), found, link)


def _silent_item(view: View, chosen: Selection) -> str:
    """How many of all there are have not reported, by which source and since when, each by its name."""
    found = silent(view, chosen)
    words = view.say(
        "overview.silent",
        n=numbers.number(found.missing.height, view.language),
        of=numbers.number(found.of, view.language),
        basis=view.say(f"basis.{found.basis}"),
    )
    if found.missing.is_empty():
        return f"<li><b>{escape(words)}</b></li>"
    names = coverage_words.listed(view.say, found, chosen.scope, MOST_NAMED, partial(_linked, view, chosen))
    state = found.missing.get_column("state").mode().sort().last()
    return f"<li><b>{escape(words)}</b>{names}{table_link(view, chosen, state=str(state))}</li>"


def _linked(view: View, chosen: Selection, row: dict) -> str:
    if chosen.level != "commune":
        return escape(row["name"])
    return addresses.anchor(view, row["name"], "unit", **addresses.unit_choices(view, chosen, row["unit_code"]))


def _overdue_item(view: View, chosen: Selection) -> str:
    found = overdue(view, chosen)
    if found is None:
        return ""
    words = view.say(
        "overview.overdue",
        n=numbers.number(found.total, view.language),
        period=numbers.period_in_sentence(found.period, view.language),
        basis=view.say(f"basis.{found.basis}"),
    )
    there = replace(chosen, measure=measures()["open_overdue"], basis=found.basis, period=found.period)
    named = found.units.with_columns(
        note=pl.col("value").map_elements(lambda n: numbers.number(n, view.language), return_dtype=pl.String)
    )
    return _item(view, there, words, named, table_link(view, there))


def _item(view: View, chosen: Selection, words: str, units: pl.DataFrame, link: str) -> str:
    """A line in bold, the first units by name, how many more there are, and the way to the table."""
    names = [
        unit_link(view, chosen, row) + (f" ({escape(row['note'])})" if "note" in row else "")
        for row in units.head(MOST_NAMED).iter_rows(named=True)
    ]
    if units.height > MOST_NAMED:
        names.append(escape(view.say("overview.more", n=numbers.number(units.height - MOST_NAMED, view.language))))
    listed = f'<span class="gd-sub">{"; ".join(names)}. {link}</span>' if names else ""
    return f"<li><b>{escape(words)}</b>{listed}</li>"
