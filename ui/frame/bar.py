"""The bar on top of every page: a link for each thing that people come for, and below it the views of that thing.

The rankings, the map and the course over time are three views of one selection: their links carry it as far as the
view to come knows it. What else a reader chose, the session remembers (`ui.frame.links`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from html import escape
from typing import Any

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from display.words import addresses
from display.words.text import Speaker
from display.words.view import View
from ranking.periods import parse
from store import catalog as store_catalog
from store.access.rules import Reader
from ui.frame import links

SECTIONS = {
    "overview": ("overview",),
    "compare": ("rankings", "map", "online_filing"),
    "own": ("unit", "transparency"),
    "visit": ("inspection",),
    "data": ("methods", "imports", "administration"),
}
"""The pages of each section; its link leads to the first one that the reader may open."""
_LOGO = "app/static/logo.svg"
_NOBODY = "none"
"""The code for no unit on the map."""
_SCOPE = "bar_scope"
SCOPE_WIDTH = 175
"""Of the box of the province, in pixels, wherever it stands."""


def keep_scope(place: DeltaGenerator) -> None:
    """Where in the bar the box of the province belongs."""
    st.session_state[_SCOPE] = place


def scope(view: View) -> AbstractContextManager:
    """The place of the box of the province: the bar; on a phone, whose bar has no room, where the page draws it."""
    return nullcontext() if view.narrow else st.session_state[_SCOPE]


def scope_look(view: View) -> dict[str, Any]:
    """How the box of the province looks there: its label is for screen readers alone where it stands in the bar."""
    return {"width": SCOPE_WIDTH, "label_visibility": "visible" if view.narrow else "collapsed"}


def home(reader: Reader, say: Speaker, dataset: str) -> str:
    """The logo, which leads to the first page that the reader may open. Markup."""
    first = next(page for pages in SECTIONS.values() for page in open_to(reader, pages))
    words = escape(say("bar.home"))
    return (
        f'<a class="gd-logo" href="{escape(addresses.of_page(first, _query(say, dataset)))}" target="_self">'
        f'<img src="{_LOGO}" alt="{words}" width="28" height="28"></a>'
    )


def sections(reader: Reader, say: Speaker, page: str, dataset: str) -> str:
    """The links of the sections, that of `page` marked. Markup.

    They name no choice but dataset and language: the session knows the others, and a link that named one would insist
    on it where it cannot be met.
    """
    items = [
        (say(f"bar.{name}"), addresses.of_page(known[0], _query(say, dataset)), _current(page, pages))
        for name, pages in SECTIONS.items()
        if (known := open_to(reader, pages))
    ]
    return _nav(say("bar.label"), "gd-sections", items)


def views(view: View, page: str) -> str:
    """The views of the section of `page` that the reader may open; empty where there is one alone. Markup."""
    section, pages = next((name, pages) for name, pages in SECTIONS.items() if page in pages)
    known = open_to(view.reader, pages)
    if len(known) < 2:
        return ""
    items = [
        (
            view.say(f"page.{one}"),
            addresses.of_page(one, addresses.query(view) | kept(view, page, one)),
            "page" if one == page else "",
        )
        for one in known
    ]
    return _nav(view.say(f"bar.{section}"), "gd-views", items)


def open_to(reader: Reader, pages: Sequence[str]) -> list[str]:
    """Those of `pages` that the reader may open."""
    return [page for page in pages if reader.may(f"page.{page}")]


def _query(say: Speaker, dataset: str) -> dict[str, str]:
    return {"lang": say.language} | ({"dataset": dataset} if dataset else {})


def _current(page: str, pages: Sequence[str]) -> str:
    """`aria-current` of a section: the page itself, or one of its views."""
    return "page" if page == pages[0] else "true" if page in pages else ""


def _nav(label: str, style: str, items: Sequence[tuple[str, str, str]]) -> str:
    """`items`: words, address, value of `aria-current`."""
    lines = (
        f'<li><a href="{escape(address)}" target="_self"{f" aria-current={current}" if current else ""}>'
        f"{escape(words)}</a></li>"
        for words, address, current in items
    )
    return f'<nav class="{style}" aria-label="{escape(label)}"><ul>{"".join(lines)}</ul></nav>'


# --- one selection in several views


def kept(view: View, here: str, page: str) -> dict[str, str]:
    """The choices of `here` with which the link to `page`, another view of the same section, is written."""
    chosen = {key: links.elsewhere(key) for key in ("province", "unit", "units", "level", "measure", "over", "period")}
    chosen |= {key: value for key, value in links.asked().items() if key in chosen}
    if here in SECTIONS["own"]:
        return _filled(chosen, "province", "unit")
    if here not in SECTIONS["compare"]:
        return {}
    measure = chosen["over"] if here == "online_filing" else chosen["measure"].partition(".")[0]
    if page == "online_filing":
        known = set(store_catalog.catalog(view.snapshot).get_column("measure").unique())
        units = chosen["units"] or chosen["unit"]
        chosen |= {"over": measure if measure in known else "", "units": units}
        return _filled(chosen, "province", "over", "units")
    if not chosen["measure"].startswith(f"{measure}."):
        chosen["measure"] = measure
    chosen["level"] = chosen["level"] if page == "rankings" else ""
    return _filled(chosen, "province", "level") | _ranked(view, chosen) | _filled(chosen, *_units_of(page))


def _units_of(page: str) -> tuple[str, ...]:
    return ("unit",) if page == "map" else ("units",)


def _ranked(view: View, chosen: Mapping[str, str]) -> dict[str, str]:
    """The measure, and the period too, as far as there are standings of them at this level and in this scope."""
    rows = store_catalog.catalog(view.snapshot).filter(
        pl.col("measure") == chosen["measure"].partition(".")[0],
        pl.col("level") == (chosen["level"] or "commune"),
        pl.col("scope") == chosen["province"],
    )
    if rows.is_empty():
        return {}
    try:
        period = parse(chosen["period"])
    except ValueError:
        return _filled(chosen, "measure")
    dated = rows.filter(pl.col("period_start") == period.start, pl.col("period_end") == period.end)
    return _filled(chosen, "measure", *(["period"] if dated.height else []))


def _filled(chosen: Mapping[str, str], *keys: str) -> dict[str, str]:
    return {key: chosen[key] for key in keys if chosen[key] not in ("", _NOBODY)}
