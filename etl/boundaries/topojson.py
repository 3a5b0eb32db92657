"""TopoJSON as GeoJSON geometries: arcs that neighbours share are decoded once and put together per shape.

Specification: https://github.com/topojson/topojson-specification (quantised transform, delta-encoded
arcs, `~n` for an arc read backwards).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from files.faults import BadInput

Point = list[float]


def features(topology: dict, place: object) -> Iterator[dict]:
    """GeoJSON features of all objects of a topology, whatever its layers; `place` names it in faults."""
    arcs = _decoded(topology, place)
    objects = topology.get("objects")
    if not isinstance(objects, dict):
        raise BadInput(place, "a TopoJSON topology has an object `objects`", field="objects")
    for thing in objects.values():
        layer = isinstance(thing, dict) and isinstance(thing.get("geometries"), list)
        for member in thing["geometries"] if layer else [thing]:
            yield _feature(member, arcs)


def _feature(member: Any, arcs: list[list[Point]]) -> dict:
    """A feature; one whose arcs make no shape has `broken` in place of `geometry`, so that the others can be used."""
    if not isinstance(member, dict):
        return {"type": "Feature", "broken": "is no object with a type and arcs"}
    feature = {"type": "Feature", "id": member.get("id"), "properties": member.get("properties") or {}}
    try:
        return feature | {"geometry": _geometry(member, arcs)}
    except (AttributeError, KeyError, IndexError, RecursionError, TypeError):
        return feature | {"broken": "cannot be put together from its arcs"}


def _geometry(member: dict, arcs: list[list[Point]]) -> dict | None:
    kind = member["type"]
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [_geometry(one, arcs) for one in member["geometries"]]}
    if kind == "Polygon":
        return {"type": kind, "coordinates": [_ring(ring, arcs) for ring in member["arcs"]]}
    if kind == "MultiPolygon":
        parts = [[_ring(ring, arcs) for ring in part] for part in member["arcs"]]
        return {"type": kind, "coordinates": parts}
    return None if kind is None else {"type": kind, "coordinates": []}


def _ring(numbers: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Arcs end to end; the first point of each but the first is the last of the one before."""
    ring: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring.extend(arc[1:] if ring else arc)
    return ring


def _decoded(topology: dict, place: object) -> list[list[Point]]:
    """The arcs in degrees."""
    try:
        transform = topology.get("transform")
        if transform is None:
            return [[point[:2] for point in arc] for arc in topology["arcs"]]
        return [_unquantised(arc, transform["scale"], transform["translate"]) for arc in topology["arcs"]]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(place, "has no arcs that can be decoded", field="arcs") from error


def _unquantised(arc: list[list[int]], scale: list[float], translate: list[float]) -> list[Point]:
    x = y = 0
    points = []
    for dx, dy, *_ in arc:
        x, y = x + dx, y + dy
        points.append([x * scale[0] + translate[0], y * scale[1] + translate[1]])
    return points
