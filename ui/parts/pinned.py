"""What pages without boxes for measure and period show: what their link names, else what all pages open on."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from display.words import numbers
from display.words.selection import Selection
from display.words.view import View
from ranking.periods import parse
from store import catalog as store_catalog
from store import opening
from store.reference import measures
from ui.frame import links
from ui.parts import filters


def selection(view: View, catalog: pl.DataFrame, level: str, place: str) -> Selection:
    """The selection of a page without boxes for measure and period: the link's, else what all pages open on.

    `catalog`: the rows of `store.catalog` of this level and scope, one at least.
    """
    known = opening.in_order(catalog.select("measure", "basis").unique().iter_rows())
    options = filters.codes(known)
    chosen = links.pinned(
        "measure", options, filters.first_code(catalog, options), lambda code: filters.caption(view, code)
    )
    name, basis = known[options.index(chosen)]
    ours = catalog.filter(pl.col("measure") == name, pl.col("basis") == basis)
    series_of = filters.series_of(ours)
    first = opening.opening(view.snapshot, level, place, name, basis)
    default = first.period.id if first else next(iter(series_of))
    period = links.pinned("period", list(series_of), default, lambda code: numbers.period(parse(code), view.language))
    return Selection(level, place, measures()[name], basis, series_of[period], parse(period))


def box(view: View, scope: str) -> None:
    """The choice of the period on which `on_period` opens the page."""
    first = opening.first(view.snapshot, "commune", scope)
    periods = _periods(view, scope)
    if first is not None and len(periods) > 1:
        links.select(
            view.say("filters.period"),
            "period",
            periods,
            first.period.id,
            lambda code: numbers.period(parse(code), view.language),
            told=False,  # `on_period` says it
            width=205,
        )


def _periods(view: View, scope: str) -> list[str]:
    known = store_catalog.catalog(view.snapshot).filter(pl.col("level") == "commune", pl.col("scope") == scope)
    return list(filters.series_of(known))


def on_period(view: View, scope: str) -> View:
    """The view of a page that shows each measure by what it opens on, opened on the period that the link names."""
    first = opening.first(view.snapshot, "commune", scope)
    if first is None:
        return view
    chosen = links.pinned(
        "period",
        _periods(view, scope),
        first.period.id,
        lambda code: numbers.period(parse(code), view.language),
    )
    return view if chosen == first.period.id else replace(view, snapshot=view.snapshot.on(parse(chosen)))
