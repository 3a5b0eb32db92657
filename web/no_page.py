"""Addresses that are no page: Streamlit would open its first page there under a dialog of its own, in English."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from display.words.text import LANGUAGES, Speaker
from web import who_may

_LONGEST = 60


class NoPage:
    """Leads other spellings of a page's address to that page, and says in the reader's language where there is none."""

    def __init__(self, app: ASGIApp, paths: Collection[str], base_path: str = "") -> None:
        """`paths`: of the pages, the first one also the app's own address."""
        self.app, self._first, self._paths = app, next(iter(paths)), frozenset(paths)
        self._below = f"/{base_path}".rstrip("/") + "/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) if scope["type"] == "http" and _asks_for_page(scope) else None
        await (answer or self.app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        """None for a page's own address, and for what is none of the framework's page."""
        if not scope["path"].startswith(self._below):
            return None
        asked = scope["path"].removeprefix(self._below)
        page = asked.strip("/").lower()
        if not asked or _is_other(asked) or (asked == page and page in self._paths - {self._first}):
            return None
        if page and page not in self._paths:
            return _nowhere(scope, self._below, asked)
        query = scope["query_string"].decode("latin-1")
        address = self._below + ("" if page in ("", self._first) else page)
        return RedirectResponse(address + (f"?{query}" if query else ""), 308)


def _asks_for_page(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _is_other(asked: str) -> bool:
    """An address with a rule of its own, or a file."""
    return who_may.resource(f"/{asked}") != who_may.DOCUMENT or "." in asked.rsplit("/", 1)[-1]


def _nowhere(scope: Scope, home: str, asked: str) -> HTMLResponse:
    language = HTTPConnection(scope).query_params.get("lang")
    say = Speaker(language if language in LANGUAGES else LANGUAGES[0])
    words = escape(say("address.unknown", address=asked[:_LONGEST]))
    link = f'<a href="{quote(home)}?lang={say.language}">{escape(say("address.unknown.link"))}</a>'
    body = (
        f'<!doctype html><html lang="{say.language}"><meta charset="utf-8">'
        f"<title>{escape(say('address.unknown.title'))} · Gần Dân</title>"
        '<meta name="viewport" content="width=device-width"><style>:root { color-scheme: light dark; }'
        "body { font: 16px/1.5 system-ui, sans-serif; max-width: 34em; margin: 15vh auto; padding: 0 20px; }"
        "h1 { font-size: 1.5em; } p { overflow-wrap: anywhere; }</style>"
        f"<h1>{escape(say('address.unknown.title'))}</h1><p>{words}</p><p>{link}</p></html>"
    )
    return HTMLResponse(body, 404, headers={"cache-control": "no-store"})
