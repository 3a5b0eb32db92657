"""The HTML document around the app: its language and title, and one address for its server."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import handed_out, packing, replies

_TITLE = "<title>Streamlit</title>"
_HEAD_ENDS = "</head>"
_ICON, _NO_ICON = 'href="./favicon.png"', 'href="data:,"'
_FONT = "app/static/fonts/be-vietnam-pro-400-normal.woff2"
"""What text is drawn in before any style sheet has said so."""
_FIRST_LOOK = Path(__file__).with_name("first_look.html").read_text(encoding="utf-8").strip()


class Document:
    """Rewrites Streamlit's page: `<html lang>` is the reader's language, and the title is ours.

    Streamlit's client looks for its server below the page's own address first, which costs two
    refused requests on every page but the first; the base address given here spares them. What else the client would
    ask for before it draws (`known`) stands in the page too.
    """

    def __init__(
        self,
        app: ASGIApp,
        base_path: str = "",
        known: Mapping[str, Any] | None = None,
        head: str = "",
        token: Callable[[HTTPConnection], str] = lambda _: "",
    ) -> None:
        """`known`: further entries of `window.__streamlit`, such as the theme; `head`: further lines of the head;
        `token`: the `Set-Cookie` line without which the client's first message counts for nobody."""
        self.app, self._base_path, self._known, self._head = app, base_path, dict(known or {}), head
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _asks_for_page(scope):
            await self.app(scope, receive, send)
            return
        plain = dict(scope, headers=[(k, v) for k, v in scope["headers"] if k not in (b"accept-encoding", b"range")])
        asks = HTTPConnection(scope)
        own = "" if handed_out.BROWSER in asks.cookies else handed_out.cookie(self._base_path)
        kind = packing.chosen(Headers(scope=scope).get("accept-encoding", ""))
        page = _Page(_language(scope), self._base_path, json.dumps(self._known, sort_keys=True), self._head)
        await self.app(plain, receive, _Rewriter(send, page, kind, [own, self._token(asks)]).send)


def _asks_for_page(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _language(scope: Scope) -> str:
    return "en" if parse_qs(scope["query_string"].decode("latin-1")).get("lang") == ["en"] else "vi"


@dataclass(frozen=True)
class _Page:
    """What a rewritten page depends on besides the one that came."""

    language: str
    base_path: str
    known: str
    head: str


class _Rewriter:
    """Holds a reply back until it is whole, and sends it on with the page rewritten and packed."""

    def __init__(self, send: Send, page: _Page, kind: str, cookies: Sequence[str]) -> None:
        """`kind`: as `packing.chosen`; `cookies`: lines for a browser, empty ones for what it has."""
        self._send, self._page, self._kind = send, page, kind
        self._cookies = [line for line in cookies if line]
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
        body, policy = _finished(page, self._page, self._kind)
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(body))
        headers["cache-control"] = "no-cache"
        headers["content-security-policy"] = policy
        headers.add_vary_header("Accept-Encoding")
        if self._kind:
            headers["content-encoding"] = self._kind
        for line in self._cookies if _TITLE in page else ():  # an embed in another site's page needs none
            headers.append("set-cookie", line)
        for name in ("etag", "last-modified"):
            if name in headers:
                del headers[name]
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})


@lru_cache(maxsize=16)
def _finished(page: str, of: _Page, kind: str) -> tuple[bytes, str]:
    """A page as it goes out, and its policy: the framework's own is the same for all readers of a language."""
    text = rewritten(page, of.language, of.base_path, json.loads(of.known))
    if _TITLE in page:  # an embed is a page of its own
        text = text.replace(_HEAD_ENDS, of.head + _HEAD_ENDS, 1)
    body = text.encode("utf-8")
    return packing.packed(body, kind) if kind else body, replies.policy(script_src=script_hashes(text))


def script_hashes(page: str) -> str:
    """The scripts within a page, as a Content-Security-Policy names them."""
    found = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in found]
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def rewritten(page: str, language: str, base_path: str = "", known: Mapping[str, Any] | None = None) -> str:
    """Streamlit's page in the reader's language, with our title, our font in place of its own, and without its icon,
    which ours replaces as soon as a page is drawn; `first_look.html` holds the page back until it stands."""
    more = "".join(f",{name}:{_within_script(value)}" for name, value in (known or {}).items())
    script = f'<script>window.__streamlit={{BACKEND_BASE_URL:location.origin+"/{base_path}"{more}}}</script>'
    page = page.replace('<html lang="en">', f'<html lang="{language}">', 1)
    first = _FIRST_LOOK.replace("PATH", f"/{base_path}")
    page = page.replace(_TITLE, f"<title>Gần Dân</title>{script}{first}", 1).replace(_ICON, _NO_ICON, 1)
    start = page.find('<link\n      rel="preload"')
    if start >= 0:
        font = f"/{base_path}/{_FONT}" if base_path else f"/{_FONT}"
        ours = f'<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin>'
        page = page[:start] + ours + page[page.index("/>", start) + 2 :]
    return page


def _within_script(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
