"""Approximate boundaries, built offline: nearest old commune, dissolved by new unit, clipped to an outline.

Each place in the country goes to the unit whose point is nearest (Voronoi cells, no weights). The
points are the positions of the old communes, and for each unit its inner point and its seat. The
position of an old commune that was split stands once for each successor, half-way to the
successor's inner point: so its cell is shared between them. How well this fits is stated in
`docs/boundaries.md`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry

from etl.boundaries.areas import areas_of
from etl.boundaries.outline import OUTLINE
from etl.boundaries.sources import Borders
from files.faults import Fault
from store.reference import reference_table

SOURCE = "Gần Dân: nearest old commune (vietnamadminunits), outline of Natural Earth"
LICENCE = "MIT (positions), public domain (outline)"
# How far a position is moved towards its unit's inner point: whole ones a little, for they are
# approximate; split ones half-way; those that stand for a whole district almost entirely.
_WHOLE, _PART, _SHARED = 0.1, 0.5, 0.8
_SQUARE = np.array([0.96, 1.0])
_SEA = shapely.box(98, 4, 121, 26)
_KM = 1 / 111.2
_DISC_KM = (0.5, 3.0)
_GRID = 1e-6


def approximate() -> Borders:
    """One valid, non-empty geometry for every unit of today; none overlaps another."""
    units = reference_table("units")
    land, islands = outline()
    points = points_of(units, reference_table("lineage"))
    cells = cells_of(points)
    shapes = {}
    for row in units.select("code", "point_lon", "point_lat", "area_km2").iter_rows(named=True):
        shape = shapely.intersection(cells[row["code"]], land)
        shapes[row["code"]] = _with_islands(shape, cells[row["code"]], row, islands.get(row["code"]))
    names = dict(units.select("code", "full_name").iter_rows())
    return Borders(shapes, names, nature="approximate", source=SOURCE, licence=LICENCE)


def outline(path: Path = OUTLINE) -> tuple[BaseGeometry, dict[str, BaseGeometry]]:
    """The land, and the islands of units that lie far from it, by unit code."""
    if not path.exists():
        raise Fault(f"{path.name} is missing in data/reference: approximate boundaries cannot be built without it")
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = {f["properties"].get("code"): shapely.from_geojson(json.dumps(f["geometry"])) for f in features}
    return shapes.pop(None), shapes


def points_of(units: pl.DataFrame, lineage: pl.DataFrame) -> pl.DataFrame:
    """One row per point: `code` of its unit, `lon`, `lat`; no two points at one place."""
    inner = units.select("code", pl.col("point_lon").alias("lon"), pl.col("point_lat").alias("lat"))
    seats = units.select("code", pl.col("seat_lon").alias("lon"), pl.col("seat_lat").alias("lat"))
    shared = pl.col("old_code").n_unique().over("old_lon", "old_lat") > 1
    moved = pl.when(shared).then(_SHARED).when(pl.col("part") == "part").then(_PART).otherwise(_WHOLE)
    old = lineage.join(inner, left_on="new_code", right_on="code").select(
        pl.col("new_code").alias("code"),
        (pl.col("old_lon") + moved * (pl.col("lon") - pl.col("old_lon"))).alias("lon"),
        (pl.col("old_lat") + moved * (pl.col("lat") - pl.col("old_lat"))).alias("lat"),
    )
    everything = pl.concat([inner, old, seats]).with_columns(pl.col("lon", "lat").round(6))
    return everything.unique(["lon", "lat"], keep="first", maintain_order=True)


def cells_of(points: pl.DataFrame) -> dict[str, BaseGeometry]:
    """Where the nearest point is one of the unit's, by unit code; together they fill land and sea."""
    xy = points.select("lon", "lat").to_numpy() * _SQUARE
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=_SEA, ordered=True))
    own: dict[str, list[BaseGeometry]] = {}
    for code, cell in zip(points.get_column("code"), cells, strict=True):
        own.setdefault(code, []).append(cell)
    dissolved = (shapely.coverage_union_all(parts) for parts in own.values())
    return dict(zip(own, (shapely.transform(cell, lambda at: at / _SQUARE) for cell in dissolved), strict=True))


def _with_islands(shape: BaseGeometry, cell: BaseGeometry, unit: dict, islands: BaseGeometry | None) -> BaseGeometry:
    """The unit's land with a disc around its inner point where the outline has no land there."""
    inner = shapely.Point(unit["point_lon"], unit["point_lat"])
    parts = [shape] if islands is None else [shape, islands]
    if not shapely.intersects(shape, inner):
        radius = np.clip((unit["area_km2"] / np.pi) ** 0.5, *_DISC_KM) * _KM
        parts.append(shapely.intersection(inner.buffer(radius, quad_segs=4), cell))
    rounded = shapely.set_precision(shapely.union_all(parts), _GRID, mode="pointwise")
    return areas_of(rounded if rounded.is_valid else shapely.make_valid(rounded))
