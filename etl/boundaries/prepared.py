"""The prepared boundaries in `boundaries/`: what pages read, in two levels of detail, and what is said of them.

`boundaries.parquet` has one row per unit, `boundaries.json` says nature, source and licence, and
`boundaries.id` is the stamp of the content; each is renamed into place, the stamp last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.geometry.base import BaseGeometry

from etl.boundaries.detail import DETAILS, simplified
from etl.boundaries.sources import NOT_STATED
from files import whole

_ENDS = ("xmin", "ymin", "xmax", "ymax")


def described(folder: Path) -> dict | None:
    """What is said of the prepared boundaries of a folder; None where there are none."""
    if not all((folder / f"boundaries.{kind}").exists() for kind in ("parquet", "id")):
        return None
    try:
        return json.loads((folder / "boundaries.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        nature = pq.read_table(folder / "boundaries.parquet", columns=["nature"]).column(0)
        return {"nature": nature[0].as_py() if len(nature) else "unknown", "units": len(nature), "built_at": None}


def write(
    shapes: dict[str, BaseGeometry],
    out: Path,
    *,
    nature: str,
    source: str = "",
    licence: str = NOT_STATED,
    missing: Iterable[str] = (),
) -> None:
    """Write the set beside `out`, its `boundaries.parquet`; readers see the old one or the new one."""
    said = {"nature": nature, "source": source, "licence": licence}
    out.parent.mkdir(parents=True, exist_ok=True)
    content = _geoparquet(shapes, said)
    more = {"built_at": datetime.now(UTC).isoformat(timespec="seconds"), "units": len(shapes)}
    text = json.dumps(said | more | {"missing": sorted(missing)}, ensure_ascii=False, indent=1)
    whole.write(out, content)
    whole.write(out.with_suffix(".json"), text.encode())
    whole.write(out.with_suffix(".id"), hashlib.sha256(content).hexdigest()[:12].encode())


def _geoparquet(shapes: dict[str, BaseGeometry], said: dict[str, str]) -> bytes:
    """One row per unit: a detailed geometry for provinces, a coarse one for the country, each with its bounding box.

    As GeoParquet 1.1 wants it: two-dimensional WKB, outer rings counterclockwise.
    """
    codes = sorted(shapes)
    exact = [shapes[code] for code in codes]
    table: dict[str, list | pa.Array] = {"code": codes, "nature": [said["nature"]] * len(codes)}
    columns: dict[str, dict[str, object]] = {}
    for name, detail in DETAILS.items():
        geometries = shapely.orient_polygons(simplified(exact, detail))
        box = name.replace("geometry", "bbox")
        table[name], table[box] = list(shapely.to_wkb(geometries)), _boxes(geometries)
        columns[name] = {
            "encoding": "WKB",
            "orientation": "counterclockwise",
            "geometry_types": sorted({geometry.geom_type for geometry in geometries}),
            "bbox": [float(end) for end in shapely.total_bounds(geometries)],
            "covering": {"bbox": {end: [box, end] for end in _ENDS}},
        }
    # No `crs`: that is OGC:CRS84, degrees with longitude first.
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": columns}
    metadata = {"geo": json.dumps(geo), **said}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(table).replace_schema_metadata(metadata), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _boxes(geometries: np.ndarray) -> pa.Array:
    """The bounding box of each geometry, by which a reader skips the rows it doesn't need."""
    ends = shapely.bounds(geometries)
    return pa.StructArray.from_arrays([pa.array(ends[:, n]) for n in range(len(_ENDS))], list(_ENDS))
