"""Boundaries with fewer points: shared borders stay shared, no part of a unit is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from etl.boundaries.areas import areas_of


@dataclass(frozen=True)
class Detail:
    """How coarse a level is, in degrees: see `coverage_simplify`; `grid` is what `display.maps.layers` rounds to."""

    tolerance: float
    grid: float


DETAILS = {"geometry": Detail(0.0025, 1e-4), "geometry_country": Detail(0.004, 1e-3)}


def simplified(exact: Sequence[BaseGeometry], detail: Detail) -> list[BaseGeometry]:
    """Valid geometries in the order given, each with as many parts as it had.

    Borders that two units share are simplified once (Visvalingam and Whyatt 1993, by area), so no
    gap and no overlap comes in. An island too small for the grid becomes the smallest triangle on it.
    """
    thinned = shapely.coverage_simplify(np.array(exact, dtype=object), detail.tolerance)
    coarse = [_repaired(new, old) for new, old in zip(thinned, exact, strict=True)]
    tree = shapely.STRtree(coarse)
    return [_visible(shape, own, coarse, tree, detail.grid) for own, shape in enumerate(coarse)]


def _repaired(new: BaseGeometry, old: BaseGeometry) -> BaseGeometry:
    """The simplified shape; the exact one where overlaps in the source made simplifying fail."""
    if new.is_valid and not new.is_empty:
        return new
    new = areas_of(shapely.make_valid(new))
    return old if new.is_empty or shapely.get_num_geometries(new) < shapely.get_num_geometries(old) else new


def _visible(
    shape: BaseGeometry, own: int, all_: list[BaseGeometry], tree: shapely.STRtree, grid: float
) -> BaseGeometry:
    parts = list(shapely.get_parts(shape))
    gone = [n for n, part in enumerate(parts) if _vanishes(part, grid)]
    if not gone:
        return shape
    for n in gone:
        triangle = _triangle(parts[n], grid)
        beside = [all_[other] for other in tree.query(triangle, "intersects") if other != own]
        rest = [part for m, part in enumerate(parts) if m != n and part.intersects(triangle)]
        if not beside and not rest:
            parts[n] = triangle
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _vanishes(part: shapely.Polygon, grid: float) -> bool:
    """Whether nothing is left of a part when its points are rounded."""
    if part.area > 100 * grid**2:
        return False
    return bool(shapely.area(shapely.set_precision(part, grid, mode="pointwise")) < grid**2 / 4)


def _triangle(part: shapely.Polygon, grid: float) -> shapely.Polygon:
    x, y = np.round(shapely.get_coordinates(part.centroid)[0] / grid) * grid
    return shapely.polygons([(x, y), (x + grid, y), (x, y + grid)])
