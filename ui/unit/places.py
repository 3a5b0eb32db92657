"""The detail of a commune's places, worked out only while it is open."""

from __future__ import annotations

from display.portraits import place_details
from display.words.view import View
from press.share.shareable import Listed
from ui.frame import html
from ui.unit import sharing, tables

_COLUMNS = ("measure", "chance", "ranks", "rests_on", "twelve", "moved")


def section(view: View, code: str) -> None:
    """One row per measure with a known place; where there is none, why."""
    found = place_details.details(view, code)
    if not found:
        html.caption(view.say("unit.places.none"))
        return
    alike = found[0].rests_on if len({detail.rests_on for detail in found}) == 1 else ""
    shown = [name for name in _COLUMNS if any(getattr(detail, name) for detail in found)]
    shown = [name for name in shown if not alike or name != "rests_on"]
    headers = [view.say(f"unit.places.{name}") for name in shown]
    rows = [[getattr(detail, name) for name in shown] for detail in found]
    tables.stacked_table(headers, rows, view.say("unit.places.title"), figures=())
    said = [view.say("unit.places.all_rest_on", what=alike)] if alike else []
    reading = " ".join([*said, view.say("unit.places.reading")])
    html.caption(reading)
    title = view.say("unit.places.title")
    sharing.control(view, code, "unit_places", title, lambda: Listed(headers, rows), reading=reading)
