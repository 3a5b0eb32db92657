"""`python -m etl boundaries`: the communes' boundaries for the map, simplified with shared borders kept."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from etl.faults import BadInput, Fault
from etl.places import DATA, reference

_TOLERANCE = {"geometry": 0.0006, "geometry_country": 0.004}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="PATH",
        help="folder of wards-NN.geojson files, or one GeoJSON file; feature id or property `code` = unit code",
    )  # fmt: skip
    parser.add_argument("--data", type=Path, default=DATA, help="data folder (default: data)")


def run(args: argparse.Namespace) -> int:
    """Write `boundaries/boundaries.parquet` and report which units have none."""
    shapes = read_shapes(args.source)
    units = reference("units")
    known = {code: shape for code, shape in shapes.items() if code in set(units.get_column("code"))}
    for code in sorted(shapes.keys() - known.keys()):
        print(f"{args.source}: {code} is no unit of today, left out")
    if not known:
        raise Fault(f"{args.source}: no feature has the code of a unit")
    missing = units.filter(~pl.col("code").is_in(list(known)))
    for code, name in missing.select("code", "full_name").iter_rows():
        print(f"no boundary for {code} {name}")
    out = args.data / "boundaries" / "boundaries.parquet"
    write(known, out, nature="official")
    print(f"{out}: {len(known)} units, {missing.height} without a boundary, {out.stat().st_size / 1e6:.1f} MB")
    return 0


def read_shapes(source: Path) -> dict[str, shapely.Geometry]:
    """Valid polygons by unit code, from a GeoJSON file or all `wards-*.geojson` of a folder."""
    files = sorted(source.glob("wards-*.geojson")) if source.is_dir() else [source]
    if not files or not files[0].exists():
        raise Fault(f"{source}: no wards-NN.geojson there")
    shapes: dict[str, shapely.Geometry] = {}
    for file in files:
        shapes |= _read_file(file)
    return shapes


def _read_file(file: Path) -> dict[str, shapely.Geometry]:
    try:
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(file, f"is not a GeoJSON FeatureCollection: {error!r}") from error
    return dict(_shape(file, number, feature) for number, feature in enumerate(features, 1))


def _shape(file: Path, number: int, feature: dict) -> tuple[str, shapely.Geometry]:
    code = feature.get("id") or (feature.get("properties") or {}).get("code")
    if not code:
        raise BadInput(file, "has neither an id nor a property code", row=number, field="id")
    try:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    except (shapely.GEOSException, KeyError) as error:
        raise BadInput(file, f"cannot be read as a polygon: {error}", row=number, field="geometry") from error
    return str(code).zfill(5), _areas_of(shapely.make_valid(shape))


def _areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a shape: making it valid may leave lines and points beside them."""
    if shape.geom_type != "GeometryCollection":
        return shape
    return shapely.union_all([part for part in shape.geoms if "Polygon" in part.geom_type])


def write(shapes: dict[str, shapely.Geometry], out: Path, *, nature: str) -> None:
    """GeoParquet with one row per unit: a detailed geometry for provinces, a coarse one for the country."""
    codes = sorted(shapes)
    exact = [shapes[code] for code in codes]
    columns = {"code": codes, "nature": [nature] * len(codes)}
    for name, tolerance in _TOLERANCE.items():
        columns[name] = shapely.to_wkb(shapely.coverage_simplify(exact, tolerance))
    table = pa.table({name: pa.array(list(values)) for name, values in columns.items()})
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {}}
    geo["columns"] = {name: {"encoding": "WKB", "geometry_types": ["Polygon", "MultiPolygon"]} for name in _TOLERANCE}
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_suffix(".partial")
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), partial, compression="zstd")
    stamp = hashlib.sha256(partial.read_bytes()).hexdigest()[:12]
    partial.replace(out)
    out.with_suffix(".id").write_text(stamp, encoding="utf-8")
