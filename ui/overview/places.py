"""The province's own place among all provinces, for what is known of enough of them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import streamlit as st

from display.words import addresses, marks, numbers
from display.words.selection import Selection
from display.words.view import View
from ranking.frame_types import Row
from ranking.measures import Measure
from ranking.periods import Period
from ranking.vocabulary import COUNTRY
from store import opening, standings
from store.reference import measures, province_names
from ui.frame import html
from ui.parts import tables

_LEVEL = "province"
_WANTED = ("index_766", "ckmb", "tdgq", "clgq", "tttt", "mdhl", "mdsh", "on_time_share", "online_filing_share")


@dataclass(frozen=True)
class Place:
    """A province's standing in one measure, with the period and basis it was counted on."""

    measure: Measure
    basis: str
    period: Period
    row: Row


def places(view: View, chosen: Selection) -> list[Place]:
    """The province's places, the index first; empty for the country, or where too few provinces are known.

    Of each measure the period that the provinces' ranking opens on, where it ranks at least half of them.
    """
    if chosen.is_country:
        return []
    return [place for name in _WANTED if (place := _place(view, chosen, name))]


def _place(view: View, chosen: Selection, name: str) -> Place | None:
    found = opening.opening(view.snapshot, _LEVEL, COUNTRY, name)
    if found is None:
        return None
    rows = standings.ranking(view.snapshot, _LEVEL, name, found.basis, found.period, COUNTRY)
    mine = rows.filter(pl.col("unit_code") == chosen.scope, 2 * pl.col("of") >= len(province_names()))
    mine = mine.drop_nulls("rank")
    return Place(measures()[name], found.basis, found.period, mine.row(0, named=True)) if mine.height else None


def section(view: View, chosen: Selection, found: list[Place]) -> None:
    """The places as a table with its note and the way to the ranking."""
    said = note(view, found)
    st.subheader(title(view, chosen), anchor=False)
    here = {"page": "overview", "province": chosen.scope}
    rows = table(view, found)
    tables.shared_table(view, "places", here, headers(view), rows, title(view, chosen), (1, 2), reading=said)
    html.caption(said)
    html.show(f'<p class="gd-caption">{link(view, found)}</p>')


def title(view: View, chosen: Selection) -> str:
    of = numbers.number(len(province_names()), view.language)
    return view.say("overview.places", place=province_names()[chosen.scope], of=of)


def table(view: View, found: list[Place]) -> list[list[str]]:
    """Measure, value and place of each. Plain text."""
    return [
        [
            place.measure.short.in_language(view.language),
            _value(view, place),
            marks.plain_rank(place.row, view.language),
        ]
        for place in found
    ]


def headers(view: View) -> list[str]:
    return [view.say(f"overview.places.column.{name}") for name in ("measure", "value", "rank")]


def note(view: View, found: list[Place]) -> str:
    """Period, basis and population of the places, and which figures are sums of the units. Plain text."""
    said = {
        view.say(
            "overview.places.note",
            period=numbers.period_in_sentence(place.period, view.language),
            basis=view.say(f"basis.{place.basis}"),
        ): None
        for place in found
    }
    sums = [
        f"{place.measure.short.in_language(view.language)}: {words}."
        for place in found
        for words in marks.sum_words(view, place.row["quality"])
    ]
    return " ".join([*said, *sums])


def link(view: View, found: list[Place]) -> str:
    """The way to the ranking of the provinces in the first of the measures. Markup."""
    first = found[0]
    return addresses.anchor(
        view,
        view.say("overview.places.open"),
        "rankings",
        level=_LEVEL,
        measure=first.measure.id,
        period=first.period.id,
    )


def _value(view: View, place: Place) -> str:
    value = numbers.with_unit(place.row["value"], place.measure, view.language)
    if place.measure.kind != "score":
        return value
    figure = numbers.number(place.row["value"], view.language, place.measure.decimals)
    return f"{figure}/{numbers.number(place.measure.full_marks, view.language)}"
