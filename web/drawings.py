"""The picture of likely ranks at its address, for whoever may see the figures in it."""

from __future__ import annotations

from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from display.drawing import addressed
from store import snapshot
from web import packing
from web.map_layers import headers_for, waits_for
from web.readers import ReaderOf


def routes(reader_of: ReaderOf) -> list[Route]:
    """The address of all pictures; `reader_of` tells who asks for one."""

    async def places(request: Request) -> Response:
        """403 where the address shows more than its reader may see, 400 and 404 where it names no picture."""
        headers = await headers_for(request, reader_of)
        if headers is None:
            return PlainTextResponse("drawing: sign in to see it", 403, headers={"cache-control": "no-store"})
        kind = packing.chosen(request.headers.get("accept-encoding", ""))
        try:
            drawing = addressed.Drawing(**dict(request.query_params))
            if await waits_for(request, reader_of):
                raise KeyError(drawing)
            body = await run_in_threadpool(_body, drawing, kind)
        except TypeError:
            return PlainTextResponse("drawing: the address is incomplete", 400)
        except (snapshot.SnapshotTrouble, KeyError, ValueError):
            return PlainTextResponse(
                "drawing: there is none at this address", 404, headers={"cache-control": "no-store"}
            )
        packed_as = {"content-encoding": kind} if kind else {}
        return Response(body, media_type="image/svg+xml", headers=headers | packed_as)

    return [Route(addressed.PATH, places)]


@lru_cache(maxsize=64)
def _body(drawing: addressed.Drawing, kind: str) -> bytes:
    plain = addressed.drawn(drawing).encode("utf-8")
    return packing.packed(plain, kind) if kind else plain
