"""`python -m etl.boundaries.outline countries-10m.json`: the outline of Vietnam, as `data/reference/outline.geojson`.

The source is Natural Earth 4.1 (public domain), 1:10m, as the npm package `world-atlas` 2.0.2 packs it
in TopoJSON. The islands of Hoàng Sa and Trường Sa, which the file keeps apart from the mainland, are
taken by their place. Needed only to build the outline anew, which is committed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from etl.boundaries.topojson import features
from files.places import REFERENCE

OUTLINE = REFERENCE / "outline.geojson"
METADATA = {
    "dataset": "outline of Vietnam, 1:10m, for approximate boundaries only",
    "source": "Natural Earth 4.1 (naturalearthdata.com), from npm world-atlas 2.0.2, countries-10m.json",
    "license": "public domain",
}
HOANG_SA, TRUONG_SA = "20333", "22736"
_VIETNAM = "704"
_PLACES = {HOANG_SA: shapely.box(111, 15.5, 113, 17.3), TRUONG_SA: shapely.box(111.5, 7, 116.5, 11.6)}
_REMOTE = ("China", "Vietnam", "Spratly Is.")
_TOLERANCE = 0.001


def main(source: Path) -> None:
    topology = json.loads(source.read_text(encoding="utf-8"))
    countries = list(features(topology | {"objects": {"countries": topology["objects"]["countries"]}}, source))
    content = {"type": "FeatureCollection", "metadata": METADATA, "features": list(_outline(countries))}
    OUTLINE.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _outline(countries: list[dict]) -> Iterator[dict]:
    """The land, without a code, then the islands of the two archipelagos with that of their unit."""
    land = shapely.union_all([_shape(country) for country in countries if country["id"] == _VIETNAM])
    yield _feature(None, "Việt Nam", shapely.make_valid(shapely.simplify(land, _TOLERANCE)))
    remote = [_shape(country) for country in countries if country["properties"].get("name") in _REMOTE]
    parts = shapely.get_parts(shapely.get_parts(remote))
    for code, place in _PLACES.items():
        yield _feature(code, None, shapely.union_all(parts[shapely.within(parts, place)]))


def _shape(country: dict) -> BaseGeometry:
    return shapely.make_valid(shapely.from_geojson(json.dumps(country["geometry"])))


def _feature(code: str | None, name: str | None, shape: BaseGeometry) -> dict:
    rounded = shapely.set_precision(shape, 1e-4)
    properties = {"code": code} if code else {"name": name}
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(rounded))}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
