"""A trip in a sentence: how many stops, how far."""

from __future__ import annotations

from collections.abc import Sequence

from display.words import numbers
from display.words.view import View
from ranking.route import Stop
from store import units


def sentence(view: View, trip: Sequence[Stop], start: str) -> str:
    """How many stops, from where, how far in all. Plain text."""
    origin = start or trip[0].place.code
    return view.say(
        "plan.sentence" if start else "plan.sentence.no_start",
        n=len(trip),
        start=units.known(origin)["full_name"],
        km=numbers.number(trip[-1].total_km, view.language, 1),
    )
