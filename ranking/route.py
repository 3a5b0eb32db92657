"""The order of a trip: always on to the nearest place that is left, as the crow flies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ranking.great_circle import distances_km


@dataclass(frozen=True)
class Place:
    """Where a unit's seat lies, in degrees."""

    code: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Stop:
    """A place in its turn; `km` from the place before it, `total_km` from the start, both straight lines."""

    place: Place
    km: float
    total_km: float


def route(start: Place, places: Sequence[Place]) -> tuple[Stop, ...]:
    """The places in the order of a trip from `start`: each time the nearest that is left is next.

    Of equally near ones (to the metre) the smaller code is first, so the order of `places` does not matter.
    Where `start` is itself one of `places` it is the first stop, at 0 km. Nearest next is quick to check by
    hand but not always the shortest trip. Raises ValueError where a code is there twice.
    """
    left = {place.code: place for place in places}
    if len(left) < len(places):
        raise ValueError("a place stands in the plan twice; once is right")
    stops: list[Stop] = []
    here, total = start, 0.0
    while left:
        km, code = _next(here, left.values())
        here, total = left.pop(code), total + km
        stops.append(Stop(here, km, total))
    return tuple(stops)


def _next(here: Place, left: Iterable[Place]) -> tuple[float, str]:
    """How far the nearest place is, to the metre, and its code."""
    codes, lats, lons = zip(*((place.code, place.lat, place.lon) for place in left), strict=True)
    return min(zip((round(km, 3) for km in distances_km(here.lat, here.lon, lats, lons).tolist()), codes, strict=True))
