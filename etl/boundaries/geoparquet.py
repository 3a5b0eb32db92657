"""Rows of a GeoParquet file, whatever tool wrote its metadata.

Specification: https://geoparquet.org/releases/v1.1.0. What a foreign file says of itself may be missing, of another
type or in another system; it is told in a sentence, never followed blindly.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.boundaries.systems import other_system
from files.faults import BadInput

_SAID = ("nature", "source", "licence")


def rows(content: bytes, place: object) -> tuple[Iterator[dict[str, Any]], str, dict[str, str]]:
    """Columns but the other geometries by row, the name of the geometry's column, what the file says of its source.

    Raises BadInput where it is no Parquet, has no geometry as WKB, or is in a system other than WGS 84.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        metadata = file.schema_arrow.metadata or {}
        geo = _object(metadata.get(b"geo"))
        columns = geo["columns"] if isinstance(geo.get("columns"), dict) else {}
        column = _geometry_column(geo, columns, file.schema_arrow.names)
        if column is None:
            few = ", ".join(file.schema_arrow.names[:20])
            raise BadInput(place, f"needs a column geometry, has {few}")
        _check(place, column, columns.get(column))
        table = file.read([name for name in file.schema_arrow.names if name == column or name not in columns])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadInput(place, "cannot be read as GeoParquet: the file is damaged or was cut short") from error
    said = {name: metadata[name.encode()].decode("utf-8", "replace") for name in _SAID if name.encode() in metadata}
    return iter(table.to_pylist()), column, said


def _object(content: bytes | None) -> dict[str, Any]:
    """The metadata `geo`; without any, the file may still hold WKB in degrees."""
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _geometry_column(geo: dict, columns: dict, names: list[str]) -> str | None:
    likely = (geo.get("primary_column"), *columns, "geometry", "geom", "wkb_geometry", "the_geom", "wkb")
    return next((name for name in likely if isinstance(name, str) and name in names), None)


def _check(place: object, column: str, said: object) -> None:
    said = said if isinstance(said, dict) else {}
    encoding = said.get("encoding", "WKB")
    if not isinstance(encoding, str) or encoding.upper() != "WKB":
        raise BadInput(place, f"is encoded as {str(encoding)[:20]}, not as WKB", field=column)
    if system := other_system(said.get("crs")):
        raise BadInput(place, in_another(system), field=column)


def in_another(system: str) -> str:
    """What is wrong with a file in another coordinate system, and what to do."""
    return f"is in {system!r}, not in degrees: save it in WGS 84 (EPSG:4326)"
