"""A province as a light drawing: one path per commune, coloured by style sheet, small enough to stand in a page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape

import numpy as np
import polars as pl
import shapely

from files.places import published_folder
from store import borders
from store.reference import reference_table

WIDTH = 1360
_TALLEST = 1500
_MARGIN = 8
_FAR_DEGREES = 1.2
_INSET = 250
_LETTERS = 26
_SIMPLER = 0.0035  # degrees, about 400 m: a shape to recognise, no border to measure


def svg(province: str, styles: Mapping[str, str], words: Mapping[str, str], alt: str) -> str:
    """The communes of a province with their `styles` (class) and `words` (tooltip); empty without boundaries.

    Archipelagos far from the rest stand in boxes of their own below, each with its name and its own scale.
    """
    shapes = _shapes(province, borders.boundaries_id())
    if not shapes:
        return ""
    far = far_zones(province)
    near = {code: shape for code, shape in shapes.items() if code not in far}
    frame = _Frame(near, WIDTH, _TALLEST, 0, 0)
    parts = [_path(frame, shape, styles[code], words[code]) for code, shape in near.items()]
    boxes = [(code, shapes[code]) for code in far if code in shapes]
    for n, (code, shape) in enumerate(boxes):
        parts.append(_inset(n, frame.height + 20, far[code], code, shape, styles[code], words[code]))
    height = frame.height + (_INSET + 60 if boxes else 0)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH // 2}" height="{height // 2}" role="img" '
        f'aria-label="{escape(alt)}">{"".join(parts)}</svg>'
    )


@lru_cache(maxsize=2)
def _all_shapes(stamp: str) -> dict[str, shapely.Geometry]:
    path = published_folder().parent / "boundaries" / "boundaries.parquet"
    rows = pl.read_parquet(path, columns=["code", "geometry_country"])
    shapes = shapely.from_wkb(rows.get_column("geometry_country").to_list())
    return dict(zip(rows.get_column("code"), shapes, strict=True))


def _shapes(province: str, stamp: str) -> dict[str, shapely.Geometry]:
    """The communes of a province by code, simplified together so that a border of two stays one border."""
    if not stamp:
        return {}
    own = reference_table("units").filter(pl.col("province_code") == province).get_column("code").sort()
    known = {code: _all_shapes(stamp)[code] for code in own if code in _all_shapes(stamp)}
    simpler = shapely.coverage_simplify(np.array(list(known.values()), dtype=object), _SIMPLER)
    return dict(zip(known, simpler, strict=True))


def far_zones(province: str) -> dict[str, str]:
    """The special zones that lie far from the rest of the province, by code, with their names."""
    units = reference_table("units").filter(pl.col("province_code") == province)
    lat, lon = units.get_column("point_lat").median(), units.get_column("point_lon").median()
    away = (pl.col("point_lat") - lat).abs().clip(0) + (pl.col("point_lon") - lon).abs()
    zones = units.filter("special_zone", away > _FAR_DEGREES)
    return dict(zones.select("code", "name").sort("code").iter_rows())


class _Frame:
    """Degrees to whole units of the drawing: the same scale both ways at the middle latitude."""

    def __init__(self, shapes: Mapping[str, shapely.Geometry], width: int, tallest: int, left: int, top: int) -> None:
        west, south, east, north = shapely.total_bounds(list(shapes.values()))
        self.squeeze = math.cos(math.radians((south + north) / 2))
        across, upright = max((east - west) * self.squeeze, 1e-6), max(north - south, 1e-6)
        self.scale = min((width - 2 * _MARGIN) / across, (tallest - 2 * _MARGIN) / upright)
        self.height = round(upright * self.scale) + 2 * _MARGIN
        self.west, self.north = west, north
        self.left, self.top = left + (width - across * self.scale) / 2, top + _MARGIN

    def points(self, ring: shapely.Geometry) -> np.ndarray:
        """The corners of a ring in whole units, without those that fall on the one before."""
        lon, lat = shapely.get_coordinates(ring).T
        x = self.left + (lon - self.west) * self.squeeze * self.scale
        y = self.top + (self.north - lat) * self.scale
        corners = np.column_stack([x, y]).round().astype(int)
        return corners[np.r_[True, (np.diff(corners, axis=0) != 0).any(axis=1)]]


def _path(frame: _Frame, shape: shapely.Geometry, style: str, words: str) -> str:
    path = "".join(_ring(frame.points(ring)) for ring in _rings(shape))
    return f'<path class="{style}" d="{path}"><title>{escape(words)}</title></path>'


def _rings(shape: shapely.Geometry) -> Iterator[shapely.Geometry]:
    for part in shapely.get_parts(shape):
        yield part.exterior
        yield from part.interiors


def _ring(points: np.ndarray) -> str:
    """A ring in steps from point to point; an island too small to be seen becomes a dot that is seen."""
    x, y = points[0]
    if len(points) < 4:
        return f"M{x} {y}h3v3h-3z"
    steps = " ".join(f"{dx} {dy}" for dx, dy in np.diff(points[:-1], axis=0))
    return f"M{x} {y}l{steps}z".replace(" -", "-")


def _inset(n: int, top: int, name: str, code: str, shape: shapely.Geometry, style: str, words: str) -> str:
    left = 2 + n * (_INSET + 20)
    frame = _Frame({code: shape}, _INSET, _INSET, left, top)
    return (
        f'<rect x="{left}" y="{top}" width="{_INSET}" height="{_INSET}"/>{_path(frame, shape, style, words)}'
        f'<text x="{left + 4}" y="{top + _INSET + _LETTERS}">{escape(name)}</text>'
    )
