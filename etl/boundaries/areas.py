"""The area of a shape, and what is said of one that lies outside Vietnam."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

_LATITUDE_FIRST = shapely.box(6, 101, 24, 119)


def areas_of(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a shape: a collection, or making it valid, may leave lines and points beside them."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [shape]
    while any(hasattr(part, "geoms") for part in parts):
        parts = [one for part in parts for one in (part.geoms if hasattr(part, "geoms") else (part,))]
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])


def elsewhere(shape: BaseGeometry) -> str:
    """Why a shape, not empty, lies outside Vietnam: latitude first, metres, or somewhere else."""
    west, south = shape.bounds[:2]
    begins = f"begins at {west:.6g}, {south:.6g}: not degrees of longitude and latitude within Vietnam"
    if _LATITUDE_FIRST.covers(shapely.box(*shape.bounds)):
        return f"{begins}, but latitude first: longitude has to come first"
    if max(abs(end) for end in shape.bounds) > 360:
        return f"{begins}, but metres, such as those of VN-2000: save the file in WGS 84 (EPSG:4326)"
    return begins
