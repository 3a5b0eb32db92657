"""Bodies on their way in and replies on their way out: how large, with which headers, and how a refusal is told."""

from __future__ import annotations

import json

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from web.settings import Settings

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


def policy(**more: str) -> str:
    """`POLICY` as a header, with further sources by directive (`script_src="'sha256-…'"`)."""
    added = {name.replace("_", "-"): sources for name, sources in more.items()}
    return "; ".join(f"{name} {f'{sources} {added.get(name, str())}'.strip()}" for name, sources in POLICY.items())


class TooLarge(Exception):
    """More of a body came than is taken."""


class Body:
    """Counts a body while it comes: its length need not have been told."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive, self.largest, self._size = receive, largest, 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self.largest:
            raise TooLarge
        return message


class Reply:
    """A reply on its way out: adds the headers and remembers its status."""

    def __init__(self, scope: Scope, send: Send, settings: Settings, keep_nowhere: bool) -> None:
        """`keep_nowhere`: neither a browser nor a proxy keeps the reply."""
        self._scope, self._send, self._settings, self._keep_nowhere = scope, send, settings, keep_nowhere
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
            if self._keep_nowhere:
                headers["cache-control"] = "no-store"
            if self._settings.tls:
                headers["strict-transport-security"] = _HSTS
                _make_secure(headers)
            message = {**message, "headers": headers.raw}
        await self._send(message)

    async def problem(self, status: int, title: str, detail: str) -> None:
        body = json.dumps({"type": "about:blank", "status": status, "title": title, "detail": detail}).encode()
        headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
        headers += [(b"cache-control", b"no-store")] + ([(b"retry-after", b"10")] if status == 429 else [])
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        bare = self._scope["method"] == "HEAD"
        await self.send({"type": "http.response.body", "body": b"" if bare else body})


def _make_secure(headers: MutableHeaders) -> None:
    """Cookies of a service over TLS go over nothing else; Streamlit leaves that out."""
    cookies = headers.getlist("set-cookie")
    del headers["set-cookie"]
    for cookie in cookies:
        words = [word.strip().lower() for word in cookie.split(";")]
        headers.append("set-cookie", cookie if "secure" in words else f"{cookie}; Secure")
