"""Map layers as addresses of our own server: GeoJSON that never changes under its address."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from threading import Lock, Thread

from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from display.maps.layers import Borders, Layer, Members, encoded, encoded_borders, encoded_members
from store import releases, snapshot
from store.access import rules
from web.packing import BEST, chosen, packed
from web.readers import ReaderOf

_LARGE = 200_000
"""Bytes: the layer of a province has less than 60 kB, and is packed well enough."""
_BEST: LRUCache[Layer | Members | Borders, bytes] = LRUCache(maxsize=32)
_PACKING = Lock()

FOR_EVER = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
FOR_ITS_READER = FOR_EVER | {"cache-control": "private, max-age=3600", "vary": "accept-encoding, cookie"}


def routes(reader_of: ReaderOf) -> list[Route]:
    """The addresses of all layers; `reader_of` tells who asks for one."""

    async def units_layer(request: Request) -> Response:
        """The coloured units; 403 where the address shows more than its reader may see whole."""
        headers = await headers_for(request, reader_of)
        if headers is None:
            return PlainTextResponse("layer: sign in to see it", 403, headers={"cache-control": "no-store"})
        return await _reply(request, Layer, encoded, headers, waits=await waits_for(request, reader_of))

    return [
        Route("/layers/units.geojson", units_layer),
        Route("/layers/members.geojson", members_layer),
        Route("/layers/borders.geojson", borders_layer),
    ]


async def headers_for(request: Request, reader_of: ReaderOf) -> dict[str, str] | None:
    """How long what an address names may be kept, and by whom; None where whoever asks may not see it whole.

    The address says in `seen` whose figures it shows whole, in `dataset` and `snapshot` where they come from.
    """
    seen = request.query_params.get("seen", "")
    if seen and not await run_in_threadpool(lambda: rules.covers(reader_of(request), seen)):
        return None
    inside = await run_in_threadpool(_is_unreleased, request)
    return FOR_ITS_READER if seen or inside else FOR_EVER


async def waits_for(request: Request, reader_of: ReaderOf) -> bool:
    """Whether an address names a snapshot that waits for its release, which whoever asks may not see: it is none."""
    return await run_in_threadpool(lambda: _is_unreleased(request) and not reader_of(request).may("unreleased"))


def _is_unreleased(request: Request) -> bool:
    dataset, name = (request.query_params.get(key, "") for key in ("dataset", "snapshot"))
    return dataset in snapshot.DATASETS and not releases.is_public(dataset, name)


async def members_layer(request: Request) -> Response:
    return await _reply(request, Members, encoded_members)


async def borders_layer(request: Request) -> Response:
    return await _reply(request, Borders, encoded_borders)


async def _reply(
    request: Request,
    kind: type,
    encode: Callable[..., bytes],
    headers: dict[str, str] = FOR_EVER,
    *,
    waits: bool = False,
) -> Response:
    """The GeoJSON of a layer; 400 where the address is incomplete, 404 where it names nothing, or what `waits`."""
    try:
        layer = kind(**dict(request.query_params))
        if waits:
            raise KeyError(layer)
        packing = chosen(request.headers.get("accept-encoding", ""))
        body = await run_in_threadpool(_smallest, encode, layer, packing)
    except TypeError:
        return PlainTextResponse("layer: the address is incomplete", 400)
    except (snapshot.SnapshotTrouble, KeyError, ValueError):
        return PlainTextResponse("layer: there is none at this address", 404, headers={"cache-control": "no-store"})
    more = {"content-encoding": packing} if packing else {}
    return Response(body, media_type="application/geo+json", headers=headers | more)


def _smallest(encode: Callable[..., bytes], layer: Layer | Members | Borders, packing: str) -> bytes:
    """A layer in a packing, the best one where there has been time for it: that of a country is packed again, in a
    thread of its own and one at a time, for whoever asks next."""
    if packing == "br" and (best := _BEST.get(layer)):
        return best
    body = packed_layer(encode, layer, packing)
    if packing == "br" and len(body) > _LARGE and _PACKING.acquire(blocking=False):
        Thread(target=_pack_again, args=(encode, layer), daemon=True).start()
    return body


def _pack_again(encode: Callable[..., bytes], layer: Layer | Members | Borders) -> None:
    try:
        _BEST[layer] = packed(encode(layer), "br", BEST)
    finally:
        _PACKING.release()


@lru_cache(maxsize=96)
def packed_layer(encode: Callable[..., bytes], layer: Layer | Members | Borders, packing: str) -> bytes:
    """The GeoJSON of a layer in a packing; as it is where that is empty."""
    plain = encode(layer)
    return packed(plain, packing) if packing else plain
