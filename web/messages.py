"""Ending a message: whoever holds it opens its address and presses the button, or a mail program does (RFC 8058)."""

from __future__ import annotations

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from display.words.text import LANGUAGES, Speaker
from files.places import published_folder
from journal import audit, subscriptions
from journal.database import VisitError

PATH = "/messages/end"
_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}


async def answer(request: Request) -> Response:
    """GET asks and ends nothing, for programs open links in mail ahead of people; POST ends it."""
    token, asked = request.query_params.get("token", ""), request.query_params.get("lang")
    say = Speaker(asked if asked in LANGUAGES else LANGUAGES[0])
    if request.method != "POST":
        return _page(say, "ask", 200, _button(say, token))
    try:
        ended = await run_in_threadpool(_end, token)
    except VisitError:
        return _page(say, "trouble", 503)
    return _page(say, "done" if ended else "unknown", 200)


ROUTES = [Route(PATH, answer, methods=["GET", "POST"])]


def _end(token: str) -> bool:
    ended = subscriptions.end_by(token)
    if ended:
        audit.note(published_folder().parent, "a message's link", "subscription_ended")
    return ended


def _button(say: Speaker, token: str) -> str:
    return (
        f'<form method="post" action="?token={escape(token, quote=True)}&amp;lang={say.language}">'
        f'<button type="submit">{escape(say("messages.ending.button"))}</button></form>'
    )


def _page(say: Speaker, kind: str, status: int, more: str = "") -> HTMLResponse:
    body = (
        f'<!doctype html><html lang="{say.language}"><meta charset="utf-8"><title>Gần Dân</title>'
        '<meta name="viewport" content="width=device-width"><style>:root { color-scheme: light dark; }'
        "body { font: 16px/1.5 system-ui, sans-serif; max-width: 34em; margin: 15vh auto; padding: 0 20px; }"
        "button { font: inherit; padding: 6px 18px; }</style>"
        f"<h1>Gần Dân</h1><p>{escape(say(f'messages.ending.{kind}'))}</p>{more}</html>"
    )
    return HTMLResponse(body, status, headers=_HEADERS)
