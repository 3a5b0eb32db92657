"""The visits to a commune as a reader may see them, and what notes are for."""

from __future__ import annotations

from datetime import date

from display.words.view import View
from journal import visits
from journal.database import VisitError
from journal.visits import Visit
from store import units
from store.access.rules import EVERYWHERE


def is_practice(view: View) -> bool:
    """Whether notes belong to simulated figures: they are kept apart from those on real visits."""
    return view.snapshot.manifest.nature == "simulated"


def last_days(view: View) -> dict[str, date]:
    """The day of the last visit by unit of the reader's own provinces; VisitError without a database."""
    found = visits.last_days(is_practice(view))
    return {code: day for code, day in found.items() if may(view, code)}


def may(view: View, code: str) -> bool:
    """Whether the reader may read and write down visits to a commune; of a place that is no more, who may all."""
    unit = units.unit(code)
    return view.reader.may("visits", unit["province_code"] if unit else EVERYWHERE)


def of_unit(view: View, code: str) -> list[Visit] | None:
    """The visits to a commune, the latest first; None where the database cannot be reached or the reader may not."""
    if not may(view, code):
        return None
    try:
        return visits.of_unit(code, is_practice(view))
    except VisitError:
        return None


def internal(view: View) -> str:
    """What notes are for and what must not stand in them. Plain text."""
    return " ".join([view.say("visits.internal"), *([view.say("visits.practice")] if is_practice(view) else [])])
