"""A commune's counter in words: its hours, how far other ones are, and the links that a phone can follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import get_day_names

from display.words import numbers
from display.words.text import Speaker
from ranking.opening_hours import Open
from store.centres import Centre, Near
from store.units import known

_MAP = "https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lon:.5f}#map=17/{lat:.5f}/{lon:.5f}"


@dataclass(frozen=True)
class Place:
    """One counter in words. `hours`: one line each; links are empty where there is nothing to link to."""

    name: str
    address: str
    hours: tuple[str, ...]
    telephone: str
    telephone_link: str
    page: str
    map_link: str
    km: str = ""


def place(say: Speaker, centre: Centre) -> Place:
    """The counter of the commune itself."""
    return Place(
        name=centre.name or say("centre.name", unit=known(centre.unit_code)["full_name"]),
        address=centre.address,
        hours=tuple(hours(say, centre.hours)),
        telephone=centre.telephone,
        telephone_link=_dialled(centre.telephone),
        page=centre.page,
        map_link=_MAP.format(lat=centre.position[0], lon=centre.position[1]) if centre.position else "",
    )


def near(say: Speaker, found: Near) -> Place:
    """The counter of another commune: by the commune's name, and how far it is."""
    own, unit = place(say, found.centre), known(found.centre.unit_code)["full_name"]
    name = f"{unit}: {found.centre.name}" if found.centre.name else unit
    km = say("centre.km", km=numbers.number(found.km, say.language, 1))
    return Place(**(vars(own) | {"name": name, "km": km}))


def hours(say: Speaker, opened: Sequence[Open]) -> list[str]:
    """`Thứ Hai – Thứ Sáu: 7:30–11:30, 13:30–17:00`, one line for each part of the week."""
    names = get_day_names("wide", "stand-alone", locale=say.language)
    lines = []
    for one in opened:
        days = names[one.first] if one.first == one.last else f"{names[one.first]} – {names[one.last]}"
        spans = ", ".join(f"{_clock(begins)}–{_clock(ends)}" for begins, ends in one.spans)
        lines.append(f"{days}: {spans}")
    return lines


def _clock(moment: str) -> str:
    return moment.removeprefix("0") if not moment.startswith("00") else moment


def _dialled(telephone: str) -> str:
    return f"tel:{''.join(sign for sign in telephone if sign.isdigit() or sign == '+')}" if telephone else ""
