"""Signing out: by a form of this service alone, so no picture, link or page of another site can do it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from display.words.text import LANGUAGES, Speaker
from web import vitals

PATH = "/auth/logout"
_NO_STORE = {"cache-control": "no-store"}


class SignOut:
    """Takes POST from a page of this origin and lets Streamlit, which signs out by GET, do the rest.

    GET signs nobody out: it is answered with 405 and a page with the button. After a POST the browser is led on by a
    header, not by a redirect: the policy for forms holds for those too, and the provider is another origin.
    """

    def __init__(
        self,
        app: ASGIApp,
        base_path: str = "",
        end: Callable[[HTTPConnection], None] = lambda _: None,
        origin: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`end`: ends what the service knows of the sign-in of whoever asks; `origin`: ours as browsers know it."""
        self.app, self._path = app, f"/{base_path}".rstrip("/") + PATH
        self._end, self._origin = end, origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rstrip("/") != self._path:
            await self.app(scope, receive, send)
        elif scope["method"] != "POST":
            await _page(scope, 405, "ask", {"allow": "POST"})(scope, receive, send)
        elif not self._is_ours(scope):
            vitals.refused("sign-out")
            await _page(scope, 403, "refused", {})(scope, receive, send)
        else:
            await run_in_threadpool(self._end, HTTPConnection(scope))
            await self.app({**scope, "method": "GET"}, receive, _LedOn(scope, send).send)

    def _is_ours(self, scope: Scope) -> bool:
        """What the browser says of where the form stood; one too old to say so tells the origin at least."""
        headers = Headers(scope=scope)
        if site := headers.get("sec-fetch-site"):
            return site == "same-origin"
        told = headers.get("origin", "")
        return bool(told) and (told == self._origin() or urlsplit(told).netloc == headers.get("host"))


class _LedOn:
    """Sends a page that leads on to where a redirect would, with the cookies that the redirect takes away."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send, self._done = scope, send, False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
            self._done = True
            before = Headers(raw=message["headers"])
            page = _page(self._scope, 200, "done", {"refresh": f"0; url={before['location']}"}, before["location"])
            headers = MutableHeaders(raw=list(page.raw_headers))
            for cookie in before.getlist("set-cookie"):
                headers.append("set-cookie", cookie)
            await self._send({"type": "http.response.start", "status": 200, "headers": headers.raw})
            await self._send({"type": "http.response.body", "body": page.body})
        elif not self._done:
            await self._send(message)


def form(say: Speaker, path: str) -> str:
    """The button that signs out, as markup; `path`: of the service's own address for it."""
    return (
        f'<form class="gd-sign-out" method="post" action="{escape(path)}?lang={say.language}">'
        f'<button type="submit">{escape(say("access.sign_out"))}</button></form>'
    )


def _page(scope: Scope, status: int, kind: str, headers: dict[str, str], onward: str = "") -> HTMLResponse:
    asked = HTTPConnection(scope).query_params.get("lang")
    say = Speaker(asked if asked in LANGUAGES else LANGUAGES[0])
    link = f'<p><a href="{escape(onward)}">{escape(say("access.sign_out.onward"))}</a></p>' if onward else ""
    body = (
        f'<!doctype html><html lang="{say.language}"><meta charset="utf-8"><title>Gần Dân</title>'
        '<meta name="viewport" content="width=device-width"><style>:root { color-scheme: light dark; }'
        "body { font: 16px/1.5 system-ui, sans-serif; max-width: 34em; margin: 15vh auto; padding: 0 20px; }"
        "button { font: inherit; padding: 6px 18px; }</style>"
        f"<h1>Gần Dân</h1><p>{escape(say(f'access.sign_out.{kind}'))}</p>"
        f"{form(say, scope['path']) if kind != 'done' else link}</html>"
    )
    return HTMLResponse(body, status, headers=_NO_STORE | headers)
