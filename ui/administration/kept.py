"""How long what is kept, as the file of retention says, with what there is now."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from display.words import numbers
from display.words.view import View
from files.faults import Fault
from journal import holdings
from journal.holdings import Held
from store import retention
from store.retention import Retentions, Times
from ui.frame import html
from ui.parts import tables


def section(view: View, data: Path) -> None:
    """A row per key of the file; where the file cannot be used, what is wrong with it."""
    say = view.say
    st.subheader(say("admin.kept"), anchor=False)
    html.caption(say("admin.kept.about"))
    try:
        rules = retention.times(data)
    except Fault as fault:
        words = escape(say("admin.kept.damaged"))
        html.show(f'<div class="gd-notice" role="alert"><p>{words}</p><p lang="en">{escape(str(fault))}</p></div>')
        return
    found = holdings.held(data)
    headers = [say(f"admin.kept.column.{name}") for name in ("what", "long", "count", "oldest")]
    rows = [_row(view, rules, key, found.get(key, Held(None))) for key in Times.model_fields]
    with st.container(key="admin_kept"):
        tables.plain_table(headers, rows, say("admin.kept"), figures=(2, 3))
    html.caption(say("admin.kept.always"))


def _row(view: View, rules: Times, key: str, held: Held) -> list[str]:
    oldest = numbers.local_date(held.oldest, view.language) if held.oldest else numbers.MISSING
    return [view.say(f"admin.kept.{key}"), _long(view, rules, key), numbers.number(held.count, view.language), oldest]


def _long(view: View, rules: Times, key: str) -> str:
    if key == "snapshots":
        return "; ".join(
            f"{view.say(f'dataset.{nature}')}: {_snapshots(view, rules, nature)}" for nature in Retentions.model_fields
        )
    (unit, value) = next(iter(getattr(rules, key)))
    if value == "all":
        return view.say("admin.long.all")
    return view.say(f"admin.long.{unit}", n=numbers.number(value, view.language))


def _snapshots(view: View, rules: Times, nature: str) -> str:
    rule = getattr(rules.snapshots, nature)
    if rule.snapshots == "all":
        return view.say("admin.long.all")
    words = [view.say("admin.long.newest", n=rule.snapshots)]
    words += [view.say("admin.long.months", n=rule.months)] if rule.months else []
    return ", ".join(words)
