"""The old communes inside the new units: their places on the map, lines to the new seats, and the words for them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

import polars as pl

from display.words.text import Speaker
from ranking.vocabulary import COUNTRY
from store.reference import reference_table

_DIGITS = 4
_APART = 0.004  # degrees, about 400 m
_PLACE = ["old_lat", "old_lon"]


@lru_cache(maxsize=1)
def counts() -> pl.DataFrame:
    """`unit_code`, `members`: of how many old communes each unit was made, whole or in part."""
    return reference_table("lineage").group_by(unit_code="new_code").agg(members=pl.len())


@lru_cache(maxsize=40)
def rows_of(scope: str) -> pl.DataFrame:
    """The lineage of a scope with the new units' names and seats, and the place at which each old commune is drawn.

    One row per old commune and successor. Where the source gives several old communes one position, they
    stand in a ring around it (`x`, `y`), for one dot would hide the others.
    """
    units = reference_table("units").select(
        "province_code", "seat_lat", "seat_lon", new_code="code", new_name="full_name"
    )
    rows = reference_table("lineage").join(units, on="new_code")
    if scope != COUNTRY:
        rows = rows.filter(pl.col("province_code") == scope)
    return rows.join(_apart(), on="old_code").sort("old_code", "new_code")


@lru_cache(maxsize=1)
def _apart() -> pl.DataFrame:
    """`old_code`, `x`, `y` and `shared`: whether its position is also another's."""
    old = reference_table("lineage").unique("old_code").sort("old_code")
    old = old.select("old_code", *(pl.col(name).round(_DIGITS) for name in _PLACE))
    at = pl.int_range(pl.len()).over(_PLACE) * (2 * math.pi / pl.len().over(_PLACE))
    shared = pl.len().over(_PLACE) > 1
    return old.select(
        "old_code",
        x=pl.col("old_lon") + pl.when(shared).then(_APART * at.cos()).otherwise(0.0),
        y=pl.col("old_lat") + pl.when(shared).then(_APART * at.sin()).otherwise(0.0),
        shared=shared,
    )


def shared_positions(scope: str) -> int:
    """How many old communes of a scope are drawn beside the position that they share with others."""
    return rows_of(scope).filter(pl.col("shared")).get_column("old_code").n_unique()


def collection(scope: str, say: Speaker) -> dict:
    """A FeatureCollection: per old commune its point and a line to the seat of each of its successors."""
    rows = rows_of(scope).iter_rows(named=True)
    return {
        "type": "FeatureCollection",
        "features": [_feature(list(group), say) for _, group in groupby(rows, key=lambda row: row["old_code"])],
    }


def _feature(successors: list[dict], say: Speaker) -> dict:
    old = successors[0]
    place = [round(old["x"], _DIGITS), round(old["y"], _DIGITS)]
    lines = [[place, [round(row["seat_lon"], _DIGITS), round(row["seat_lat"], _DIGITS)]] for row in successors]
    return {
        "type": "Feature",
        "properties": {
            "code": old["old_code"],
            "unit": old["new_code"],
            "name": old["old_name"],
            "text": _district(old),
            "note": "; ".join(say(f"map.member.{row['part']}", unit=row["new_name"]) for row in successors),
            "rank": "",
        },
        "geometry": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Point", "coordinates": place},
                {"type": "MultiLineString", "coordinates": lines},
            ],
        },
    }


def _district(old: dict) -> str:
    """Old district and province; an island district that was a commune too stands for itself."""
    names = [old["old_district"], old["old_province"]]
    return ", ".join(name for name in names if name != old["old_name"])


def merged_from(code: str) -> pl.DataFrame:
    """The old communes that went into a unit, whole or in part, by old province, district and name."""
    rows = reference_table("lineage").filter(pl.col("new_code") == code)
    return rows.sort("old_province_code", "old_district_code", "old_code")


def districts(rows: pl.DataFrame) -> Iterable[tuple[str, list[dict]]]:
    """(old district and province, its old communes) of `merged_from`."""
    for where, group in groupby(rows.iter_rows(named=True), key=_district):
        yield where, list(group)
