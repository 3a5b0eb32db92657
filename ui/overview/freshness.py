"""How fresh and complete the figures of a level are."""

from __future__ import annotations

from functools import lru_cache

import polars as pl
import streamlit as st

from display.words import addresses, numbers
from display.words.selection import Selection
from display.words.view import View
from ranking.periods import Period
from ranking.vocabulary import COUNTRY, PERIOD_COLUMNS
from store import coverage, sight, standings
from store.snapshot import Snapshot
from ui.frame import html
from ui.parts import tables


def section(view: View, chosen: Selection) -> None:
    """How fresh the figures of a selection's level are, as a table with the way to all of them."""
    title = view.say("overview.freshness")
    st.subheader(title, anchor=False)
    heads = [view.say(f"overview.freshness.{part}") for part in ("basis", "period", "units", "captured")]
    here = {"page": "overview", "province": chosen.scope}
    tables.shared_table(view, "freshness", here, heads, freshness(view, chosen), title, (2,))
    html.show(more_on_freshness(view))


def freshness(view: View, chosen: Selection) -> list[list[str]]:
    """One row per basis: its latest period, how many of all units have reported, when it was captured."""
    return [
        [
            view.say(f"basis.{row['basis']}"),
            numbers.period(Period(row["period_start"], row["period_end"], row["period_kind"]), view.language),
            view.say(
                "overview.freshness.of",
                n=numbers.number(row["reported"], view.language),
                of=numbers.number(row["units"], view.language),
            ),
            numbers.local_date(row["captured_at"], view.language),
        ]
        for row in _coverage(view.snapshot, chosen.level, chosen.scope).iter_rows(named=True)
    ]


def more_on_freshness(view: View) -> str:
    """The way to the freshness of every province and source. Markup."""
    link = addresses.anchor(view, view.say("overview.freshness.more"), "methods", part="fresh")
    return f'<p class="gd-caption">{link}</p>'


def _coverage(snapshot: Snapshot, level: str, scope: str) -> pl.DataFrame:
    """Per basis the period that ends last (of several, the shortest), with `units`, `reported` and `captured_at`."""
    latest = sight.each(snapshot, lambda whose: _latest_of_all(whose, level), "province_code")
    if scope != COUNTRY:
        latest = latest.filter(pl.col("province_code") == scope)
    rows = (
        latest.group_by("basis", *PERIOD_COLUMNS)
        .agg(pl.col("captured_at").max())
        .sort("basis", "period_start")
        .unique("basis", keep="last", maintain_order=True)
    )
    found = [
        coverage.coverage(snapshot, level, scope, basis, Period(*period))
        for basis, *period in rows.select("basis", *PERIOD_COLUMNS).iter_rows()
    ]
    return rows.with_columns(
        units=pl.Series([one.of for one in found], dtype=pl.Int64),
        reported=pl.Series([one.reporting for one in found], dtype=pl.Int64),
    )


@lru_cache(maxsize=16)
def _latest_of_all(snapshot: Snapshot, level: str) -> pl.DataFrame:
    """Of each province and basis the periods that end last in the snapshot, and when they were captured."""
    key = ["province_code", "basis", *PERIOD_COLUMNS]
    rows = sight.scan(snapshot, "measurements").filter(pl.col("level") == level, pl.col("field") == "all")
    ends = rows.group_by("basis").agg(pl.col("period_end").max()).collect()
    last = pl.any_horizontal(
        *((pl.col("basis") == basis) & (pl.col("period_end") == end) for basis, end in ends.iter_rows()), False
    )
    return (
        rows.filter(last)
        .join(standings.unit_names(snapshot, level).lazy().select("unit_code", "province_code"), on="unit_code")
        .group_by(key)
        .agg(captured_at=pl.col("captured_at").max())
        .collect()
    )
