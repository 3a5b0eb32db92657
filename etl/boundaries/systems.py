"""Which coordinates a file says it holds: degrees of WGS 84, longitude first, or another system by its name.

GeoParquet 1.1 wants PROJJSON, GeoJSON of before 2016 a member `crs`; other tools write an identifier, a number, a list,
WKT or a name. None of them is trusted to have the type that the specification gives.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_WGS84 = re.compile(r"(wgs[ _]?(19)?84|gcs_wgs_(19)?84)( ?\((crs84|geographic 2d|2d|3d|lon-lat)\))?", re.IGNORECASE)
_CODE = re.compile(r"(?:^|epsg[:/#]{1,2}(?:[\d.]+[:/])?|epsg[ ,]+)(\d{4,5})(?:\.0)?$", re.IGNORECASE)
_CRS84 = re.compile(r"crs:?84h?$", re.IGNORECASE)
_WKT = re.compile(r'\s*([A-Z]+)\s*\[\s*"([^"]*)"')
_WKT_CODE = re.compile(r'(?:AUTHORITY|ID)\s*\[\s*"EPSG"\s*,\s*"?(\d{4,5})"?\s*\]\s*\]\s*$')
_GEOGRAPHIC = ("GEOGCS", "GEOGCRS", "GEODCRS", "GEODETICCRS", "GEOGRAPHICCRS")
_DEGREES = ("4326", "4979")
_VN2000 = ("3405", "3406", "4756", *map(str, range(5896, 5900)), *map(str, range(9205, 9219)))
_LONGEST = 60


def other_system(said: object) -> str | None:
    """The name of a coordinate system that is not WGS 84 in degrees; None where it is, or nothing is said."""
    if said is None or said == "" or said == {}:
        return None
    names = list(dict.fromkeys(name for name in _names(said) if name))
    if not names:
        return "a coordinate system without a name"
    if any(_in_degrees(name) for name in names):
        return None
    code = next((found.group(1) for name in names if (found := _code_of(name))), "")
    name = next((_short(name) for name in names if not _code_of(name)), "")
    known = "VN-2000" if code in _VN2000 and "2000" not in name else name
    epsg = f"EPSG:{code}" if code else ""
    return f"{known} ({epsg})" if known and epsg else known or epsg


def _names(said: object) -> Iterator[str]:
    """What may name the system, identifiers first: they are surer than names."""
    if isinstance(said, dict):
        yield from _names_of_object(said)
    elif isinstance(said, list | tuple):
        if all(isinstance(part, str | int | float) for part in said):
            yield ":".join(str(part) for part in said)
    elif isinstance(said, str) and said.lstrip().startswith("{"):
        try:
            yield from _names(json.loads(said))
        except (ValueError, RecursionError):
            return
    elif isinstance(said, str | int | float) and not isinstance(said, bool):
        yield str(said).strip()


def _names_of_object(said: dict) -> Iterator[str]:
    identifiers = said.get("ids") if isinstance(said.get("ids"), list) else [said.get("id")]
    for one in identifiers or []:
        if isinstance(one, dict):
            yield f"{one.get('authority', 'EPSG')}:{one.get('code')}"
        elif isinstance(one, str | int):
            yield str(one)
    inside = said.get("properties")
    if isinstance(inside, dict):
        yield from (str(inside[key]) for key in ("name", "code", "href") if inside.get(key))
    for key in ("source_crs", "base"):
        if isinstance(said.get(key), dict) and said.get("type") in ("BoundCRS", "DerivedGeographicCRS"):
            yield from _names_of_object(said[key])
    if isinstance(said.get("name"), str):
        yield said["name"]


def _in_degrees(name: str) -> bool:
    if _CRS84.search(name) or _WGS84.fullmatch(name.strip()):
        return True
    if wkt := _WKT.match(name):
        return wkt.group(1) in _GEOGRAPHIC and _WGS84.fullmatch(wkt.group(2).strip()) is not None
    if name.startswith("+"):
        return "+proj=longlat" in name and "WGS84" in name
    found = _code_of(name)
    return found is not None and found.group(1) in _DEGREES


def _code_of(name: str) -> re.Match[str] | None:
    return _WKT_CODE.search(name) if _WKT.match(name) else _CODE.search(name.strip())


def _short(name: str) -> str:
    wkt = _WKT.match(name)
    return " ".join((wkt.group(2) if wkt else name).split())[:_LONGEST]
