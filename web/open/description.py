"""What the open data say of themselves: the index, and the OpenAPI description that programs read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ranking import __version__
from ranking.vocabulary import NATURES
from store import snapshot
from web.open import package
from web.open.formats import GEOJSON, TYPES
from web.open.query import Parameter, parameters
from web.open.table import LICENCE, Kind
from web.open.tables import kinds

BASE = "/open/v1"
_PROBLEMS = {
    "400": "The query is not understood.",
    "404": "There is nothing at this address.",
    "405": "Only GET, HEAD and OPTIONS.",
    "406": "No accepted format is known.",
    "416": "The range lies outside the file.",
    "503": "The snapshot cannot be read now.",
}
_HEADERS = {
    "ETag": "Names this reply; send it as If-None-Match.",
    "X-Gan-Dan-Nature": f"One of {', '.join(NATURES)} or reference; simulated figures are not real.",
}


def index() -> dict[str, object]:
    """The start of the open data: the tables, the datasets and the licence."""
    return {
        "title": "Gần Dân: dữ liệu mở · open data",
        "licence": LICENCE,
        "licence_note": "CC BY 4.0 for Gần Dân's own work; the sources' own terms hold for their figures.",
        "datasets": snapshot.datasets(),
        "tables": {name: {"address": f"{BASE}/{name}", "what": kind.what} for name, kind in kinds().items()},
        "package": f"{BASE}/package.zip",
        "openapi": f"{BASE}/openapi.json",
        "documentation": "docs/open-data.md",
    }


@lru_cache(maxsize=1)
def description() -> dict[str, object]:
    """The OpenAPI 3.1 description."""
    known = parameters()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gần Dân open data",
            "version": __version__,
            "summary": "How Vietnam's communes process citizens' dossiers.",
            "description": (
                "Small numbers are suppressed: such rows have the state `suppressed` and no figures, and ranks are "
                "among the units that are shown. Simulated datasets are marked in every reply (`nature`, `note`)."
            ),
            "license": {"name": "CC BY 4.0", "identifier": LICENCE},
        },
        "servers": [{"url": "/"}],
        "paths": {
            f"{BASE}/": _path("index", "What there is.", [], _json_reply({"type": "object"})),
            f"{BASE}/openapi.json": _path("openapi", "This description.", [], _json_reply({"type": "object"})),
            **{f"{BASE}/{name}": _table_path(name, kind) for name, kind in kinds().items()},
            f"{BASE}/package.zip": _path(
                "package",
                "Rankings as a zip of CSV, metadata.json (a Frictionless data package) and a readme.",
                [known[name] for name in package.PARAMETERS],
                {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            ),
        },
        "components": {"schemas": {"Problem": _PROBLEM, "Page": _PAGE, "Areas": _AREAS}},
    }


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_TOLD = {
    "dataset": {"type": ["string", "null"]},
    "snapshot": {"type": ["string", "null"]},
    "nature": {"type": "string", "enum": [*NATURES, "reference"]},
    "note": {"type": ["string", "null"], "description": "Says so where figures are simulated."},
    "captured_at": {"type": ["string", "null"]},
    "sources": {"type": "array", "items": {"type": "string"}},
    "licence": {"type": "string"},
    "total": {"type": "integer", "minimum": 0},
    "offset": {"type": "integer", "minimum": 0},
    "limit": {"type": "integer", "minimum": 1},
    "next": {"type": ["string", "null"], "description": "Address of the next page of the same snapshot."},
}
_PAGE = {
    "type": "object",
    "required": [*_TOLD, "table", "rows"],
    "properties": {**_TOLD, "table": {"type": "string"}, "rows": {"type": "array", "items": {"type": "object"}}},
}
_FEATURE = {
    "type": "object",
    "required": ["type", "id", "properties", "geometry"],
    "properties": {"type": {"const": "Feature"}, "id": {"type": "string"}, "geometry": {"type": "object"}},
}
_AREAS = {
    "type": "object",
    "required": [*_TOLD, "type", "features"],
    "properties": {**_TOLD, "type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": _FEATURE}},
}


def _table_path(name: str, kind: Kind) -> dict[str, object]:
    known = parameters()
    schema, media = ("Areas", GEOJSON) if name == "boundaries" else ("Page", TYPES["json"])
    content = {
        media: {"schema": {"$ref": f"#/components/schemas/{schema}"}},
        "text/csv": {"schema": {"type": "string"}},
        TYPES["parquet"]: {"schema": {"type": "string", "format": "binary"}},
    }
    return _path(name, kind.what, [known[own] for own in kind.parameters], content)


def _json_reply(schema: Mapping[str, object]) -> dict[str, object]:
    return {TYPES["json"]: {"schema": schema}}


def _path(
    name: str, what: str, own: list[Parameter], content: Mapping[str, object]
) -> dict[str, object]:  # the same reply, with a body for GET and without one for HEAD
    asked = [
        {"name": p.name, "in": "query", "required": False, "schema": dict(p.schema), "description": p.description}
        for p in own
    ]
    headers = {header: {"schema": {"type": "string"}, "description": said} for header, said in _HEADERS.items()}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    replies = {
        "200": {"description": what, "headers": headers, "content": dict(content)},
        "206": {"description": "The bytes that Range asked for (Parquet).", "content": dict(content)},
        "304": {"description": "Not changed since If-None-Match."},
        **{status: {"description": said, "content": problem} for status, said in _PROBLEMS.items()},
    }
    return {"get": {"operationId": name, "summary": what, "parameters": asked, "responses": replies}}
