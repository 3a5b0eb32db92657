"""Map layers as addresses of our own server: GeoJSON that never changes under its address."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from display.maps.layers import Borders, Layer, Members, encoded, encoded_borders, encoded_members
from store import releases, snapshot
from store.access import rules
from store.access.rules import Reader
from web.readers import ReaderOf

_FOR_EVER = {
    "cache-control": "public, max-age=31536000, immutable",
    "content-encoding": "gzip",
    "vary": "accept-encoding",
}
_FOR_ITS_READER = _FOR_EVER | {"cache-control": "private, max-age=3600", "vary": "accept-encoding, cookie"}


def routes(reader_of: ReaderOf) -> list[Route]:
    """The addresses of all layers; `reader_of` tells who asks for one."""

    async def units_layer(request: Request) -> Response:
        """The coloured units; 403 where the address shows more than its reader may see whole or before its release."""
        seen = request.query_params.get("seen", "")
        inside = await run_in_threadpool(_is_unreleased, request)
        if (seen or inside) and not await run_in_threadpool(lambda: _may(reader_of(request), seen, inside)):
            return PlainTextResponse("layer: sign in to see it", 403, headers={"cache-control": "no-store"})
        return await _reply(request, Layer, encoded, _FOR_ITS_READER if seen or inside else _FOR_EVER)

    return [
        Route("/layers/units.geojson", units_layer),
        Route("/layers/members.geojson", members_layer),
        Route("/layers/borders.geojson", borders_layer),
    ]


def _is_unreleased(request: Request) -> bool:
    dataset, name = (request.query_params.get(key, "") for key in ("dataset", "snapshot"))
    return dataset in snapshot.DATASETS and not releases.is_public(dataset, name)


def _may(reader: Reader, seen: str, inside: bool) -> bool:
    return rules.covers(reader, seen) and (not inside or reader.may("unreleased"))


async def members_layer(request: Request) -> Response:
    return await _reply(request, Members, encoded_members)


async def borders_layer(request: Request) -> Response:
    return await _reply(request, Borders, encoded_borders)


async def _reply(
    request: Request, kind: type, encode: Callable[..., bytes], headers: dict[str, str] = _FOR_EVER
) -> Response:
    """The GeoJSON of a layer; 400 where the address is incomplete, 404 where it names nothing."""
    try:
        layer = kind(**dict(request.query_params))
        body = await run_in_threadpool(encode, layer)
    except TypeError:
        return PlainTextResponse("layer: the address is incomplete", 400)
    except (snapshot.SnapshotTrouble, KeyError, ValueError):
        return PlainTextResponse("layer: there is none at this address", 404)
    return Response(body, media_type="application/geo+json", headers=headers)
