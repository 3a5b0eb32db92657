"""Map layers as addresses of our own server: GeoJSON that never changes under its address.

An address names everything that shapes the layer (snapshot, boundaries, measure, period, scope,
language, theme), so any replica can answer it and any cache may keep it for ever.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from urllib.parse import urlencode

import polars as pl
import shapely
import shapely.geometry
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ranking import __version__
from ranking.measures import Measure
from ranking.periods import parse
from ranking.tables import COUNTRY
from ui import access, map_borders, map_members, numbers, sign_in, store, tables
from ui.colouring import COMPARABLE, WAYS, Coloured, Reader, coloured
from ui.palette import palette, rgb
from ui.text import LANGUAGES, Speaker, texts

_FOR_EVER = {
    "cache-control": "public, max-age=31536000, immutable",
    "content-encoding": "gzip",
    "vary": "accept-encoding",
}
_FOR_ITS_READER = _FOR_EVER | {"cache-control": "private, max-age=3600", "vary": "accept-encoding, cookie"}
_DIGITS = {"geometry": 4, "geometry_country": 3}


@dataclass(frozen=True)
class Layer:
    """Everything that a layer depends on.

    `shape` is `area` or `symbol`, `way` one of `colouring.WAYS`, `since` the earlier period of a change,
    `beside` another period that is shown beside this one in the same classes, `seen` the provinces whose figures
    are shown whole (`access.code_of`): whoever asks must be one who sees them.
    """

    dataset: str
    snapshot: str
    measure: str
    basis: str
    period: str
    scope: str
    shape: str
    language: str
    theme: str
    boundaries: str = ""
    way: str = "value"
    since: str = ""
    edition: str = ""
    beside: str = ""
    seen: str = ""

    def address(self) -> str:
        return "/layers/units.geojson?" + urlencode(asdict(self))


@dataclass(frozen=True)
class Members:
    """The old communes of a scope with lines to their new seats: the same for every measure and period."""

    scope: str
    language: str
    lineage: str
    edition: str

    def address(self) -> str:
        return "/layers/members.geojson?" + urlencode(asdict(self))


@dataclass(frozen=True)
class Borders:
    """Province borders and the names of the archipelagos; `boundaries` is empty where none are prepared."""

    scope: str
    language: str
    boundaries: str
    edition: str

    def address(self) -> str:
        return "/layers/borders.geojson?" + urlencode(asdict(self))


async def units_layer(request: Request) -> Response:
    """The coloured units; 403 where the address shows more than its reader may see whole."""
    seen = request.query_params.get("seen", "")
    if not await run_in_threadpool(_may_see, request, seen):
        return PlainTextResponse("layer: sign in to see it", 403, headers={"cache-control": "no-store"})
    return await _reply(request, Layer, encoded, _FOR_EVER if not seen else _FOR_ITS_READER)


def _may_see(request: Request, seen: str) -> bool:
    return not seen or access.covers(sign_in.of_request(request), seen)


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
    except (store.SnapshotTrouble, KeyError, ValueError):
        return PlainTextResponse("layer: there is none at this address", 404)
    return Response(body, media_type="application/geo+json", headers=headers)


ROUTES = [
    Route("/layers/units.geojson", units_layer),
    Route("/layers/members.geojson", members_layer),
    Route("/layers/borders.geojson", borders_layer),
]


@lru_cache(maxsize=64)
def encoded(layer: Layer) -> bytes:
    """The layer as compressed GeoJSON."""
    return _packed(collection(layer))


@lru_cache(maxsize=40)
def encoded_members(layer: Members) -> bytes:
    """The old communes of a scope as compressed GeoJSON."""
    if layer != members(layer.scope, layer.language):
        raise KeyError(layer)
    return _packed(map_members.collection(layer.scope, Speaker(layer.language)))


@lru_cache(maxsize=40)
def encoded_borders(layer: Borders) -> bytes:
    """Province borders and names as compressed GeoJSON."""
    if layer != borders(layer.scope, layer.language, bool(layer.boundaries)):
        raise KeyError(layer)
    shapes = areas(layer.scope) if layer.boundaries else {}
    return _packed(map_borders.collection(layer.scope, shapes, Speaker(layer.language)))


def members(scope: str, language: str) -> Members:
    """The layer of old communes that is right now."""
    _check_place(scope, language)
    return Members(scope, language, lineage_id(), edition())


def borders(scope: str, language: str, drawn: bool) -> Borders:
    """The layer of borders that is right now; names alone where areas are not `drawn`."""
    _check_place(scope, language)
    return Borders(scope, language, boundaries_id() if drawn else "", edition())


def _check_place(scope: str, language: str) -> None:
    if language not in LANGUAGES or (scope != COUNTRY and scope not in store.province_names()):
        raise KeyError(scope, language)


def _packed(features: dict) -> bytes:
    text = json.dumps(features, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8"), 6, mtime=0)


def collection(layer: Layer) -> dict:
    """A FeatureCollection: per unit its colour, name, value in words and rank."""
    if not _makes_sense(layer):
        raise KeyError(layer)
    rows = units_of(layer)
    if rows.is_empty():
        raise KeyError(layer)
    shapes = areas(layer.scope) if layer.shape == "area" else {}
    reader = Reader(palette(layer.theme), Speaker(layer.language), layer.language)
    beside = units_of(replace(layer, period=layer.beside, beside="")) if layer.beside else None
    looks = coloured(rows, store.measures()[layer.measure], layer.way, reader, beside)
    # In the order of codes neighbours follow each other, and their common borders compress to a fifth less.
    rows = rows.sort("unit_code")
    features = [_feature(layer, row, looks, shapes.get(row["unit_code"])) for row in rows.iter_rows(named=True)]
    return {"type": "FeatureCollection", "features": [feature for feature in features if feature]}


def _makes_sense(layer: Layer) -> bool:
    """Only words that pages use: every other one would be kept in caches for ever."""
    return (
        layer.language in LANGUAGES
        and layer.dataset in store.DATASETS
        and layer.theme in ("light", "dark")
        and layer.way in WAYS
        and layer.edition in ("", edition())
        and access.code_of(access.provinces_of(layer.seen)) == layer.seen
        and (layer.way == "change") == bool(layer.since)
        and (layer.way in COMPARABLE or not layer.beside)
        and (layer.shape, layer.boundaries) in (("symbol", ""), ("area", boundaries_id()))
    )


def units_of(layer: Layer) -> pl.DataFrame:
    """The ranked communes of the layer with their points."""
    if "/" in layer.snapshot or layer.snapshot.startswith("."):
        raise KeyError(layer.snapshot)
    whole = store.snapshot_at(layer.dataset, store.published_folder() / layer.dataset / layer.snapshot)
    snapshot = whole.seen_in(access.provinces_of(layer.seen))
    since = parse(layer.since) if layer.since else None
    rows = store.with_earlier(snapshot, layer.measure, layer.basis, parse(layer.period), layer.scope, since)
    points = store.reference("units").select("point_lat", "point_lon", "seat_lat", "seat_lon", unit_code="code")
    return rows.join(points, on="unit_code").join(map_members.counts(), on="unit_code")


def _feature(layer: Layer, row: dict, looks: Coloured, shape: dict | None) -> dict | None:
    if layer.shape == "area" and shape is None:
        return None
    code = row["unit_code"]
    say, measure = Speaker(layer.language), store.measures()[layer.measure]
    properties = {
        "unit": code,
        "name": row["name"],
        "fill": rgb(looks.fills[code]),
        "text": looks.texts[code],
        "note": note(row, measure, say),
        "rank": _rank(row, say) if row["value"] is not None else "",
    }
    if shape is None:
        properties["radius"] = round(max(row["received"] or 0, 1) ** 0.5, 1)
        shape = {"type": "Point", "coordinates": [round(row["seat_lon"], 4), round(row["seat_lat"], 4)]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def note(row: dict, measure: Measure, say: Speaker) -> str:
    """How firm a value is: its interval, and how many dossiers stand behind it."""
    parts = []
    if row["value_low"] is not None:
        low, high = (numbers.number(row[end], say.language, measure.decimals) for end in ("value_low", "value_high"))
        parts.append(say("map.interval", low=low, high=high))
    n = tables.n_of(measure, row) if row["value"] is not None else None
    if n is not None:
        parts.append(say("map.n", n=numbers.number(n, say.language)))
    return " · ".join(parts)


def _rank(row: dict, say: Speaker) -> str:
    if row["rank"] is None:
        return say("table.too_few")
    rank, _, of = tables.rank_text(row, say.language).rpartition("/")
    return say("map.rank", rank=rank, of=of)


@lru_cache(maxsize=1)
def lineage_id() -> str:
    """The stamp of what the layer of old communes is made of."""
    content = [(store.HOME / "data" / "reference" / f"{name}.parquet").read_bytes() for name in ("lineage", "units")]
    return hashlib.sha256(b"".join(content)).hexdigest()[:12]


@lru_cache(maxsize=1)
def edition() -> str:
    """A stamp of what shapes a layer besides its data: this version's code, texts and measures."""
    spoken = json.dumps([__version__, texts(), [m.model_dump(mode="json") for m in store.measures().values()]])
    return hashlib.sha256(spoken.encode()).hexdigest()[:12]


def boundaries_id() -> str:
    """The stamp of the prepared boundaries, empty where there are none."""
    path = store.published_folder().parent / "boundaries" / "boundaries.id"
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def boundaries_nature() -> str:
    """`official` or `approximate`, as the prepared boundaries say; empty where there are none."""
    path = store.published_folder().parent / "boundaries" / "boundaries.json"
    if not boundaries_id():
        return ""
    return json.loads(path.read_text(encoding="utf-8"))["nature"] if path.exists() else "official"


@lru_cache(maxsize=40)
def _areas(scope: str, stamp: str) -> dict[str, dict]:
    path = store.published_folder().parent / "boundaries" / "boundaries.parquet"
    name = "geometry_country" if scope == COUNTRY else "geometry"
    rows = pl.read_parquet(path, columns=["code", name])
    if scope != COUNTRY:
        own = store.reference("units").filter(pl.col("province_code") == scope).get_column("code")
        rows = rows.filter(pl.col("code").is_in(own.implode()))
    grid = 10.0 ** -_DIGITS[name]
    shapes = shapely.set_precision(shapely.from_wkb(rows.get_column(name).to_list()), grid, mode="pointwise")
    texts = shapely.to_geojson(shapes)
    return {code: json.loads(text) for code, text in zip(rows.get_column("code"), texts, strict=True)}


def areas(scope: str) -> dict[str, dict]:
    """GeoJSON geometries of the scope's communes by code; empty where no boundaries are prepared."""
    stamp = boundaries_id()
    return _areas(scope, stamp) if stamp else {}


@lru_cache(maxsize=40)
def _extent(scope: str, stamp: str) -> tuple[float, float, float, float]:
    if stamp:
        shapes = [shapely.geometry.shape(area) for area in _areas(scope, stamp).values()]
        if shapes:
            return tuple(float(end) for end in shapely.total_bounds(shapes))
    units = store.reference("units")
    own = units if scope == COUNTRY else units.filter(pl.col("province_code") == scope)
    lon, lat = own.get_column("seat_lon"), own.get_column("seat_lat")
    return lon.min() - 0.1, lat.min() - 0.1, lon.max() + 0.1, lat.max() + 0.1


def extent(scope: str) -> tuple[float, float, float, float]:
    """West, south, east and north of a scope, from its boundaries or else its seats."""
    return _extent(scope, boundaries_id())
