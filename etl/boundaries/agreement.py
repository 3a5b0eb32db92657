"""Whether the code, the name and the province of a feature, and where it lies, are those of one unit of today.

A layer of provinces, districts or former communes beside one of communes has numbers that read as communes' codes,
so a code alone proves nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry

from ranking.names import fold, near_keys, unit_code
from store.reference import province_names, reference_table

_FAR = 0.3  # degrees from the unit's inner point
_KM_OF_A_DEGREE = 111.2
# Communes on land have up to 1,114 km², provinces from 2,515 km² on; published areas are up to nine times off.
_AS_A_PROVINCE_KM2, _TIMES = 1500, 10
_LIKE_ENOUGH = 0.85
_PROVINCE = re.compile(r"(tỉnh|tinh|thành phố|thanh pho|tp\.?)\s+", re.IGNORECASE)
_ALSO = {"79": ("HCM", "Saigon")}
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Said:
    """What a feature says of itself: code, the names it may go by, and its province by code or name, if at all."""

    code: str
    names: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()


def disagreement(said: Said, shape: BaseGeometry) -> str | None:
    """Why the feature is not the unit of its code; None where it is, or where no unit of today has the code."""
    unit = units_of_today().get(said.code)
    if unit is None:
        return None
    known = f"{said.code} is {unit['full_name']} of {province_names()[unit['province_code']]}"
    if not _named_so(said.names, unit["full_name"]):
        return f"{known}, but has another name here"
    if not _of_province(said.provinces, unit["province_code"]):
        return f"{known}, but has another province here"
    if shapely.distance(shape, shapely.Point(unit["point_lon"], unit["point_lat"])) > _FAR:
        return f"{said.code} lies far from the unit of that code"
    area = _km2(shape)
    if area > _AS_A_PROVINCE_KM2 and area > _TIMES * unit["area_km2"]:
        return f"{known}, but has an area of {area:,.0f} km² here, as a province has"
    return None


@lru_cache(maxsize=1)
def units_of_today() -> Mapping[str, Mapping[str, Any]]:
    """`full_name`, `province_code`, `point_lon`, `point_lat`, `area_km2` by code."""
    columns = ("full_name", "province_code", "point_lon", "point_lat", pl.col("area_km2").fill_null(0.0))
    rows = reference_table("units").select("code", *columns)
    return {row["code"]: row for row in rows.iter_rows(named=True)}


@lru_cache(maxsize=1)
def _keys_of_today() -> frozenset[str]:
    """Names that some unit bears: one letter beside another unit's name, they are no slip of the pen."""
    return frozenset(key for unit in units_of_today().values() for key in near_keys(unit["full_name"]))


def _named_so(names: Collection[str], own: str) -> bool:
    """Whether one of the names is the unit's, spelt in whatever way; what holds no letter is no name."""
    said = [name for name in names if _LETTER.search(name)]
    return not said or any(_is_name_of(name, own) for name in said)


def _is_name_of(name: str, own: str) -> bool:
    if _PROVINCE.match(fold(name)):
        return False
    mine, keys = near_keys(own), near_keys(name)
    if set(mine) & set(keys):
        return True
    if _letters(own) in _letters(name) or _in_english(name, mine):
        return True
    alike = any(difflib.SequenceMatcher(None, a, b).ratio() >= _LIKE_ENOUGH for a in mine for b in keys)
    return alike and not _keys_of_today() & set(keys)


def _in_english(name: str, keys: Collection[str]) -> bool:
    """`Ba Dinh Ward`, `Con Dao Special Zone`."""
    words = re.sub(r"\b(ward|commune|township|special (administrative )?(zone|region|area))\b", " ", fold(name))
    return bool(set(keys) & set(near_keys(words)))


def _of_province(said: Collection[str], own: str) -> bool:
    return not said or any(_is_province(one, own) for one in said)


def _is_province(said: str, own: str) -> bool:
    digits = unit_code(said) or (said.strip() if said.strip().isdigit() else None)
    if digits is not None:
        return digits.lstrip("0") == own.lstrip("0")
    return any(
        _letters(name) in _letters(said) for name in (_PROVINCE.sub("", province_names()[own]), *_ALSO.get(own, ()))
    )


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", fold(text))


def _km2(shape: BaseGeometry) -> float:
    return float(shape.area * _KM_OF_A_DEGREE**2 * np.cos(np.radians(shape.centroid.y)))
