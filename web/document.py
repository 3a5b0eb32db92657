"""The HTML document around the app: its language and title, and one address for its server."""

from __future__ import annotations

import base64
import hashlib
import re
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import handed_out, replies

_TITLE = "<title>Streamlit</title>"


class Document:
    """Rewrites Streamlit's page: `<html lang>` is the reader's language, and the title is ours.

    Streamlit's client looks for its server below the page's own address first, which costs two
    refused requests on every page but the first; the base address given here spares them.
    """

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        self.app, self._base_path = app, base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _asks_for_page(scope):
            await self.app(scope, receive, send)
            return
        plain = dict(scope, headers=[(k, v) for k, v in scope["headers"] if k not in (b"accept-encoding", b"range")])
        known = handed_out.BROWSER in HTTPConnection(scope).cookies
        await self.app(plain, receive, _Rewriter(send, _language(scope), self._base_path, known).send)


def _asks_for_page(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _language(scope: Scope) -> str:
    return "en" if parse_qs(scope["query_string"].decode("latin-1")).get("lang") == ["en"] else "vi"


class _Rewriter:
    """Holds a reply back until it is whole, and sends it on with the page rewritten."""

    def __init__(self, send: Send, language: str, base_path: str, known: bool) -> None:
        """`known`: the browser has its cookie."""
        self._send, self._language, self._base_path, self._known = send, language, base_path, known
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            self._start = message if kind.startswith("text/html") else None
            if self._start is None:
                await self._send(message)
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        page = self._body.decode("utf-8")
        body = rewritten(page, self._language, self._base_path).encode("utf-8")
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(body))
        headers["cache-control"] = "no-cache"
        headers["content-security-policy"] = replies.policy(script_src=script_hashes(body.decode("utf-8")))
        if not self._known and _TITLE in page:  # an embed in another site's page hands out no files
            headers.append("set-cookie", handed_out.cookie(self._base_path))
        for name in ("etag", "last-modified"):
            if name in headers:
                del headers[name]
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})


def script_hashes(page: str) -> str:
    """The scripts within a page, as a Content-Security-Policy names them."""
    found = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in found]
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def rewritten(page: str, language: str, base_path: str = "") -> str:
    """Streamlit's page in the reader's language, with our title and without its unused font."""
    script = f'<script>window.__streamlit={{BACKEND_BASE_URL:location.origin+"/{base_path}"}}</script>'
    page = page.replace('<html lang="en">', f'<html lang="{language}">', 1)
    page = page.replace(_TITLE, f"<title>Gần Dân</title>{script}", 1)
    start = page.find('<link\n      rel="preload"')
    if start >= 0:
        page = page[:start] + page[page.index("/>", start) + 2 :]
    return page
