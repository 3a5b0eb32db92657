"""A crowd of the public: the app answers those who come first and sends the others to the static site's page of the
same commune, with a sentence that says why."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection
from html import escape
from threading import Lock
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from display.words.text import LANGUAGES, Speaker
from store import units
from store.access.rules import PUBLIC
from store.reference import province_name, province_names
from web import vitals
from web.readers import ReaderOf
from web.turns import TURNS

WAIT = "wait"
"""In an address: whoever asks so waits for a turn instead, such as somebody who is about to sign in."""
SECONDS = 8
"""After so many the static page opens by itself."""
_ON_THE_WAY_SECONDS = 20.0
"""A browser that has the document but opens no page by then won't."""
Place = tuple[str, str]
"""A page's path below the static site, and whose page it is; empty for that of the whole site."""


class Arrivals:
    """Readers without a role who were let in and whose page has not begun to be drawn: with those that wait for their
    turn they are `most` at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._on_the_way: deque[float] = deque()

    def come(self, waiting: int, most: int) -> bool:
        """Whether one more may come while so many wait for their turn; the one is on the way then."""
        with self._lock:
            now = self._clock()
            while self._on_the_way and now - self._on_the_way[0] > _ON_THE_WAY_SECONDS:
                self._on_the_way.popleft()
            if len(self._on_the_way) + waiting >= most:
                return False
            self._on_the_way.append(now)
            return True

    def opened(self) -> None:
        """A page of somebody without a role has been opened."""
        with self._lock:
            if self._on_the_way:
                self._on_the_way.popleft()


ARRIVALS = Arrivals()
"""Those of this replica."""


class Crowd:
    """Answers a request for a page by the way to the static site where too many readers without a role wait already.

    Without a static site everybody is let in, and waits. Readers with a role are never sent on.
    """

    def __init__(
        self,
        app: ASGIApp,
        paths: Collection[str],
        site: str = "",
        most: int = 8,
        base_path: str = "",
        reader_of: ReaderOf = lambda _: PUBLIC,
        arrivals: Arrivals = ARRIVALS,
        waiting: Callable[[], int] = TURNS.waiting,
    ) -> None:
        """`paths`: of the app's pages; `site`: the static site's address; `most`: how many may wait or come at once."""
        self.app, self._site, self._most, self._reader_of = app, site.rstrip("/"), most, reader_of
        below = f"/{base_path}".rstrip("/")
        self._pages = {f"{below}/{path}" for path in paths} | {f"{below}/"}
        self._arrivals, self._waiting = arrivals, waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = None
        if self._site and scope["type"] == "http" and scope["path"] in self._pages and _asks_for_document(scope):
            answer = self._answer(HTTPConnection(scope))
        await (answer or self.app)(scope, receive, send)

    def _answer(self, asks: HTTPConnection) -> HTMLResponse | None:
        if self._reader_of(asks).grants or WAIT in asks.query_params:
            return None
        if self._arrivals.come(self._waiting(), self._most):
            return None
        vitals.refused("crowd")
        return _sent_on(asks, self._site)


def _asks_for_document(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def place_of(unit: str, province: str, language: str) -> Place:
    """The static page of what a link asks for: of the commune, of the one that a former commune went to, of the
    province, else the first page."""
    below = "" if language == "vi" else f"{language}/"
    if len(codes := units.today(unit)) == 1:
        return f"{below}don-vi/{codes[0]}.html", str(units.known(codes[0])["full_name"])
    if province in province_names():
        return f"{below}tinh/{province}.html", province_name(province)
    return f"{below}index.html", ""


def _sent_on(asks: HTTPConnection, site: str) -> HTMLResponse:
    query = asks.query_params
    language = query.get("lang")
    say = Speaker(language if language in LANGUAGES else LANGUAGES[0])
    path, name = place_of(query.get("unit", ""), query.get("province", ""), say.language)
    title, link = escape(say("crowd.title")), escape(f"{site}/{path}")
    words = say("crowd.of_place", place=name, n=SECONDS) if name else say("crowd.of_all", n=SECONDS)
    again = escape(f"{quote(asks.scope['path'])}?{urlencode([*query.multi_items(), (WAIT, '1')])}")
    body = (
        f'<!doctype html><html lang="{say.language}"><meta charset="utf-8"><title>{title} · Gần Dân</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="refresh" content="{SECONDS}; url={link}">'
        "<style>:root { color-scheme: light dark; }"
        "body { font: 16px/1.5 system-ui, sans-serif; max-width: 34em; margin: 15vh auto; padding: 0 20px; }"
        "h1 { font-size: 1.5em; } p { overflow-wrap: anywhere; }</style>"
        f'<h1>{title}</h1><p>{escape(words)}</p><p><a href="{link}">{escape(say("crowd.link"))}</a></p>'
        f'<p><a href="{again}">{escape(say("crowd.wait"))}</a></p></html>'
    )
    return HTMLResponse(body, 503, headers={"cache-control": "no-store", "retry-after": "60"})
