"""The front door: what a request must be like to be let in, and the headers that every reply leaves with."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import vitals
from web.settings import Settings

LONGEST_QUERY = 8_192
LARGEST_BODY = 64 * 1024
LARGEST_FORM = 12 * 2**20
"""A body sent to Streamlit's address for uploads: a workbook of 10 MB and what the form adds."""
MOST_CLIENTS = 20_000
UPLOADS = "_stcore/upload_file"
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' blob: 'wasm-unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
"""The Content-Security-Policy of every reply that brings none of its own.

No remote origin, no eval. `'unsafe-inline'` remains for styles alone: Streamlit and plotly write style elements and
attributes while they draw. `'wasm-unsafe-eval'` remains for deck.gl, which reads the map's files by WebAssembly;
it allows no evaluated JavaScript. `blob:` remains for scripts because Streamlit loads a component's script from one.
The few scripts within the page itself are named by their hashes (`web.document`).
"""
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
_HSTS = "max-age=31536000; includeSubDomains"
_LOG = logging.getLogger("gandan.door")


def policy(**more: str) -> str:
    """`POLICY` as a header, with further sources by directive (`script_src="'sha256-…'"`)."""
    added = {name.replace("_", "-"): sources for name, sources in more.items()}
    return "; ".join(f"{name} {f'{sources} {added.get(name, str())}'.strip()}" for name, sources in POLICY.items())


class Door:
    """Refuses what is too large, too often or for another host; hides what went wrong; adds the headers.

    A refusal is `application/problem+json` with 400, 413, 414, 429 or 503; what fails behind the door is a 500 with
    a number by which the service's log tells of it, and nothing else.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings | None = None,
        base_path: str = "",
        clock: Callable[[], float] = time.monotonic,
    ):
        """`base_path`: under which path of its host the service is reached, without slashes."""
        self.app, self._base_path = app, base_path
        self.settings = settings or Settings.from_environment()
        self._visits = Visits(self.settings.requests, clock)
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._session(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        out = _Reply(scope, send, self.settings)
        if refusal := self._refusal(scope):
            await out.problem(*refusal)
        else:
            body = _Body(receive, _largest(scope))
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
        if self._open >= self.settings.sessions:
            vitals.refused("sessions")
            await send({"type": "websocket.close", "code": 1013, "reason": "full"})
            return
        if refusal := self._refusal(scope):
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
            return
        self._open += 1
        vitals.SESSIONS.set(self._open)
        try:
            await self.app(scope, receive, send)
        finally:
            self._open -= 1
            vitals.SESSIONS.set(self._open)

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
        if _counts(scope["path"], self._base_path) and not self._visits.one_more(self._client(scope, headers)):
            vitals.refused("rate")
            return 429, "too many requests", f"at most {self.settings.requests} a minute"
        return None

    def _client(self, scope: Scope, headers: Headers) -> str:
        """Who asks: behind a proxy that is believed, the last address that it names."""
        peer = scope["client"][0] if scope.get("client") else ""
        named = headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()
        return named if named and self.settings.believes(peer) else peer


class Visits:
    """How often each client has come: a bucket that fills by `per_minute` a minute and holds as many."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def one_more(self, client: str) -> bool:
        """Whether a client may come once more now."""
        now = self._clock()
        left, then = self._left.pop(client, (float(self._per_minute), now))
        left = min(float(self._per_minute), left + max(now - then, 0.0) * self._per_minute / 60)
        self._left[client] = (max(left - 1, 0.0) if left >= 1 else left, now)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)
        return left >= 1


class TooLarge(Exception):
    """More of a body came than is taken."""


class _Body:
    """Counts a body while it comes: its length need not have been told."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive, self.largest, self._size = receive, largest, 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self.largest:
            raise TooLarge
        return message


class _Reply:
    """A reply on its way out: adds the headers and remembers its status."""

    def __init__(self, scope: Scope, send: Send, settings: Settings) -> None:
        self._scope, self._send, self._settings = scope, send, settings
        self.status, self.begun = 0, False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.begun = message["status"], True
            headers = MutableHeaders(raw=list(message.get("headers", [])))
            for name, value in _ALWAYS.items():
                headers.setdefault(name, value)
            headers.setdefault("content-security-policy", policy())
            if "frame-ancestors *" not in headers["content-security-policy"]:
                headers.setdefault("x-frame-options", "DENY")
            if self._settings.tls:
                headers["strict-transport-security"] = _HSTS
            message = {**message, "headers": headers.raw}
        await self._send(message)

    async def problem(self, status: int, title: str, detail: str) -> None:
        body = json.dumps({"type": "about:blank", "status": status, "title": title, "detail": detail}).encode()
        headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
        headers += [(b"cache-control", b"no-store")] + ([(b"retry-after", b"10")] if status == 429 else [])
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        bare = self._scope["method"] == "HEAD"
        await self.send({"type": "http.response.body", "body": b"" if bare else body})


def _largest(scope: Scope) -> int:
    return LARGEST_FORM if UPLOADS in scope["path"] else LARGEST_BODY


def _counts(path: str, base_path: str) -> bool:
    """Whether requests for a path are counted: what a page is made of, and what asks after our health, is not."""
    inner = path.removeprefix(f"/{base_path}".rstrip("/"))
    return not inner.startswith(("/static/", "/app/static/", "/_stcore/health", "/health", "/metrics"))


def _is_among(host: str, known: tuple[str, ...]) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]").lower()
    return any(name == one.lower() or (one.startswith("*.") and name.endswith(one[1:].lower())) for one in known)
