"""Where a commune's counter is, when it is open and how to reach it: `centres.csv`, which a province fills in.

The project ships the headings alone; what a province gives lies in `local/centres.csv` of the data folder, put there
by `python -m etl centres`, and takes the place of the shipped rows commune by commune.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from files.faults import BadInput, Fault
from files.places import REFERENCE, published_folder
from ranking.great_circle import distances_km
from ranking.opening_hours import Open, parse
from store import units
from store.local_csv import rows_in

COLUMNS = ("unit_code", "name", "address", "lat", "lon", "hours", "telephone", "page")
FILE = "centres.csv"
LONGEST = {"name": 120, "address": 200, "hours": 200, "telephone": 40, "page": 300}
FAR_KM = 60.0
"""A counter further from the middle of its commune than this is taken for a slip: islands have the longest ways."""
NEAR_KM, MOST_NEAR = 30.0, 3
_TELEPHONE = re.compile(r"\+?[0-9](?:[ .-]?[0-9]){2,14}")
_PAGE = re.compile(r"https?://[^\s/]+\.[^\s]+")


@dataclass(frozen=True)
class Centre:
    """One counter of a commune: `position` as latitude and longitude in degrees, None where it is not given.

    `hours` as `ranking.opening_hours` reads them. Texts are empty where nothing was given.
    """

    unit_code: str
    name: str
    address: str
    position: tuple[float, float] | None = None
    hours: tuple[Open, ...] = ()
    telephone: str = ""
    page: str = ""


@dataclass(frozen=True)
class Near:
    """The counter of another commune, and how far it is as the crow flies."""

    centre: Centre
    km: float


def own_file() -> Path:
    """The file of the data folder."""
    return published_folder().parent / "local" / FILE


def of_unit(code: str) -> tuple[Centre, ...]:
    """The counters of a commune in the order of the file; none where the province gave none."""
    return known().get(code, ())


def near(code: str) -> list[Near]:
    """The nearest counters of other communes, at most `MOST_NEAR` of them and none beyond `NEAR_KM`."""
    others = [one for unit, found in known().items() if unit != code for one in found if one.position]
    if not others or (here := _place(code)) is None:
        return []
    lats, lons = zip(*(one.position for one in others if one.position), strict=True)
    apart = distances_km(*here, lats, lons).tolist()
    nearest = sorted(zip(apart, others, strict=True), key=lambda pair: (pair[0], pair[1].unit_code))
    return [Near(one, km) for km, one in nearest[:MOST_NEAR] if km <= NEAR_KM]


def known() -> Mapping[str, tuple[Centre, ...]]:
    """All counters by commune; Fault where a file was changed by hand and is wrong now."""
    return _known(*((path, _stamp(path)) for path in (REFERENCE / FILE, own_file())))


@lru_cache(maxsize=2)
def _known(*stamped: tuple[Path, int]) -> Mapping[str, tuple[Centre, ...]]:
    found: dict[str, tuple[Centre, ...]] = {}
    for path, stamp in stamped:
        if stamp:
            found |= by_unit(read(path.read_bytes(), path.name))
    return found


def _stamp(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def by_unit(rows: Sequence[Centre]) -> dict[str, tuple[Centre, ...]]:
    found: dict[str, tuple[Centre, ...]] = {}
    for row in rows:
        found[row.unit_code] = (*found.get(row.unit_code, ()), row)
    return found


def _place(code: str) -> tuple[float, float] | None:
    own = next((one.position for one in of_unit(code) if one.position), None)
    return own or _middle(code)


def _middle(code: str) -> tuple[float, float] | None:
    unit = units.known(code)
    for kind in ("seat", "point"):
        lat, lon = unit[f"{kind}_lat"], unit[f"{kind}_lon"]
        if lat is not None and lon is not None:
            return lat, lon
    return None


# --- the file


def read(content: bytes, place: str) -> list[Centre]:
    """The rows of a `centres.csv`; Fault names file, row and field of each thing that is wrong, twenty at most."""
    found, wrong, seen = [], [], set()
    for number, values in rows_in(content, place, COLUMNS):
        try:
            one = _row(place, number, values)
            if (one.unit_code, one.name) in seen:
                raise BadInput(place, f"{one.unit_code} has {one.name!r} already", row=number, field="name")
            seen.add((one.unit_code, one.name))
            found.append(one)
        except BadInput as error:
            wrong.append(str(error))
    if wrong:
        more = [f"{place}: {len(wrong) - 20} more rows are wrong"] if len(wrong) > 20 else []
        raise Fault("\n".join([*wrong[:20], *more]))
    return found


def _row(place: str, number: int, values: Mapping[str, str]) -> Centre:
    for field, what in _wrong(values):
        raise BadInput(place, what, row=number, field=field)
    position = _position(place, number, values)
    try:
        hours = parse(values["hours"])
    except ValueError as error:
        raise BadInput(place, str(error), row=number, field="hours") from None
    texts = {name: values[name] for name in ("unit_code", "name", "address", "telephone", "page")}
    return Centre(**texts, position=position, hours=hours)


def _wrong(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Field and words of what is wrong in a row, but for its position and hours."""
    if units.unit(values["unit_code"]) is None:
        yield "unit_code", f"{values['unit_code']!r} is no commune's code; five digits are needed, such as 08230"
    if not values["address"]:
        yield "address", "is empty; a row without an address helps nobody to find the counter"
    for name, most in LONGEST.items():
        if len(values[name]) > most:
            yield name, f"{len(values[name])} characters, at most {most} are shown"
    if values["telephone"] and not _TELEPHONE.fullmatch(values["telephone"]):
        yield "telephone", f"{values['telephone']!r} is no number; right is 0210 3846 647 or 1022"
    if values["page"] and not _PAGE.fullmatch(values["page"]):
        yield "page", f"{values['page']!r} is no address of a page; right is https://…"


def _position(place: str, number: int, values: Mapping[str, str]) -> tuple[float, float] | None:
    if not values["lat"] and not values["lon"]:
        return None
    found = []
    for name in ("lat", "lon"):
        try:
            found.append(float(values[name].replace(",", ".")))
        except ValueError:
            raise BadInput(
                place, f"{values[name]!r} is no number of degrees, such as 21.3227", row=number, field=name
            ) from None
    lat, lon = found
    middle = _middle(values["unit_code"])
    km = distances_km(*middle, [lat], [lon]).item() if middle else 0.0
    if not km <= FAR_KM:
        swapped = "; are the two swapped?" if 8 <= lon <= 24 and 102 <= lat <= 118 else ""
        raise BadInput(
            place, f"{lat:g}, {lon:g} lies {km:,.0f} km from {values['unit_code']}{swapped}", row=number, field="lat"
        )
    return lat, lon
