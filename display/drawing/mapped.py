"""A map of a page drawn again as SVG text from its layers: coloured areas or circles, borders, names.

In the projection of the page (Mercator), all of the scope in view. What lies closer together than a picture can show
is left out, but for whole units: one too small to be seen becomes a dot that is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from math import asinh, degrees, radians, tan
from typing import Any

import numpy as np

from display.drawing.palette import Palette
from display.drawing.plot_frame import Room
from display.drawing.plot_strokes import px, text, width_of
from display.drawing.strokes import FONT

Features = Mapping[str, Any]
"""A FeatureCollection of `display.maps.layers`."""
_EDGE = 10
_STEP = 0.6
_LEAST = 2.0
_LETTER = 12
_SMALLEST, _LARGEST = 1.6, 12.0
_BOXES = 0.3
_SMALL = 1e-5
Extent = tuple[float, float, float, float]
"""West, south, east and north in degrees."""


@dataclass(frozen=True)
class Map:
    """The layers from the ground up; `extent`: west, south, east and north in degrees; `chosen`: a unit that is ringed.

    `many`: of the whole country, whose areas have no outline: they would drown the small ones. `far`: units by code
    with their names that stand in boxes of their own, since the rest would be too small beside them.
    """

    units: Features
    borders: Features
    extent: Extent
    members: Features | None = None
    chosen: str = ""
    many: bool = False
    far: Mapping[str, str] = field(default_factory=dict)


def drawn(shown: Map, room: Room, alt: str = "") -> str:
    """The map as SVG text."""
    features = shown.units["features"]
    near = [feature for feature in features if feature["properties"]["unit"] not in shown.far]
    boxes = [feature for feature in features if feature["properties"]["unit"] in shown.far]
    frame = _Frame(_extent(near) if boxes and near else shown.extent, room, _BOXES * bool(boxes and near))
    outline = "" if shown.many else f' stroke="{room.palette.ground}" stroke-width="0.6"'
    biggest = max((feature["properties"].get("radius", 0) for feature in features), default=0) or 1
    parts = [
        f"<defs>{patterns(room.palette)}</defs>",
        f'<g stroke-linejoin="round"{outline}>',
        *(_unit(frame, feature, biggest, many=shown.many) for feature in (near or boxes)),
        "</g>",
        *_members(frame, shown.members, room),
        *_borders(frame, shown.borders, room, many=shown.many),
        *_ring(frame, features, shown.chosen, room),
        *(_box(n, feature, shown, room, biggest) for n, feature in enumerate(boxes) if near),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {room.width} {room.height}" width="{room.width}" '
        f'height="{room.height}" font-family="{FONT}" font-size="{_LETTER}" role="img" aria-label="{escape(alt)}">'
        f"{''.join(parts)}</svg>"
    )


class _Frame:
    """Degrees to pixels, the same scale both ways, in the middle of the room."""

    def __init__(self, extent: Extent, room: Room, aside: float = 0.0) -> None:
        west, south, east, north = extent
        low, high = _upright(south), _upright(north)
        width = room.width * (1 - aside)
        self.extent = extent
        across, upwards = max(east - west, _SMALL), max(high - low, _SMALL)
        self.scale = min((width - 2 * _EDGE) / across, (room.height - 2 * _EDGE) / upwards)
        self.left = (width - across * self.scale) / 2 - west * self.scale
        self.top = (room.height - upwards * self.scale) / 2 + high * self.scale

    def holds(self, points: Sequence[Sequence[float]]) -> bool:
        """Whether all of some points in degrees lie within what is drawn."""
        west, south, east, north = self.extent
        margin = _SMALL * 1000
        return all(
            west - margin <= lon <= east + margin and south - margin <= lat <= north + margin for lon, lat, *_ in points
        )

    def points(self, ring: Sequence[Sequence[float]]) -> np.ndarray:
        lon, lat = np.asarray(ring, dtype=float)[:, :2].T
        upright = np.degrees(np.arcsinh(np.tan(np.radians(lat))))
        return np.column_stack([self.left + lon * self.scale, self.top - upright * self.scale])

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        return self.left + lon * self.scale, self.top - _upright(lat) * self.scale


def _extent(features: Sequence[Features]) -> Extent:
    """West, south, east and north of some units."""
    corners = np.concatenate([np.asarray(_corners(feature["geometry"]), dtype=float)[:, :2] for feature in features])
    (west, south), (east, north) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return west, south, east, north


def _corners(shape: Features) -> list[Sequence[float]]:
    return [shape["coordinates"]] if shape["type"] == "Point" else [point for ring in _rings(shape) for point in ring]


def _box(n: int, feature: Features, shown: Map, room: Room, biggest: float) -> str:
    """A unit far away in a box at the right with its name and a scale of its own."""
    side = round(min(room.width * _BOXES, room.height * 0.4))
    left, top = room.width - side - 2, room.height - (n + 1) * (side + 24)
    own = _Frame(_extent([feature]), Room(side, side, room.palette, room.write))
    edge = f'stroke="{room.palette.quiet}"'
    name = text(0, side + 16, shown.far[feature["properties"]["unit"]], room.palette.ink, "start", _LETTER)
    drawn = f'<g {edge} stroke-width="0.6">{_unit(own, feature, biggest, many=False)}</g>'
    frame = f'<rect width="{side}" height="{side}" fill="none" {edge}/>'
    return f'<g transform="translate({left} {top})">{frame}{drawn}{name}</g>'


def _upright(latitude: float) -> float:
    return degrees(asinh(tan(radians(latitude))))


def _unit(frame: _Frame, feature: Features, biggest: float, *, many: bool) -> str:
    """A unit with its name and figure as a tooltip and for programs that read it."""
    told = feature["properties"]
    fill = _fill(told)
    words = " · ".join(filter(None, (told["name"], told["text"])))
    title = "" if many else f"<title>{escape(words)}</title>"
    mark = f'data-unit="{told["unit"]}"'
    shape = feature["geometry"]
    if shape["type"] == "Point":
        x, y = frame.point(*shape["coordinates"])
        part = (told["radius"] / biggest) ** 0.5
        radius = _SMALLEST + (_LARGEST / (3 if many else 1) - _SMALLEST) * part
        return f'<circle {mark} cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" {fill} fill-opacity="0.85">{title}</circle>'
    path = "".join(_ring_path(frame.points(ring)) for ring in _rings(shape))
    return f'<path {mark} d="{path}" {fill}>{title}</path>'


def _fill(told: Mapping[str, Any]) -> str:
    """A colour, or for a silence a pattern or next to nothing within an outline, as its layer says."""
    red, green, blue, *strength = told["fill"]
    fill = f'fill="#{red:02X}{green:02X}{blue:02X}"'
    if pattern := told.get("pattern"):
        return f'fill="url(#silent-{pattern})"'
    if line := told.get("line"):
        fill += f' fill-opacity="{(strength or [255])[0] / 255:.2f}" stroke="#{line[0]:02X}{line[1]:02X}{line[2]:02X}"'
    return fill


def patterns(palette: Palette) -> str:
    """What the silences without a colour are drawn with, for an SVG's `defs`: `silent-hatch` and `silent-dots`."""
    size = 'width="5" height="5" patternUnits="userSpaceOnUse"'
    hatch = f'<path d="M-1 1L1 -1M0 5L5 0M4 6L6 4" stroke="{palette.grey}" stroke-width="0.9"/>'
    dots = f'<circle cx="2.5" cy="2.5" r="0.8" fill="{palette.grey}"/>'
    return "".join(
        f'<pattern id="silent-{name}" {size}><rect width="5" height="5" fill="{palette.ground}"/>{drawn}</pattern>'
        for name, drawn in (("hatch", hatch), ("dots", dots))
    )


def _rings(shape: Features) -> Iterator[Sequence[Sequence[float]]]:
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    for part in parts:
        yield from part


def _ring_path(points: np.ndarray) -> str:
    if np.ptp(points, axis=0).max() < _LEAST:
        x, y = points.mean(axis=0) - _LEAST / 2
        return f"M{px(x)} {px(y)}h2v2h-2z"
    return f"{_line_path(points)}z"


def _line_path(points: np.ndarray) -> str:
    """From point to point, without those that lie closer than a picture shows."""
    kept = [points[0]]
    for point in points[1:]:
        if abs(point - kept[-1]).max() >= _STEP:
            kept.append(point)
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in kept)


def _lines(geometry: Features) -> Iterable[Sequence[Sequence[float]]]:
    kind, at = geometry["type"], geometry["coordinates"]
    return {"LineString": [at], "MultiLineString": at}.get(kind) or list(_rings(geometry))


def _borders(frame: _Frame, layer: Features, room: Room, *, many: bool) -> Iterator[str]:
    """Lines between provinces, and the names of the archipelagos under their places."""
    for feature in layer["features"]:
        geometry = feature["geometry"]
        if geometry["type"] == "Point":
            x, y = frame.point(*geometry["coordinates"][:2])
            label = str(feature["properties"].get("label", ""))
            if not frame.holds([geometry["coordinates"]]):
                continue
            x = min(max(x, width_of(label) / 2 + 2), room.width - width_of(label) / 2 - 2)
            yield text(x, min(y + 18, room.height - 3), label, room.palette.ink, "middle", _LETTER, room.palette.ground)
            continue
        path = "".join(_line_path(frame.points(line)) for line in _lines(geometry) if frame.holds(line))
        yield f'<path d="{path}" fill="none" stroke="{room.palette.quiet}" stroke-width="{0.6 if many else 1}"/>'


def _joined(geometry: Features) -> list[Sequence[float]]:
    return [point for line in _lines(geometry) for point in line]


def _members(frame: _Frame, layer: Features | None, room: Room) -> Iterator[str]:
    """The old communes as dots with lines to their seats of today."""
    for feature in layer["features"] if layer else ():
        for geometry in feature["geometry"].get("geometries", [feature["geometry"]]):
            if not frame.holds(_corners(geometry) if geometry["type"] == "Point" else _joined(geometry)):
                continue
            if geometry["type"] == "Point":
                x, y = frame.point(*geometry["coordinates"][:2])
                yield f'<circle cx="{px(x)}" cy="{px(y)}" r="1.8" fill="{room.palette.ink}"/>'
            else:
                path = "".join(_line_path(frame.points(line)) for line in _lines(geometry))
                yield f'<path d="{path}" fill="none" stroke="{room.palette.ink}" stroke-width="0.7" opacity="0.7"/>'


def _ring(frame: _Frame, features: Sequence[Features], chosen: str, room: Room) -> Iterator[str]:
    """A ring around the chosen unit."""
    for shape in (feature["geometry"] for feature in features if feature["properties"]["unit"] == chosen):
        if not frame.holds(_corners(shape)):
            continue
        x, y = (px(at) for at in frame.points(_corners(shape)).mean(axis=0))
        yield f'<circle cx="{x}" cy="{y}" r="11" fill="none" stroke="{room.palette.alarm}" stroke-width="2.5"/>'
