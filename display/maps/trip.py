"""The trip as a small map: an SVG drawing of our own, so that no tiles and no large geometry are needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from display.drawing import strokes, svg_images
from display.drawing.palette import LIGHT, Palette
from display.words.view import View
from ranking.route import Place, Stop
from store import borders, units
from store.reference import province_name, reference_table

_MARGIN = 30
_LEAST_KM = 40.0
_MOST_NAMED = 12
_KM_PER_DEGREE = 111.2
_SIMPLER = 0.003  # degrees, about 300 m: an outline to know one's way by, not a border
_INSET = (110, 92)
_GAP = 6
_LETTER = 6.6  # pixels, of a name's mean letter

_Box = tuple[float, float, float, float]
_Inset = tuple[str, BaseGeometry, _Box | None]


@dataclass(frozen=True)
class Size:
    """Pixels of the main drawing; beside it stands a column of small ones."""

    width: int = 424
    height: int = 400


PHONE = Size(240, 300)


@dataclass(frozen=True)
class _Frame:
    """Degrees to pixels: the same scale both ways at the frame's middle latitude."""

    west: float
    north: float
    scale: float
    squeeze: float

    @classmethod
    def around(cls, box: _Box, width: int, height: int, margin: int) -> _Frame:
        west, south, east, north = box
        squeeze = math.cos(math.radians((south + north) / 2))
        across, upright = (east - west) * squeeze, north - south
        scale = min((width - 2 * margin) / across, (height - 2 * margin) / upright)
        left, top = (width / scale - across) / 2, (height / scale - upright) / 2
        return cls(west - left / squeeze, north + top, scale, squeeze)

    def seen(self, width: int, height: int) -> shapely.Polygon:
        """What lies in a drawing of this size, and a little beyond its edges."""
        far = 10 / self.scale
        across, upright = width / self.scale / self.squeeze, height / self.scale
        west, south = self.west - far, self.north - upright - far
        return shapely.box(west, south, self.west + across + far, self.north + far)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return (lon - self.west) * self.squeeze * self.scale, (self.north - lat) * self.scale


def image(view: View, trip: Sequence[Stop], start: Place | None) -> str:
    """The map of a trip as markup, with its words for those who don't see it."""
    provinces = sorted({units.known(stop.place.code)["province_code"] for stop in trip})
    shapes = {code: shape for code in provinces if (shape := _outline(code, borders.boundaries_id()))}
    names = [units.known(stop.place.code)["full_name"] for stop in trip]
    land = [(province_name(code), shape) for code, shape in shapes.items()]
    labels = [] if view.narrow or len(trip) > _MOST_NAMED else names
    size = PHONE if view.narrow else Size()
    drawn = svg(trip, start, labels, land, _far_zones(provinces, shapes), size, view.palette)
    stops = "; ".join(f"{number}. {name}" for number, name in enumerate(names, 1))
    return svg_images.image(drawn, view.say("plan.map.alt", stops=stops), "gd-plan-map")


def borders_line(view: View) -> str:
    """Whose borders the map shows."""
    return view.say(f"map.borders.{borders.boundaries_nature() or 'none'}")


def svg(
    trip: Sequence[Stop],
    start: Place | None,
    names: Sequence[str] = (),
    land: Sequence[tuple[str, BaseGeometry]] = (),
    far: Sequence[tuple[str, BaseGeometry]] = (),
    size: Size = Size(),
    palette: Palette = LIGHT,
) -> str:
    """A trip as SVG text: the way dashed, a numbered disc per stop, a square for the start.

    `names`: of the stops, or none; those of a long trip would cover one another. `land`: (name, shape) of the
    provinces, pale below the trip; a single one stands at the side too, to show where in it the trip lies.
    `far`: islands of theirs that lie too far out to scale, at the side in scales of their own.
    """
    box = _box(trip, start)
    insets: list[_Inset] = [(name, _largest(shape), box) for name, shape in land if len(land) == 1]
    insets += [(name, shape, None) for name, shape in far]
    side = [_inset(place, *inset, size, palette) for place, inset in enumerate(insets)]
    height = max(size.height, len(side) * (_INSET[1] + _GAP) - _GAP)
    width = size.width + (_GAP + _INSET[0] if side else 0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="{strokes.FONT}">{_main(trip, start, names, land, box, size, palette)}{"".join(side)}</svg>'
    )


def _main(
    trip: Sequence[Stop],
    start: Place | None,
    names: Sequence[str],
    land: Sequence[tuple[str, BaseGeometry]],
    box: _Box,
    size: Size,
    palette: Palette,
) -> str:
    frame = _Frame.around(box, size.width, size.height, _MARGIN)
    places, seen = [stop.place for stop in trip], frame.seen(size.width, size.height)
    parts = [
        f'<rect width="{size.width}" height="{size.height}" fill="{palette.mixed(palette.line, 0.35)}"/>',
        *(_land(frame, shapely.intersection(shape, seen), palette) for _, shape in land),
        _way(frame, [start, *places] if start else places, palette),
        _start(frame, start, palette) if start else "",
        *(_name(frame, name, place, places, size, palette) for name, place in zip(names, places, strict=False)),
        # The first stops are drawn last, so that they lie on top where discs overlap.
        *reversed([_disc(frame, number, place, palette) for number, place in enumerate(places, 1)]),
    ]
    return f'<svg width="{size.width}" height="{size.height}">{"".join(parts)}</svg>'


def _box(trip: Sequence[Stop], start: Place | None) -> _Box:
    """All places, and never less than a few kilometres."""
    places = [*(stop.place for stop in trip), *([start] if start else [])]
    west, south, east, north = shapely.MultiPoint([(place.lon, place.lat) for place in places]).bounds
    least = _LEAST_KM / _KM_PER_DEGREE / 2
    wide, high = max(0.0, least - (east - west) / 2), max(0.0, least - (north - south) / 2)
    return west - wide, south - high, east + wide, north + high


def _largest(shape: BaseGeometry) -> BaseGeometry:
    return max(shapely.get_parts(shape), key=shapely.area)


@lru_cache(maxsize=40)
def _outline(province: str, stamp: str) -> BaseGeometry | None:
    """A province in one piece, simplified; None where no boundaries are prepared."""
    areas = borders.areas(province) if stamp else {}
    if not areas:
        return None
    whole = shapely.union_all([shapely.make_valid(shapely.geometry.shape(area)) for area in areas.values()])
    return shapely.simplify(whole, _SIMPLER)


def _far_zones(provinces: Sequence[str], shapes: dict[str, BaseGeometry]) -> list[tuple[str, BaseGeometry]]:
    """Special zones of the provinces that lie outside the largest part of them: the archipelagos above all."""
    found = []
    for row in reference_table("units").filter("special_zone").sort("code").iter_rows(named=True):
        province = row["province_code"]
        if province not in provinces or province not in shapes:
            continue
        frame = shapely.box(*_largest(shapes[province]).bounds)
        if not shapely.contains_xy(frame, row["seat_lon"], row["seat_lat"]):
            found.append((row["full_name"], shapely.geometry.shape(borders.areas(province)[row["code"]])))
    return found


def _land(frame: _Frame, shape: BaseGeometry, palette: Palette) -> str:
    rings = [part.exterior for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    path = "".join("M" + "L".join(_point(frame, *xy) for xy in ring.coords[:-1]) + "Z" for ring in rings)
    return f'<path d="{path}" fill="{palette.ground}" stroke="{palette.quiet}" stroke-width="1"/>'


def _point(frame: _Frame, lon: float, lat: float) -> str:
    x, y = frame.at(lon, lat)
    return f"{x:.1f} {y:.1f}"


def _way(frame: _Frame, places: Sequence[Place], palette: Palette) -> str:
    points = " ".join(_point(frame, place.lon, place.lat) for place in places)
    return (
        f'<polyline points="{points}" fill="none" stroke="{palette.accent}" stroke-width="2" stroke-dasharray="5 4"/>'
    )


def _start(frame: _Frame, start: Place, palette: Palette) -> str:
    x, y = frame.at(start.lon, start.lat)
    return (
        f'<rect x="{x - 14:.1f}" y="{y - 14:.1f}" width="28" height="28" rx="3" fill="{palette.ground}" '
        f'stroke="{palette.ink}" stroke-width="2"/>'
    )


def _disc(frame: _Frame, number: int, place: Place, palette: Palette) -> str:
    x, y = frame.at(place.lon, place.lat)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="{palette.accent}" stroke="{palette.ground}"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="12" font-weight="600" '
        f'fill="{palette.ground}">{number}</text>'
    )


def _name(frame: _Frame, name: str, place: Place, places: Sequence[Place], size: Size, palette: Palette) -> str:
    """A name beside its disc, on the side with fewer discs in its way, with a light edge so that no line cuts it."""
    x, y = frame.at(place.lon, place.lat)
    others = [frame.at(other.lon, other.lat) for other in places if other is not place]
    long = 16 + _LETTER * len(name)

    def in_the_way(left: float, right: float) -> int:
        outside = 10 * (left < 0 or right > size.width)
        return outside + sum(left < far_x < right and abs(far_y - y) < 18 for far_x, far_y in others)

    to_the_right = in_the_way(x, x + long) <= in_the_way(x - long, x)
    left, anchor = (x + 16, "start") if to_the_right else (x - 16, "end")
    return (
        f'<text x="{left:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}" font-size="12" fill="{palette.ink}" '
        f'stroke="{palette.ground}" stroke-width="3" paint-order="stroke">{escape(name)}</text>'
    )


def _inset(
    place: int,
    name: str,
    shape: BaseGeometry,
    box: _Box | None,
    size: Size,
    palette: Palette,
) -> str:
    """A box at the right edge, from the top down, in a scale of its own; `box`: the part that the trip lies in."""
    width, height = _INSET
    frame = _Frame.around(shape.bounds, width, height - 14, 5)
    return (
        f'<svg x="{size.width + _GAP}" y="{place * (height + _GAP)}" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="{palette.mixed(palette.line, 0.35)}"/>'
        f"{_land(frame, shape, palette)}{_part(frame, box, palette) if box else ''}"
        f'<text x="{width / 2}" y="{height - 5}" text-anchor="middle" font-size="10.5" fill="{palette.ink}">'
        f"{escape(name)}</text></svg>"
    )


def _part(frame: _Frame, box: _Box, palette: Palette) -> str:
    west, south, east, north = box
    (left, top), (right, bottom) = frame.at(west, north), frame.at(east, south)
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(right - left, 4):.1f}" height="{max(bottom - top, 4):.1f}" '
        f'fill="none" stroke="{palette.accent}" stroke-width="2"/>'
    )
