"""The plan of a trip: the communes in order, and how far apart they are."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import streamlit as st

from display.maps.trip import borders_line, image
from display.portraits import shortlist
from display.portraits.plan import sentence
from display.words import addresses, numbers
from display.words.text import Speaker
from display.words.view import View
from ranking.route import Place, Stop, route
from store import units
from store.reference import province_name
from ui.frame import html, links, old_codes
from ui.parts import tables, unit_choice

MOST = 30
_KEY = "plan"
_FIGURES = ("km", "total", "score")
_COLUMNS = ("stop", "seat", *_FIGURES)


def codes(say: Speaker) -> list[str]:
    """The communes of the plan as the link names them, each once, in the order of choice."""
    wanted = dict.fromkeys(links.recalled(_KEY).split(","))
    return old_codes.meanings(say)(list(wanted))[:MOST]


def switch(view: View, code: str, name: str, planned: list[str]) -> str:
    """A link that puts a commune into the plan, or takes it out. Markup."""
    inside = code in planned
    changed = [other for other in planned if other != code] if inside else [*planned, code]
    if len(changed) > MOST:
        return f'<span class="gd-sub">{escape(view.say("plan.full", n=MOST))}</span>'
    query = addresses.query(view) | links.asked() | {_KEY: ",".join(changed)}
    link = escape(
        f"./{addresses.PATHS['inspection']}?{urlencode({name: text for name, text in query.items() if text})}"
    )
    word, style = ("remove", "gd-planned") if inside else ("add", "gd-plan")
    label = escape(view.say(f"plan.{word}.long", name=name))
    return (
        f'<a class="{style}" href="{link}" target="_self" aria-label="{label}">{escape(view.say(f"plan.{word}"))}</a>'
    )


def choice(view: View, scope: str, listed: list[str], planned: list[str]) -> list[str]:
    """The box that shows the chosen communes; those of the list and of the province can be added by name."""
    names = dict.fromkeys([*planned, *listed, *unit_choice.communes(scope)])
    links.remember(_KEY, ",".join(planned), "")
    return links.several(
        view.say("plan.units"),
        _KEY,
        list(names),
        lambda code: _named(code, scope),
        MOST,
        old_codes.meanings(view.say),
        placeholder=view.say("plan.units_example", n=MOST),
        select_all=False,
    )


def _named(code: str, scope: str) -> str:
    unit = units.known(code)
    province = unit["province_code"]
    return unit["full_name"] if province == scope else f"{unit['full_name']}, {province_name(province)}"


def place(code: str) -> Place:
    """Where a commune's seat lies."""
    unit = units.known(code)
    return Place(code, unit["seat_lat"], unit["seat_lon"])


def stops(planned: list[str], start: str) -> tuple[Stop, ...]:
    """The communes of a plan in the order of the trip, from `start` or else from the first one chosen."""
    places = [place(code) for code in planned]
    return route(place(start) if start else places[0], places) if places else ()


def show(view: View, trip: tuple[Stop, ...], start: str, scope: str) -> None:
    """The trip in a sentence, its table beside its map, and what its distances are; scores are those of `scope`."""
    html.show(f'<p class="gd-sentence">{escape(sentence(view, trip, start))}</p>')
    listed, drawn = st.columns([11, 9], gap="medium")
    with listed:
        columns = [name for name in _COLUMNS if name != "seat" or not view.narrow]
        rows = [[row[name] for name in columns] for row in _rows(view, trip, scope)]
        figures = [columns.index(name) for name in _FIGURES]
        headers = [view.say(f"plan.column.{name}") for name in columns]
        tables.plain_table(headers, rows, view.say("plan.title"), figures)
        html.caption(view.say("inspection.km_note"))
    with drawn:
        html.show(image(view, trip, place(start) if start else None))
        html.caption(borders_line(view))


def _rows(view: View, trip: tuple[Stop, ...], scope: str) -> list[dict[str, str]]:
    """One row per stop, by the names of `_COLUMNS`."""
    scores = dict(shortlist.scored(view.snapshot, scope).select("unit_code", "score").iter_rows())
    found = []
    for number, stop in enumerate(trip, 1):
        unit = units.known(stop.place.code)
        figures = {"km": stop.km, "total": stop.total_km, "score": scores.get(stop.place.code)}
        row = {"stop": f"{number}. {unit['full_name']}", "seat": unit["seat"] or numbers.MISSING}
        found.append(row | {name: numbers.number(value, view.language, 1) for name, value in figures.items()})
    return found
