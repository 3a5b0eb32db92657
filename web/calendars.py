"""Private calendars (RFC 5545): the address is a secret, and shows what its owner may see at that moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from display.drawing.palette import LIGHT
from display.portraits.dates import Day, days
from display.words.text import Speaker
from display.words.view import View
from journal import calendars
from journal.calendars import Calendar
from journal.database import VisitError
from ranking.periods import local_day
from store.access import people
from store.reference import province_name
from store.snapshot import SnapshotTrouble, datasets, open_snapshot

_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
_NONE = PlainTextResponse("calendar: there is none at this address", 404, headers=_HEADERS)


async def answer(request: Request) -> Response:
    """404 for a secret that is wrong or revoked, and for an owner who no longer has a role in the province."""
    try:
        body = await run_in_threadpool(_body, request.path_params["secret"].removesuffix(".ics"))
    except (SnapshotTrouble, VisitError):
        return PlainTextResponse("calendar: it cannot be read now", 503, headers=_HEADERS)
    return Response(body, media_type="text/calendar", headers=_HEADERS) if body else _NONE


ROUTES = [Route("/calendar/{secret}", answer)]


def _body(secret: str) -> bytes | None:
    known = calendars.by(secret)
    if known is None:
        return None
    reader = people.named(known.who)
    if not reader.may("messages", known.place):
        return None
    snapshot = open_snapshot(next(iter(datasets()), "live")).seen_in(reader.seen)
    view = View(known.language, Speaker(known.language), snapshot, LIGHT, reader=reader)
    return ics(view, known, local_day(datetime.now(UTC)))


def ics(view: View, known: Calendar, today: date) -> bytes:
    """The calendar as a file: whole days, none of them blocking anybody's time."""
    made = icalendar.Calendar()
    made.add("prodid", "-//Gan Dan//calendar//VI")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", view.say("calendar.title", place=province_name(known.place)))
    simulated = view.snapshot.manifest.nature == "simulated"
    for one in days(view, known.place, today):
        made.add_component(_event(view, one, view.say("post.simulated") if simulated else ""))
    content: bytes = made.to_ical()
    return content


def _event(view: View, one: Day, before: str) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{one.key}@{view.snapshot.manifest.dataset}.gandan")
    event.add("dtstamp", view.snapshot.manifest.captured_at)
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("summary", " ".join(part for part in (before, one.says) if part))
    if one.more:
        event.add("description", one.more)
    event.add("transp", "TRANSPARENT")
    return event
