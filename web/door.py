"""The front door: what a request must be like to be let in, and the headers that every reply leaves with."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from store.access import rules
from store.access.rules import PUBLIC
from web import handed_out, vitals, who_may
from web.crowd import ARRIVALS
from web.handed_out import PAGES
from web.limits import Buckets, Places, client_of
from web.readers import ReaderOf
from web.replies import Body, Reply, TooLarge
from web.settings import Settings
from web.sockets import Socket

LONGEST_QUERY = 8_192
LARGEST_BODY = 64 * 1024
LARGEST_FORM = 12 * 2**20
"""A body sent to Streamlit's address for uploads: a workbook of 10 MB and what the form adds."""
UPLOADS = "/_stcore/upload_file/"
UPLOADED_BY_ONE = 120 * 2**20
"""Bytes an hour of one reader, whatever session the address names; a form of a whole country has less than 10 MB."""
_BURSTS = 6
"""Reruns that were saved up may come at once, but a sixth of a minute's: drawing three hundred takes half a minute."""
_STATIC_TIMES = 20
"""A page is made of a hundred files and more, which a browser keeps."""
_LOG = logging.getLogger("gandan.door")
_FILES = ("/static/", "/app/static/", "/_stcore/component/", "/component/")
_HEALTH = frozenset({"/_stcore/health", "/health", "/health/live", "/metrics"})


class Door:
    """Refuses what is too large, too often or for another host; hides what went wrong; adds the headers.

    Who may ask for which address is what `web.who_may` and the table of rules say, and nothing else decides it. A
    refusal is `application/problem+json` with 400, 403, 404, 413, 414, 429 or 503; what fails behind the door is a 500
    with a number by which the service's log tells of it, and nothing else.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings | None = None,
        base_path: str = "",
        clock: Callable[[], float] = time.monotonic,
        reader_of: ReaderOf = lambda _: PUBLIC,
        keeps_places: bool = False,
    ):
        """`base_path`: under which path of its host the service is reached, without slashes; `reader_of`: who asks;
        `keeps_places`: whether readers sign in, for whom places are kept."""
        self.app, self._base_path, self._reader_of = app, base_path, reader_of
        self.settings = settings or Settings.from_environment()
        self._visits = Buckets(self.settings.requests, clock)
        self._files = Buckets(_STATIC_TIMES * self.settings.requests, clock)
        self._reruns = Buckets(self.settings.reruns, clock, holds=max(self.settings.reruns / _BURSTS, 5))
        self._uploads = Buckets(self.settings.uploads * 2**20 / 60, clock, holds=self.settings.uploads * 2**20)
        self._of_reader = Buckets(UPLOADED_BY_ONE / 60, clock, holds=UPLOADED_BY_ONE)
        kept = self.settings.sessions * self.settings.kept_share // 100 if keeps_places else 0
        self._places = Places(self.settings.sessions, self.settings.pages_of_one, kept)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._session(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        is_file = handed_out.is_handed_out(_inner(scope["path"], self._base_path))
        out = Reply(scope, send, self.settings, keep_nowhere=is_file)
        if refusal := self._refusal(scope):
            await out.problem(*refusal)
        else:
            body = Body(receive, _largest(scope))
            try:
                await self.app(scope, body.receive, out.send)
            except TooLarge:
                await out.problem(413, "too large", f"at most {body.largest} bytes")
            except Exception:
                number = secrets.token_hex(4)
                _LOG.exception("request %s failed: %s %s", number, scope["method"], scope["path"])
                if out.begun:  # half of the reply has gone out: only breaking off says that it is not whole
                    raise
                await out.problem(500, "failed", f"the service's log tells of it under {number}")
        vitals.asked(scope["path"], out.status, time.perf_counter() - started)

    async def _session(self, scope: Scope, receive: Receive, send: Send) -> None:
        if refusal := self._refusal(scope):
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
            return
        asks = HTTPConnection(scope)
        reader = self._reader_of(asks)
        # A reader with a role is not to wait for those without.
        client, known = self._client(scope, Headers(scope=scope)), bool(reader.grants)
        if not self._places.take(client, known):
            vitals.refused("sessions")
            await send({"type": "websocket.close", "code": 1013, "reason": "full"})
            return
        vitals.SESSIONS.set(self._places.open)
        if not known:
            ARRIVALS.opened()
        page = PAGES.opened(handed_out.owner(asks.cookies, reader), client)
        socket = Socket(
            receive,
            send,
            client=client,
            reruns=None if known else self._reruns,
            tell=lambda message: PAGES.told(page, message),
            stands=lambda: not known or self._reader_of(asks) == reader,
        )
        try:
            await self.app(_named(scope, page), socket.receive, socket.send)
        finally:
            PAGES.closed(page)
            self._places.leave(client, known)
            vitals.SESSIONS.set(self._places.open)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        """Status, title and detail of why a request is not let in."""
        headers = Headers(scope=scope)
        if self.settings.hosts and not _is_among(headers.get("host", ""), self.settings.hosts):
            vitals.refused("host")
            return 400, "unknown host", "this service does not answer to that name"
        if len(scope["query_string"]) > LONGEST_QUERY:
            vitals.refused("query")
            return 414, "address too long", f"at most {LONGEST_QUERY} characters after the question mark"
        length = headers.get("content-length", "0")
        if scope["type"] == "http" and (not length.isdecimal() or int(length) > _largest(scope)):
            vitals.refused("size")
            return 413, "too large", f"at most {_largest(scope)} bytes"
        if not self._counted(scope["path"]).take(self._client(scope, headers)):
            vitals.refused("rate")
            return 429, "too many requests", f"at most {self.settings.requests} a minute"
        if scope["type"] != "http":
            return self._refused_address(scope)
        return self._refused_address(scope) or self._refused_upload(scope, int(length)) or self._refused_file(scope)

    def _counted(self, path: str) -> Buckets:
        """Where a request for a path is counted: of what a page is made of there may be more."""
        inner = _inner(path, self._base_path)
        return self._files if inner.startswith(_FILES) or inner in _HEALTH else self._visits

    def _refused_upload(self, scope: Scope, length: int) -> tuple[int, str, str] | None:
        """Of each session and of all no more than memory holds."""
        if not _is_upload(scope, self._base_path) or scope["method"] in ("OPTIONS", "DELETE"):
            return None
        reader = self._reader_of(HTTPConnection(scope))
        size = length or LARGEST_FORM  # one that does not tell its length is counted as the largest
        if not (self._of_reader.take(reader.name, size) and self._uploads.take("all", size)):
            vitals.refused("upload")
            return 429, "too many files", "try again in an hour, or publish from the command line"
        return None

    def _refused_address(self, scope: Scope) -> tuple[int, str, str] | None:
        """What the framework answers beyond what is needed here, and what the table of rules does not let the reader
        ask for; a question about an address (OPTIONS) asks for nothing of it."""
        rule = who_may.resource(_inner(scope["path"], self._base_path))
        if rule is None:
            vitals.refused("closed")
            return 404, "not found", "there is nothing at this address"
        if rules.RULES[rule].role is None or scope.get("method") == "OPTIONS" or self._may(HTTPConnection(scope), rule):
            return None
        name = rule.removeprefix("route.")
        vitals.refused(name)
        return 403, "not allowed", f"{name}: for those whom the table of rules names"

    def _may(self, asks: HTTPConnection, rule: str) -> bool:
        if rule == vitals.RULE:
            return vitals.may_collect(asks, self.settings.metrics_token, self._reader_of)
        return self._reader_of(asks).may(rule)

    def _refused_file(self, scope: Scope) -> tuple[int, str, str] | None:
        """What a page hands out is for whoever has that page open."""
        inner = _inner(scope["path"], self._base_path)
        if not handed_out.is_handed_out(inner) or scope["method"] == "OPTIONS":
            return None
        asks = HTTPConnection(scope)
        if PAGES.may(handed_out.owner(asks.cookies, self._reader_of(asks)), inner):
            return None
        vitals.refused("file")
        return 403, "not yours", "a file is handed out to the page that made it, while that is open"

    def _client(self, scope: Scope, headers: Headers) -> str:
        """Who asks: behind a proxy that is believed, the last address that it names."""
        peer = scope["client"][0] if scope.get("client") else ""
        named = headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()
        return client_of(named if named and self.settings.believes(peer) else peer)


def _largest(scope: Scope) -> int:
    return LARGEST_FORM if UPLOADS in scope["path"] else LARGEST_BODY


def _is_upload(scope: Scope, base_path: str) -> bool:
    return _inner(scope["path"], base_path).startswith(UPLOADS)


def _inner(path: str, base_path: str) -> str:
    """A path without the one below which the service stands."""
    return path.removeprefix(f"/{base_path}".rstrip("/"))


def _named(scope: Scope, page: str) -> Scope:
    """A page's request with the name of the page, and without what the browser says that this is."""
    name = handed_out.SOCKET_HEADER.encode()
    others = [line for line in scope["headers"] if line[0].lower() != name]
    return {**scope, "headers": [*others, (name, page.encode())]}


def _is_among(host: str, known: tuple[str, ...]) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]").lower()
    return any(name == one.lower() or (one.startswith("*.") and name.endswith(one[1:].lower())) for one in known)
