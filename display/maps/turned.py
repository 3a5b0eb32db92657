"""Areas with their rings turned for packing: neighbours run along their common border the same way.

A packer finds what it has seen before, and two areas that both run counterclockwise pass their border in opposite
ways. What is drawn is the same: a map fills a ring whichever way it runs. Where a standard asks for one way (RFC 7946,
the open data), areas are taken as they are prepared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

Point = tuple[float, ...]
Ring = list[list[float]]


def turned(shapes: Iterable[dict]) -> Iterator[dict]:
    """GeoJSON geometries, each ring in the way in which more of its edges have passed already."""
    seen: set[tuple[Point, Point]] = set()
    for shape in shapes:
        parts = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}.get(shape["type"])
        if parts is None:
            yield shape
            continue
        rings = [[_turned(ring, seen) for ring in part] for part in parts]
        yield {**shape, "coordinates": rings if shape["type"] == "MultiPolygon" else rings[0]}


def _turned(ring: Ring, seen: set[tuple[Point, Point]]) -> Ring:
    points = [tuple(point) for point in ring]
    ahead, back = (sum(edge in seen for edge in _edges(way)) for way in (points, points[::-1]))
    way = points[::-1] if back > ahead else points
    way = _begun_where_new(way, seen)
    seen.update(_edges(way))
    return [list(point) for point in way]


def _begun_where_new(ring: list[Point], seen: set[tuple[Point, Point]]) -> list[Point]:
    """The ring from where a run of edges begins that have passed already, so that no run is cut in two."""
    known = [edge in seen for edge in _edges(ring)]
    start = next((at for at, is_known in enumerate(known) if is_known and not known[at - 1]), 0)
    return ring[start:-1] + ring[:start] + [ring[start]] if start else ring


def _edges(ring: list[Point]) -> Iterator[tuple[Point, Point]]:
    return pairwise(ring)
