"""Boundaries as files hold them: GeoJSON, TopoJSON, GeoParquet, or a folder of `wards-NN.geojson`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.geometry.base import BaseGeometry

from etl.boundaries import topojson
from files.faults import BadInput, Fault
from ranking.names import unit_code

NOT_STATED = "not stated"
_CODES = ("code", "unit_code", "ma_xa", "ward_code")
_NAMES = ("full_name", "name", "ten_xa")
_VIETNAM = shapely.box(101, 6, 119, 24)
_DEGREES = ("CRS84", "4326")


@dataclass(frozen=True)
class Borders:
    """Valid polygons by unit code, what the source calls the units, and what is said of the source."""

    shapes: dict[str, BaseGeometry]
    names: dict[str, str] = field(default_factory=dict)
    nature: str = "official"
    source: str = ""
    licence: str = NOT_STATED


@dataclass(frozen=True)
class _Row:
    number: int
    code: str
    name: str
    shape: BaseGeometry | None


def read(source: Path) -> Borders:
    """The borders of a file, or of all `wards-*.geojson` of a folder; BadInput names file, row and field."""
    files = sorted(source.glob("wards-*.geojson")) if source.is_dir() else [source]
    if not files or not files[0].exists():
        raise Fault(f"{source}: no wards-NN.geojson there")
    return together([_read_file(file) for file in files])


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
    )


def _all_of(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _read_file(file: Path) -> Borders:
    if file.suffix.lower() in (".parquet", ".geoparquet"):
        return _geoparquet(file)
    return from_json(file.read_bytes(), file)


def from_json(content: bytes, place: object) -> Borders:
    """The borders of GeoJSON or TopoJSON; `place` names it in faults."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
        topology = document["type"] == "Topology"
        features = list(topojson.features(document, place) if topology else document["features"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(place, f"is not a GeoJSON FeatureCollection: {type(error).__name__}: {error}") from error
    said = document.get("metadata")
    said = said if isinstance(said, dict) else {}
    rows = (_feature(place, number, feature) for number, feature in enumerate(features, 1))
    licence, source = said.get("license") or NOT_STATED, said.get("publisher") or getattr(place, "name", "")
    return _borders(place, rows, nature=str(said.get("nature", "official")), source=str(source), licence=str(licence))


def _feature(place: object, number: int, feature: Any) -> _Row:
    try:
        known = {"id": feature.get("id"), **(feature.get("properties") or {})}
        geometry = feature["geometry"]
    except (AttributeError, KeyError, TypeError) as error:
        raise BadInput(place, f"is no feature with a geometry: {error!r}", row=number, field="geometry") from error
    code = next((known[name] for name in (*_CODES, "id") if known.get(name) not in (None, "")), None)
    if code is None:
        raise BadInput(place, "has neither an id nor a property code", row=number, field="id")
    try:
        shape = shapely.from_geojson(json.dumps(geometry)) if geometry else None
    except shapely.GEOSException as error:
        raise BadInput(place, f"cannot be read as a polygon: {error}", row=number, field="geometry") from error
    return _Row(number, _code(code), _name(known), shape)


def _code(value: object) -> str:
    """Five digits; what is no commune's code, such as a province's `04`, stays what it is."""
    return unit_code(value) or str(value).strip()


def _name(known: dict) -> str:
    return str(next((known[name] for name in _NAMES if known.get(name)), ""))


def _geoparquet(file: Path) -> Borders:
    try:
        table = pq.read_table(file)
        geo = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadInput(file, f"cannot be read as GeoParquet: {error}") from error
    column = geo.get("primary_column", "geometry")
    code = next((name for name in (*_CODES, "id") if name in table.column_names), None)
    if code is None or column not in table.column_names:
        raise BadInput(file, f"needs the columns code and {column}, has {', '.join(table.column_names)}")
    _check_column(file, column, geo.get("columns", {}).get(column, {}))
    said = {key.decode(): value.decode("utf-8", "replace") for key, value in (table.schema.metadata or {}).items()}
    return _borders(
        file,
        _wkb_rows(file, table, code, column),
        nature=said.get("nature", "official"),
        source=said.get("source", file.name),
        licence=said.get("licence", NOT_STATED),
    )


def _check_column(file: Path, column: str, said: dict) -> None:
    if said.get("encoding", "WKB") != "WKB":
        raise BadInput(file, f"is encoded as {said['encoding']}, not as WKB", field=column)
    crs = said.get("crs")
    if crs and str((crs.get("id") or {}).get("code")) not in _DEGREES:
        raise BadInput(file, f"is in {crs.get('name')!r}, not in degrees (OGC:CRS84)", field=column)


def _wkb_rows(file: Path, table: pa.Table, code: str, column: str) -> Iterator[_Row]:
    names = [name for name in _NAMES if name in table.column_names]
    for number, row in enumerate(table.select([code, column, *names]).to_pylist(), 1):
        if row[code] in (None, ""):
            raise BadInput(file, "is empty", row=number, field=code)
        try:
            shape = shapely.from_wkb(row[column])
        except (shapely.GEOSException, TypeError) as error:
            raise BadInput(file, f"cannot be read as WKB: {error}", row=number, field=column) from error
        yield _Row(number, _code(row[code]), _name(row), shape)


def _borders(place: object, rows: Iterable[_Row], **said: str) -> Borders:
    parts: dict[str, list[BaseGeometry]] = {}
    names: dict[str, str] = {}
    for row in rows:
        parts.setdefault(row.code, []).append(_polygons(place, row))
        names[row.code] = row.name
    shapes = {code: own[0] if len(own) == 1 else shapely.union_all(own) for code, own in parts.items()}
    return Borders(shapes, names, **said)


def _polygons(place: object, row: _Row) -> BaseGeometry:
    """The valid polygons of a row; what has no area, or lies elsewhere, is a mistake in the file."""
    shape = areas_of(shapely.make_valid(row.shape)) if row.shape is not None else None
    if shape is None or shape.is_empty:
        found = "nothing" if row.shape is None else f"a {row.shape.geom_type} without area"
        raise BadInput(place, f"is {found}, not a polygon ({row.code} {row.name})", row=row.number, field="geometry")
    if not _VIETNAM.covers(shapely.box(*shape.bounds)):
        west, south = shape.bounds[:2]
        what = f"begins at {west:.6g}, {south:.6g}: not degrees of longitude and latitude within Vietnam"
        raise BadInput(place, what, row=row.number, field="geometry")
    return shape


def areas_of(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a shape: making it valid may leave lines and points beside them."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])
