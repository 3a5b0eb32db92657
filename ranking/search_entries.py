"""What the search can find: every name and code of units, old and new, of districts and provinces, with its hit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from ranking.names import fold, spelling

EXACT, PREFIX, WORD, NEARLY = range(4)

_KINDS = {
    "xa": "xa",
    "x": "xa",
    "commune": "xa",
    "phuong": "phuong",
    "p": "phuong",
    "ward": "phuong",
    "thi tran": "thi tran",
    "tt": "thi tran",
    "town": "thi tran",
    "dac khu": "dac khu",
    "dk": "dac khu",
    "huyen": "huyen",
    "h": "huyen",
    "quan": "quan",
    "q": "quan",
    "district": "huyen",
    "thi xa": "thi xa",
    "tx": "thi xa",
    "thanh pho": "thanh pho",
    "tp": "thanh pho",
    "city": "thanh pho",
    "tinh": "tinh",
    "province": "tinh",
}
_ALSO = {"hcm": "ho chi minh", "tphcm": "ho chi minh", "thua thien hue": "hue", "brvt": "ba ria vung tau"}
_GLUED = re.compile(r"^([pq]) ?(?=\d)")
_NO_WORD = re.compile(r"[^0-9a-z]+")
_ZEROS = re.compile(r"\b0+(?=\d)")
_ENGLISH = ("commune", "ward", "town", "district", "city", "province")
_DISTRICTS = ("huyen", "quan", "thi xa", "thanh pho")


@dataclass(frozen=True, slots=True)
class Why:
    """What joins a query to the unit it leads to, where that is not the unit's own name.

    `of` is commune (an old name), district (an old one, `count` of its communes are in the unit), province
    (an old one) or state (a code known by its province only). `part` is whole or part; `others` are the codes
    of the remaining successors of a commune that was split.
    """

    of: str
    name: str
    district: str = ""
    province: str = ""
    part: str = ""
    others: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A unit to open: `kind` is new, old or province; `score` counts from 0, the best match."""

    kind: str
    code: str
    name: str
    province_code: str
    why: Why | None = None
    score: int = EXACT


@dataclass(frozen=True, slots=True)
class Entry:
    """A name with the hit it leads to: `text` is folded, `spelt` is not, both without the kind.

    `order` sorts entries that match equally well.
    """

    hit: Hit
    text: str
    spelt: str
    kinds: frozenset[str]
    places: frozenset[str]
    order: tuple[int, int, int, str]


def entries_and_codes(
    units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame
) -> tuple[list[Entry], list[tuple[str, Hit]]]:
    """All names, and all codes with what they lead to, of the reference tables."""
    today = units.select("population", "province_code", new_code="code", new_name="full_name", new_bare="name")
    named = provinces.select(province_code="code", province="name")
    joined = lineage.join(today, on="new_code").join(named, on="province_code").sort("old_code", "new_code")
    olds = list(_olds(joined))
    entries = [*_provinces(provinces), *_units(units, provinces, joined), *olds, *_districts(joined)]
    entries += _old_provinces(joined, provinces)
    return entries, [*_codes(units, provinces), *_old_codes(joined, olds)]


def plain(text: str) -> str:
    """Folded words and numbers alone: no marks, no leading zeros."""
    words = _NO_WORD.sub(" ", fold(text).replace("'", "")).strip()
    return _ZEROS.sub("", _GLUED.sub(r"\1 ", words))


def kind_and_name(text: str) -> tuple[str, str]:
    """`p hai thuong` → (`phuong`, `hai thuong`); in English the kind comes last."""
    words = text.split()
    for count in (2, 1):
        first, last = " ".join(words[:count]), " ".join(words[-count:])
        if first in _KINDS and len(words) > count:
            return _KINDS[first], " ".join(words[count:])
        if last in _ENGLISH and len(words) > count:
            return _KINDS[last], " ".join(words[:-count])
    return "", text


@lru_cache(maxsize=32768)
def less_kind(text: str) -> str:
    """A plain name without its kind."""
    return usual(kind_and_name(plain(text))[1])


def usual(name: str) -> str:
    """The name that a short one such as `hcm` stands for, else the name itself."""
    return _ALSO.get(name, name)


def _provinces(provinces: pl.DataFrame) -> Iterator[Entry]:
    for row in provinces.iter_rows(named=True):
        hit = Hit("province", row["code"], row["full_name"], row["code"])
        yield _entry(hit, row["full_name"], {"tinh", "thanh pho"}, set(), (0, 0, 0))


def _units(units: pl.DataFrame, provinces: pl.DataFrame, joined: pl.DataFrame) -> Iterator[Entry]:
    names = dict(provinces.select("code", "name").iter_rows())
    former = joined.group_by("new_code").agg(pl.col("old_district", "old_province").unique())
    before = {code: {*districts, *olds} for code, districts, olds in former.iter_rows()}
    for row in units.iter_rows(named=True):
        hit = Hit("new", row["code"], row["full_name"], row["province_code"])
        kinds = {fold(row["kind"]), fold(row["kind_2025_07_01"])}
        places = {names[row["province_code"]], *before.get(row["code"], ())}
        yield _entry(hit, row["full_name"], kinds, places, (1, 0, -row["population"]))


def _olds(joined: pl.DataFrame) -> Iterator[Entry]:
    successors = dict(joined.group_by("old_code").agg("new_code").iter_rows())
    for row in joined.iter_rows(named=True):
        others = tuple(code for code in successors[row["old_code"]] if code != row["new_code"])
        district = "" if row["old_district"] == row["old_name"] else row["old_district"]
        why = Why("commune", row["old_name"], district, row["old_province"], row["part"], others)
        hit = Hit("old", row["new_code"], row["new_name"], row["province_code"], why)
        kinds = {fold(row["old_kind"]).removesuffix(" dao")}
        places = {row["old_district"], row["old_province"], row["new_name"], row["province"]}
        yield _entry(hit, row["old_name"], kinds, places, (3, 0, -row["population"]))


def _old_provinces(joined: pl.DataFrame, provinces: pl.DataFrame) -> Iterator[Entry]:
    """Provinces that are gone lead to the province that they are part of."""
    today = {row["code"]: row for row in provinces.iter_rows(named=True)}
    for old, code in joined.select("old_province", "province_code").unique(maintain_order=True).iter_rows():
        if less_kind(old) != less_kind(today[code]["name"]):
            hit = Hit("province", code, today[code]["full_name"], code, Why("province", old))
            yield _entry(hit, old, {"tinh", "thanh pho"}, {today[code]["name"]}, (2, 0, 0))


def _districts(joined: pl.DataFrame) -> Iterator[Entry]:
    """Districts lead to the units that hold their communes: first the one of the same name, then the most communes."""
    same = pl.col("old_district") == pl.col("old_name")
    keys = ["old_district_code", "old_district", "old_province", "new_code", "new_name", "new_bare", "province_code"]
    rows = joined.filter(~same).group_by(*keys, "province", "population", maintain_order=True).agg(count=pl.len())
    for row in rows.iter_rows(named=True):
        why = Why("district", row["old_district"], province=row["old_province"], count=row["count"])
        hit = Hit("old", row["new_code"], row["new_name"], row["province_code"], why)
        kind = next(kind for kind in _DISTRICTS if fold(row["old_district"]).startswith(kind))
        namesake = plain(row["new_bare"]) == less_kind(row["old_district"])
        closeness = -100 if namesake else -row["count"]
        places = {row["old_province"], row["province"]}
        yield _entry(hit, row["old_district"], {kind}, places, (4, closeness, -row["population"]))


def _entry(hit: Hit, name: str, kinds: set[str], places: set[str], order: tuple[int, int, int]) -> Entry:
    text = less_kind(name)
    said = len(plain(name).split()) - len(text.split())  # the words of its kind
    spelt = " ".join(spelling(name).lower().split()[said:])
    inside = frozenset(less_kind(place) for place in places)
    return Entry(hit, text, spelt, frozenset(kinds), inside, (*order, hit.code))


def _codes(units: pl.DataFrame, provinces: pl.DataFrame) -> Iterator[tuple[str, Hit]]:
    """Unit codes and state codes, folded, with what they name."""
    for kind, table in (("province", provinces), ("new", units)):
        for row in table.iter_rows(named=True):
            hit = Hit(kind, row["code"], row["full_name"], row.get("province_code", row["code"]))
            yield row["code"], hit
            if row["state_code"]:
                yield fold(row["state_code"]), hit


def _old_codes(joined: pl.DataFrame, olds: list[Entry]) -> Iterator[tuple[str, Hit]]:
    """Codes of old communes; `olds` are the entries of the rows of `joined`."""
    return zip(joined.get_column("old_code"), (entry.hit for entry in olds), strict=True)
