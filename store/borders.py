"""The areas on the map: which set of boundaries is prepared, how far a scope reaches."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

import polars as pl
import shapely
import shapely.geometry

from files.places import HOME, published_folder
from ranking.extent import extent as column_extent
from ranking.vocabulary import COUNTRY
from store.reference import reference_table

Geometry = dict[str, Any]
"""A geometry in GeoJSON: its `type`, and `coordinates` that are nested as deep as the type asks."""
_DIGITS = {"geometry": 4, "geometry_country": 3}


@lru_cache(maxsize=1)
def lineage_id() -> str:
    """The stamp of what the layer of old communes is made of."""
    content = [(HOME / "data" / "reference" / f"{name}.parquet").read_bytes() for name in ("lineage", "units")]
    return hashlib.sha256(b"".join(content)).hexdigest()[:12]


def boundaries_id() -> str:
    """The stamp of the prepared boundaries, empty where there are none."""
    path = published_folder().parent / "boundaries" / "boundaries.id"
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def boundaries_nature() -> str:
    """`official` or `approximate`, as the prepared boundaries say; empty where there are none."""
    path = published_folder().parent / "boundaries" / "boundaries.json"
    if not boundaries_id():
        return ""
    return str(json.loads(path.read_text(encoding="utf-8"))["nature"]) if path.exists() else "official"


@lru_cache(maxsize=40)
def _areas(scope: str, stamp: str) -> dict[str, Geometry]:
    path = published_folder().parent / "boundaries" / "boundaries.parquet"
    name = "geometry_country" if scope == COUNTRY else "geometry"
    rows = pl.read_parquet(path, columns=["code", name])
    if scope != COUNTRY:
        own = reference_table("units").filter(pl.col("province_code") == scope).get_column("code")
        rows = rows.filter(pl.col("code").is_in(own.implode()))
    grid = 10.0 ** -_DIGITS[name]
    shapes = shapely.set_precision(shapely.from_wkb(rows.get_column(name).to_list()), grid, mode="pointwise")
    texts = shapely.to_geojson(shapes)
    return {code: json.loads(text) for code, text in zip(rows.get_column("code"), texts, strict=True)}


def areas(scope: str) -> dict[str, Geometry]:
    """GeoJSON geometries of the scope's communes by code; empty where no boundaries are prepared."""
    stamp = boundaries_id()
    return _areas(scope, stamp) if stamp else {}


@lru_cache(maxsize=40)
def _extent(scope: str, stamp: str) -> tuple[float, float, float, float]:
    if stamp:
        shapes = [shapely.geometry.shape(area) for area in _areas(scope, stamp).values()]
        if shapes:
            west, south, east, north = shapely.total_bounds(shapes).tolist()
            return west, south, east, north
    units = reference_table("units")
    own = units if scope == COUNTRY else units.filter(pl.col("province_code") == scope)
    lon, lat = column_extent(own.get_column("seat_lon")), column_extent(own.get_column("seat_lat"))
    if not lon or not lat:
        raise ValueError(f"scope {scope!r} has no communes")
    return lon[0] - 0.1, lat[0] - 0.1, lon[1] + 0.1, lat[1] + 0.1


def extent(scope: str) -> tuple[float, float, float, float]:
    """West, south, east and north of a scope, from its boundaries or else its seats."""
    return _extent(scope, boundaries_id())
