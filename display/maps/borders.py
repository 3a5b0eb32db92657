"""Province borders as lines and the names of the archipelagos: what lies over the communes on every map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import polars as pl
import shapely
import shapely.geometry

from display.words.text import Speaker
from ranking.vocabulary import COUNTRY
from store.reference import reference_table

ARCHIPELAGOS = {"20333": "hoang_sa", "22736": "truong_sa"}
_Segment = tuple[tuple[float, float], tuple[float, float]]


def collection(scope: str, areas: Mapping[str, dict], say: Speaker) -> dict:
    """A FeatureCollection: the borders of provinces as one feature, then a labelled point per archipelago.

    `areas`: GeoJSON geometries of the scope's communes by code; without any there are labels only.
    """
    lines = borders(scope, areas)
    geometry = {"type": "MultiLineString", "coordinates": [[list(point) for point in line] for line in lines]}
    features = [{"type": "Feature", "properties": {}, "geometry": geometry}] if lines else []
    return {"type": "FeatureCollection", "features": features + _labels(scope, say)}


def borders(scope: str, areas: Mapping[str, dict]) -> list[list[tuple[float, float]]]:
    """Lines of points: in the country where two provinces meet, in a province all around it.

    The coast of the country needs no line: the colours end there.
    """
    if not areas:
        return []
    provinces = dict(reference_table("units").select("code", "province_code").iter_rows())
    seen: dict[_Segment, set[str]] = {}
    times: Counter[_Segment] = Counter()
    for code, area in areas.items():
        for segment in _segments(area):
            times[segment] += 1
            seen.setdefault(segment, set()).add(provinces.get(code, ""))
    wanted = [one for one in times if (len(seen[one]) > 1 if scope == COUNTRY else times[one] == 1)]
    if not wanted:
        return []
    merged = shapely.line_merge(shapely.multilinestrings([shapely.linestrings(one) for one in wanted]))
    parts = getattr(merged, "geoms", [merged])
    return [[(x, y) for x, y in line.coords] for line in parts]


def _segments(area: dict) -> list[_Segment]:
    """The sides of an area, each from its lesser end, so that neighbours name a common side alike."""
    polygons = [area["coordinates"]] if area["type"] == "Polygon" else area["coordinates"]
    found = []
    for ring in (ring for polygon in polygons for ring in polygon):
        points = [tuple(point) for point in ring]
        found += [(min(pair), max(pair)) for pair in pairwise(points)]
    return found


def _labels(scope: str, say: Speaker) -> list[dict]:
    units = reference_table("units").filter(pl.col("code").is_in(list(ARCHIPELAGOS)))
    if scope != COUNTRY:
        units = units.filter(pl.col("province_code") == scope)
    return [
        {
            "type": "Feature",
            "properties": {"label": say(f"map.label.{ARCHIPELAGOS[row['code']]}")},
            "geometry": {"type": "Point", "coordinates": [row["seat_lon"], row["seat_lat"]]},
        }
        for row in units.iter_rows(named=True)
    ]
