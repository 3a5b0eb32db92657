"""Addresses of our own pages, with the choices that the reader finds there already made."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

import polars as pl

from display.words.selection import Selection
from display.words.view import View
from store import catalog

PATHS = {
    "overview": "tong-quan",
    "rankings": "xep-hang",
    "map": "ban-do",
    "online_filing": "nop-truc-tuyen",
    "unit": "don-vi",
    "inspection": "kiem-tra",
    "transparency": "minh-bach",
    "methods": "phuong-phap",
    "imports": "nhap-bieu",
    "administration": "quan-tri",
}
"""The path of each page below the app's own; the first one is also the app's own address."""


def query(view: View, **choices: str | None) -> dict[str, str]:
    """The query of a link that keeps the reader's dataset and language; choices that are None are left out."""
    always = {"dataset": view.snapshot.manifest.dataset, "lang": view.language}
    return always | {key: value for key, value in choices.items() if value is not None}


def address(view: View, page: str, **choices: str | None) -> str:
    """The address of a page, relative to the app's own: `don-vi?dataset=…&unit=16654`."""
    return of_page(page, query(view, **choices))


def of_page(page: str, query: Mapping[str, str]) -> str:
    """The address of a page with this query and no more, relative to the app's own."""
    path = "" if page == next(iter(PATHS)) else PATHS[page]
    return f"./{path}?{urlencode(query)}"


def embedded(view: View, what: str, **choices: str) -> str:
    """The address of a chart or table for an iframe, relative to the app's own: `./embed/ranking?dataset=…`."""
    return f"./embed/{what}?{urlencode(query(view, **choices))}"


def feed(view: View, kind: str, code: str) -> str:
    """The address of the feed of a commune (`unit`) or a province, of the figures that the reader looks at."""
    return f"./feed/{kind}/{code}.atom?{urlencode(query(view))}"


def choices(view: View, selection: Selection) -> dict[str, str]:
    """A selection as the rankings and the map read it from their links."""
    bases = catalog.catalog(view.snapshot).filter(
        pl.col("measure") == selection.measure.id,
        pl.col("level") == selection.level,
        pl.col("scope") == selection.scope,
    )
    several = bases.get_column("basis").n_unique() > 1
    measure = f"{selection.measure.id}.{selection.basis}" if several else selection.measure.id
    level = {} if selection.level == "commune" else {"level": selection.level}
    return {"province": selection.scope, "measure": measure, "period": selection.period.id, **level}


def unit_choices(view: View, selection: Selection, code: str) -> dict[str, str]:
    """A unit with the measure and period of a selection, as its page reads them from its links."""
    there = choices(view, selection)
    return {"unit": code, "measure": there["measure"], "period": there["period"]}


def anchor(view: View, text: str, page: str, **choices: str | None) -> str:
    """A link as markup; `text` is plain. To a page, or a commune's, that the reader may not open, the text alone."""
    closed = page == "unit" and not view.reader.sees_commune(choices.get("unit") or "")
    if closed or not view.reader.may(f"page.{page}"):
        return escape(text)
    return f'<a href="{escape(address(view, page, **choices))}" target="_self">{escape(text)}</a>'
