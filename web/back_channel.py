"""The identity provider's word that somebody has signed out there: it ends their sign-ins here too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/auth/back-channel-logout"
_HEADERS = {"cache-control": "no-store"}
WhoSignedOut = Callable[[str], Awaitable[str | None]]


class NotNow(Exception):
    """The word cannot be checked or kept now; the provider may say it again."""


def routes(who: WhoSignedOut, end: Callable[[str], None]) -> list[Route]:
    """`who`: the provider's key of whom a logout token names, None where it does not hold; `end`: ends their sign-ins.

    Both raise NotNow. Replies are 200, 400 for a token that does not hold, and 503.
    """

    async def answer(request: Request) -> Response:
        sent = parse_qs((await request.body()).decode("utf-8", "replace"))
        try:
            key = await who((sent.get("logout_token") or [""])[0])
            if key is None:
                return Response("logout_token: is none of the identity provider's", 400, headers=_HEADERS)
            await run_in_threadpool(end, key)
        except NotNow:
            return Response("not now: say it again later", 503, headers=_HEADERS)
        return Response(status_code=200, headers=_HEADERS)

    return [Route(PATH, answer, methods=["POST"])]
