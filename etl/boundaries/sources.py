"""Boundaries as files hold them: GeoJSON, TopoJSON, GeoParquet, or a folder of them.

One odd feature or file costs nothing else: it is left out, and why is kept in `Borders.left_out`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from etl.boundaries import geoparquet, topojson
from etl.boundaries.agreement import Said, disagreement, units_of_today
from etl.boundaries.areas import areas_of, elsewhere
from etl.boundaries.geoparquet import in_another
from etl.boundaries.systems import other_system
from files.faults import BadInput, Fault
from ranking.names import tidy, unit_code

NOT_STATED = "not stated"
_CODES = ("code", "unit_code", "ma_xa", "maxa", "ma_phuong_xa", "ma_dvhc", "ward_code", "commune_code")
_NAMES = ("full_name", "ten_xa", "tenxa", "ten_phuong_xa", "ten_dvhc", "ward_name", "commune_name", "name", "ten")
_PROVINCES = ("province_code", "ma_tinh", "matinh", "province_name", "ten_tinh", "tentinh", "province", "tinh")
_VIETNAM = shapely.box(101, 6, 119, 24)
_SUFFIXES = (".geojson", ".topojson", ".parquet", ".geoparquet")
_NO_BOUNDARIES = {
    b"PK": "a packed file (.zip, .kmz, .xlsx)",
    b"SQLite format 3": "a GeoPackage or another database",
    b"\x00\x00\x27\x0a": "a Shapefile",
    b"<": "XML, such as KML, or a web page",
}
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Borders:
    """Valid polygons by unit code, what the source calls the units, what is said of the source, what was left out."""

    shapes: dict[str, BaseGeometry]
    names: dict[str, str] = field(default_factory=dict)
    nature: str = "official"
    source: str = ""
    licence: str = NOT_STATED
    left_out: tuple[BadInput, ...] = ()


@dataclass(frozen=True)
class _Row:
    number: int
    said: Said
    shape: BaseGeometry | None


def read(source: Path) -> Borders:
    """The borders of a file, or of all files of a folder that may hold any; BadInput names file, row and field."""
    if not source.is_dir():
        return _read_file(source)
    files = sorted(path for path in source.iterdir() if path.is_file() and _may_hold_borders(path))
    if not files:
        raise Fault(f"{source}: no wards-NN.geojson there, nor another file of GeoJSON, TopoJSON or GeoParquet")
    parts, faults = [], []
    for file in files:
        try:
            parts.append(_read_file(file))
        except BadInput as fault:
            faults.append(fault)
    if not parts:
        raise faults[0]
    return together([*parts, Borders({}, left_out=tuple(faults), licence="")])


def _may_hold_borders(path: Path) -> bool:
    """Whether a file is one of boundaries by its name: no README, no sidecar, nothing that a program keeps aside."""
    return path.suffix.lower() in _SUFFIXES and not path.name.startswith((".", "~"))


def together(parts: Iterable[Borders]) -> Borders:
    """One set of several; a unit that lies in two of them gets the polygons of both."""
    parts = list(parts)
    shapes: dict[str, BaseGeometry] = {}
    for part in parts:
        for code, shape in part.shapes.items():
            shapes[code] = shapely.union(shapes[code], shape) if code in shapes else shape
    return Borders(
        shapes,
        {code: name for part in parts for code, name in part.names.items()},
        nature="approximate" if any(part.nature == "approximate" for part in parts) else "official",
        source=_all_of(part.source for part in parts),
        licence=_all_of(part.licence for part in parts),
        left_out=tuple(fault for part in parts for fault in part.left_out),
    )


def _all_of(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _read_file(file: Path) -> Borders:
    """What the file is, its first bytes tell; a suffix may be in capitals or wrong."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Fault(f"{file}: no such file, or one that cannot be read") from error
    if content[:4] == b"PAR1" or file.suffix.lower() in (".parquet", ".geoparquet"):
        return _of_parquet(content, file)
    return from_json(content, file)


def _of_parquet(content: bytes, file: Path) -> Borders:
    rows, column, said = geoparquet.rows(content, file)
    return _borders(
        file,
        (_wkb_row(file, number, row, column) for number, row in enumerate(rows, 1)),
        nature=said.get("nature", "official"),
        source=said.get("source", file.name),
        licence=said.get("licence", NOT_STATED),
    )


def _wkb_row(place: object, number: int, row: dict, column: str) -> _Row | BadInput:
    said = _said({name: value for name, value in row.items() if name != column})
    if said is None:
        return BadInput(
            place, f"is empty, or there is no column of codes ({', '.join(_CODES)})", row=number, field="code"
        )
    try:
        shape = shapely.from_wkb(row[column])
    except (shapely.GEOSException, NotImplementedError, TypeError, ValueError):  # a curve is not implemented
        return BadInput(place, "cannot be read as WKB", row=number, field=column)
    if shape is not None and (system := other_system(int(shapely.get_srid(shape)) or None)):
        return BadInput(place, in_another(system), row=number, field=column)
    return _Row(number, said, shape)


def from_json(content: bytes, place: object) -> Borders:
    """The borders of GeoJSON or TopoJSON; `place` names it in faults."""
    document = _document(content, place)
    features, system = _features(document, place), other_system(document.get("crs"))
    if system:
        raise BadInput(place, in_another(system), field="crs")
    said = document.get("metadata")
    said = said if isinstance(said, dict) else {}
    rows = (_feature(place, number, feature) for number, feature in enumerate(features, 1))
    licence, source = said.get("license") or NOT_STATED, said.get("publisher") or getattr(place, "name", "")
    return _borders(place, rows, nature=str(said.get("nature", "official")), source=str(source), licence=str(licence))


def _document(content: bytes, place: object) -> dict:
    for beginning, what in _NO_BOUNDARIES.items():
        if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(beginning):
            raise BadInput(place, f"is not a GeoJSON FeatureCollection but {what}: save it as GeoJSON or GeoParquet")
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(place, "is not a GeoJSON FeatureCollection: it is no text in UTF-8") from error
    except (ValueError, RecursionError) as error:
        at = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInput(place, f"is not a GeoJSON FeatureCollection: it breaks the rules of JSON{at}") from error
    if isinstance(document, dict):
        return document
    raise BadInput(place, "is not a GeoJSON FeatureCollection: it holds no object with a type")


def _features(document: dict, place: object) -> list:
    if document.get("type") == "Topology":
        return list(topojson.features(document, place))
    features = [document] if _is_feature(document) else document.get("features")
    if isinstance(features, list):
        return features
    raise BadInput(place, "is not a GeoJSON FeatureCollection: it has no list of features")


def _is_feature(document: dict) -> bool:
    return document.get("type") == "Feature" and "geometry" in document


def _feature(place: object, number: int, feature: Any) -> _Row | BadInput:
    broken = feature.get("broken") if isinstance(feature, dict) else None
    if broken:
        return BadInput(place, broken, row=number, field="arcs")
    if not isinstance(feature, dict) or "geometry" not in feature:
        return BadInput(place, "is no feature with a geometry", row=number, field="geometry")
    known = feature.get("properties")
    said = _said((known if isinstance(known, dict) else {}), feature.get("id"))
    if said is None:
        return BadInput(place, "has neither an id nor a property code", row=number, field="id")
    try:
        shape = shapely.from_geojson(json.dumps(_flat(feature["geometry"]))) if feature["geometry"] else None
    except (shapely.GEOSException, RecursionError, TypeError, ValueError):
        return BadInput(place, "cannot be read as a polygon", row=number, field="geometry")
    return _Row(number, said, shape)


def _flat(thing: Any) -> Any:
    """A geometry without heights and measures: GEOS refuses positions of four numbers."""
    if isinstance(thing, dict):
        return {key: _flat(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return thing[:2] if thing and isinstance(thing[0], int | float) else [_flat(one) for one in thing]
    return thing


def _said(known: dict[str, Any], identifier: object = None) -> Said | None:
    """What a row says of itself, its columns in whatever case; None without a code. An id counts only without one."""
    folded = {str(name).lower(): value for name, value in known.items()}
    codes = [_code(folded[name]) for name in _CODES if folded.get(name) not in (None, "")]
    spare = [value for value in (folded.get("id"), identifier) if value not in (None, "")]
    if not codes and not spare:
        return None
    today = units_of_today()
    code = next((one for one in codes if one in today), codes[0]) if codes else _code(spare[-1])
    return Said(code, _texts(folded, _NAMES), _texts(folded, _PROVINCES))


def _texts(known: dict[str, Any], columns: Iterable[str]) -> tuple[str, ...]:
    found = (known.get(name) for name in columns)
    return tuple(tidy(str(value)) for value in found if isinstance(value, str | int) and str(value).strip())


def _code(value: object) -> str:
    """Five digits; what is no commune's code, such as a province's `04`, stays what it is."""
    return unit_code(value) or tidy(str(value))[:20]


def _borders(place: object, rows: Iterator[_Row | BadInput], **said: str) -> Borders:
    """BadInput where there are rows, but not one can be used."""
    parts: dict[str, list[BaseGeometry]] = {}
    names: dict[str, str] = {}
    left_out: list[BadInput] = []
    for row in rows:
        shape = row if isinstance(row, BadInput) else _polygons(place, row)
        if isinstance(shape, BadInput):
            left_out.append(shape)
        elif not isinstance(row, BadInput):
            parts.setdefault(row.said.code, []).append(shape)
            names[row.said.code] = _shown(row.said)
    if left_out and not parts:
        raise _none_usable(place, left_out)
    shapes = {code: own[0] if len(own) == 1 else shapely.union_all(own) for code, own in parts.items()}
    return Borders(shapes, names, left_out=tuple(left_out), **said)


def _none_usable(place: object, left_out: list[BadInput]) -> BadInput:
    first, others = left_out[0], len(left_out) - 1
    more = f" (and {others:,} more rows, none of which can be used)" if others else ""
    return BadInput(place, first.what + more, row=first.row, field=first.field)


def _polygons(place: object, row: _Row) -> BaseGeometry | BadInput:
    """The valid polygons of a row in two dimensions, or why they are not the unit's."""

    def wrong(what: str, field: str = "geometry") -> BadInput:
        return BadInput(place, what, row=row.number, field=field)

    shape = row.shape
    if shape is None:
        return wrong(f"is nothing, not a polygon{_of(row.said)}")
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return wrong(f"has a point that is no number{_of(row.said)}")
    areas = areas_of(shapely.make_valid(shapely.force_2d(shape)))
    if areas.is_empty:
        return wrong(f"is a {shape.geom_type} without area, not a polygon{_of(row.said)}")
    if not _VIETNAM.covers(shapely.box(*areas.bounds)):
        return wrong(elsewhere(areas))
    why = disagreement(row.said, areas)
    return wrong(f"{why}{_of(Said('', row.said.names))}", "code") if why else areas


def _of(said: Said) -> str:
    words = f"{said.code} {_shown(said)}".strip()
    return f" ({words})" if words else ""


def _shown(said: Said) -> str:
    """The name, where it reads like one of a place."""
    name = said.names[0] if said.names else ""
    return name if len(name) <= _LONGEST_NAME and sum(letter.isdigit() for letter in name) < 4 else ""
