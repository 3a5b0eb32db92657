"""The search for a unit by what readers remember of it: a new name, an old name, a place, a code.

Names are compared without case and diacritics (`names.fold`). A query is read in several ways at once,
because one spelling can mean several things: `quan son` is the commune Quan Sơn, and a district called Sơn.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

import polars as pl

from ranking.names import fold, spelling

LONGEST = 80
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
_SEPARATOR = re.compile(r"[,;()/|]")
_HYPHEN = re.compile(r"\s[-‐‑–—]\s")
_HIGHER = re.compile(r"\s(?=(?:huyen|h|quan|q|thi xa|tx|thanh pho|tp|tinh)[ .])")
_GLUED = re.compile(r"^([pq]) ?(?=\d)")
_STATE = re.compile(r"h\d\d(\.\d+)*\.?")
_NO_WORD = re.compile(r"[^0-9a-z]+")
_ZEROS = re.compile(r"\b0+(?=\d)")
_ENGLISH = ("commune", "ward", "town", "district", "city", "province")
_DISTRICTS = ("huyen", "quan", "thi xa", "thanh pho")
_LAST = "\uffff"
_SHORTEST_TYPO = 5
_SHORTEST_PLACE = 3


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
class _Entry:
    """A name with the hit it leads to: `text` is folded, `spelt` is not, both without the kind.

    `order` sorts entries that match equally well.
    """

    hit: Hit
    text: str
    spelt: str
    kinds: frozenset[str]
    places: frozenset[str]
    order: tuple[int, int, int, str]


@dataclass(frozen=True)
class _Reading:
    """One way to read a query: a name, the kind said with it, the places it is in."""

    name: str
    kind: str = ""
    places: tuple[str, ...] = ()


_Found = dict[int, tuple[int, bool]]  # entry → how well its name matches, and whether another kind was asked for


class Index:
    """All names, ready to be searched; built once with `Index.of`."""

    def __init__(self, entries: Iterable[_Entry], codes: Iterable[tuple[str, Hit]]) -> None:
        self._entries = sorted(entries, key=lambda entry: entry.order)
        self._by_text: dict[str, list[int]] = defaultdict(list)
        for n, entry in enumerate(self._entries):
            self._by_text[entry.text].append(n)
        self._tails = sorted((tail, text) for text in self._by_text for tail in _tails(text))
        self._starts = [tail for tail, _ in self._tails]
        self._less_one = _less_one(self._by_text)
        self._codes = sorted(codes, key=lambda pair: (pair[0], pair[1].kind != "new"))
        self._code_starts = [code for code, _ in self._codes]

    @classmethod
    def of(cls, units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame) -> Index:
        """The index of the reference tables `units`, `lineage` and `provinces`."""
        today = units.select("population", "province_code", new_code="code", new_name="full_name", new_bare="name")
        named = provinces.select(province_code="code", province="name")
        joined = lineage.join(today, on="new_code").join(named, on="province_code").sort("old_code", "new_code")
        olds = list(_olds(joined))
        entries = [*_provinces(provinces), *_units(units, provinces, joined), *olds, *_districts(joined)]
        entries += _old_provinces(joined, provinces)
        return cls(entries, [*_codes(units, provinces), *_old_codes(joined, olds)])

    def find(self, query: str, limit: int = 12) -> list[Hit]:
        """At most `limit` hits, the best first, one for each unit; of a long query the first 80 letters count."""
        query = query[:LONGEST]
        readings = list(_readings(query))
        best = _one_each(chain(self._by_code(query), self._hits(self._by_name(readings), query)), limit)
        return best or _one_each(self._hits(self._by_guess(readings), query), limit)

    def _by_code(self, query: str) -> list[Hit]:
        code = fold(query).replace(" ", "")
        if not (code.isdecimal() or _STATE.fullmatch(code)):
            return []
        start, end = bisect_left(self._code_starts, code), bisect_left(self._code_starts, code + _LAST)
        known = [(own != code, hit.kind != "new", own, hit) for own, hit in self._codes[start:end]]
        hits = sorted((item for item in known if len(code) > 2 or not item[0]), key=lambda item: item[:3])
        return [replace(hit, score=PREFIX if longer else EXACT) for longer, *_, hit in hits] or self._by_state(code)

    def _by_state(self, code: str) -> list[Hit]:
        """The province of a state code that is not known itself."""
        state = code.split(".")[0]
        if not _STATE.fullmatch(code) or state == code:
            return []
        return [
            replace(hit, why=Why("state", code.upper().rstrip(".")), score=PREFIX)
            for own, hit in self._codes
            if own == state
        ]

    def _by_name(self, readings: list[_Reading]) -> _Found:
        found: _Found = {}
        for reading in readings:
            for text, level in self._beginning(reading.name):
                self._take(found, text, reading, level)
        return found

    def _beginning(self, name: str) -> Iterator[tuple[str, int]]:
        """The names that begin so, or have a word that does; one letter alone is only a name of one letter."""
        if len(name) < 2:
            yield from ((text, EXACT) for text in self._exactly(name))
            return
        start, end = bisect_left(self._starts, name), bisect_left(self._starts, name + _LAST)
        for tail, text in self._tails[start:end]:
            yield text, EXACT if text == name else PREFIX if tail == text else WORD

    def _by_guess(self, readings: list[_Reading]) -> _Found:
        """Where nothing begins so: a name beside a place, else a name with a slip of the hand, else both."""
        return self._beside_place(readings, self._exactly) or (
            self._by_typo(readings) or self._beside_place(readings, self._nearly)
        )

    def _by_typo(self, readings: list[_Reading]) -> _Found:
        found: _Found = {}
        for reading in readings:
            for text in self._nearly(reading.name):
                self._take(found, text, reading, NEARLY)
        return found

    def _beside_place(self, readings: list[_Reading], names: Callable[[str], Iterable[str]]) -> _Found:
        """Names with a place after or before them and nothing between, as in `hoa binh thanh hoa`."""
        found: _Found = {}
        for reading in readings:
            words = reading.name.split()
            for cut in range(1, len(words)):
                first, last = " ".join(words[:cut]), " ".join(words[cut:])
                for name, place in ((first, last), (last, first)):
                    if len(place) >= _SHORTEST_PLACE:
                        placed = _Reading(name, reading.kind, (*reading.places, _bare(place)))
                        for text in names(name):
                            self._take(found, text, placed, EXACT if text == name else NEARLY)
        return found

    def _take(self, found: _Found, text: str, reading: _Reading, level: int) -> None:
        for n in self._by_text[text]:
            entry = self._entries[n]
            if all(_is_in(entry, place) for place in reading.places):
                match = (level, bool(reading.kind) and reading.kind not in entry.kinds)
                found[n] = min(match, found.get(n, match))

    def _exactly(self, name: str) -> list[str]:
        return [name] if name in self._by_text else []

    def _nearly(self, name: str) -> set[str]:
        """The names that differ by one letter: another one, one too many, one too few, two in the wrong order."""
        if len(name) < _SHORTEST_TYPO:
            return set()
        candidates = {text for less in _without_one(name) for text in self._less_one.get(less, ())}
        return {text for text in candidates if _one_edit(name, text)}

    def _hits(self, found: _Found, query: str) -> Iterator[Hit]:
        spelt = spelling(query).lower()
        accented = fold(spelt) != spelt

        def key(item: tuple[int, tuple[int, bool]]) -> tuple[int, bool, bool, int]:
            n, (level, other_kind) = item
            other_letters = accented and level == EXACT and self._entries[n].spelt not in spelt
            return level, other_kind, other_letters, n

        for n, (level, _) in sorted(found.items(), key=key):
            yield replace(self._entries[n].hit, score=level)


def _one_each(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """The best hit of each unit, in order."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.code, hit)
        if len(best) == limit:
            break
    return list(best.values())


def _is_in(entry: _Entry, place: str) -> bool:
    return any(known.startswith(place) for known in entry.places)


def _readings(query: str) -> Iterator[_Reading]:
    """The ways to read a query; what comes after a comma, a hyphen or the name of a higher level is a place."""
    text = fold(query).replace("'", "")
    seen = set()
    for separated in (text, _HYPHEN.sub(",", text), _HIGHER.sub(",", text)):
        name, *places = [_plain(part) for part in _SEPARATOR.split(separated) if _plain(part)] or [""]
        inside = tuple(_bare(place) for place in places)
        for kind, bare in {("", name), _kind_and_name(name)}:
            reading = _Reading(_ALSO.get(bare, bare), kind, inside)
            if bare and reading not in seen:
                seen.add(reading)
                yield reading


def _plain(text: str) -> str:
    """Folded words and numbers alone: no marks, no leading zeros."""
    words = _NO_WORD.sub(" ", fold(text).replace("'", "")).strip()
    return _ZEROS.sub("", _GLUED.sub(r"\1 ", words))


def _kind_and_name(text: str) -> tuple[str, str]:
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
def _bare(text: str) -> str:
    """A plain name without its kind."""
    name = _kind_and_name(_plain(text))[1]
    return _ALSO.get(name, name)


def _tails(text: str) -> Iterator[str]:
    """The text from each of its words on."""
    words = text.split()
    return (" ".join(words[n:]) for n in range(len(words)))


def _without_one(text: str) -> set[str]:
    """The text and all that is left of it when one letter is taken out."""
    return {text, *(text[:n] + text[n + 1 :] for n in range(len(text)))}


def _less_one(texts: Iterable[str]) -> dict[str, list[str]]:
    """Names by what is left of them when one letter is taken out: two that are one edit apart share such a rest."""
    rests: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        if len(text) >= _SHORTEST_TYPO:
            for rest in _without_one(text):
                rests[rest].append(text)
    return rests


def _one_edit(one: str, other: str) -> bool:
    """Whether two texts that share a rest are at most one edit apart: not a letter lost here and another one there."""
    if len(one) != len(other) or one == other:
        return True
    different = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    first, last = different[0], different[-1]
    return first == last or (last == first + 1 and one[first] == other[last] and one[last] == other[first])


def _provinces(provinces: pl.DataFrame) -> Iterator[_Entry]:
    for row in provinces.iter_rows(named=True):
        hit = Hit("province", row["code"], row["full_name"], row["code"])
        yield _entry(hit, row["full_name"], {"tinh", "thanh pho"}, set(), (0, 0, 0))


def _units(units: pl.DataFrame, provinces: pl.DataFrame, joined: pl.DataFrame) -> Iterator[_Entry]:
    names = dict(provinces.select("code", "name").iter_rows())
    former = joined.group_by("new_code").agg(pl.col("old_district", "old_province").unique())
    before = {code: {*districts, *olds} for code, districts, olds in former.iter_rows()}
    for row in units.iter_rows(named=True):
        hit = Hit("new", row["code"], row["full_name"], row["province_code"])
        kinds = {fold(row["kind"]), fold(row["kind_2025_07_01"])}
        places = {names[row["province_code"]], *before.get(row["code"], ())}
        yield _entry(hit, row["full_name"], kinds, places, (1, 0, -row["population"]))


def _olds(joined: pl.DataFrame) -> Iterator[_Entry]:
    successors = dict(joined.group_by("old_code").agg("new_code").iter_rows())
    for row in joined.iter_rows(named=True):
        others = tuple(code for code in successors[row["old_code"]] if code != row["new_code"])
        district = "" if row["old_district"] == row["old_name"] else row["old_district"]
        why = Why("commune", row["old_name"], district, row["old_province"], row["part"], others)
        hit = Hit("old", row["new_code"], row["new_name"], row["province_code"], why)
        kinds = {fold(row["old_kind"]).removesuffix(" dao")}
        places = {row["old_district"], row["old_province"], row["new_name"], row["province"]}
        yield _entry(hit, row["old_name"], kinds, places, (3, 0, -row["population"]))


def _old_provinces(joined: pl.DataFrame, provinces: pl.DataFrame) -> Iterator[_Entry]:
    """Provinces that are gone lead to the province that they are part of."""
    today = {row["code"]: row for row in provinces.iter_rows(named=True)}
    for old, code in joined.select("old_province", "province_code").unique(maintain_order=True).iter_rows():
        if _bare(old) != _bare(today[code]["name"]):
            hit = Hit("province", code, today[code]["full_name"], code, Why("province", old))
            yield _entry(hit, old, {"tinh", "thanh pho"}, {today[code]["name"]}, (2, 0, 0))


def _districts(joined: pl.DataFrame) -> Iterator[_Entry]:
    """Districts lead to the units that hold their communes: first the one of the same name, then the most communes."""
    same = pl.col("old_district") == pl.col("old_name")
    keys = ["old_district_code", "old_district", "old_province", "new_code", "new_name", "new_bare", "province_code"]
    rows = joined.filter(~same).group_by(*keys, "province", "population", maintain_order=True).agg(count=pl.len())
    for row in rows.iter_rows(named=True):
        why = Why("district", row["old_district"], province=row["old_province"], count=row["count"])
        hit = Hit("old", row["new_code"], row["new_name"], row["province_code"], why)
        kind = next(kind for kind in _DISTRICTS if fold(row["old_district"]).startswith(kind))
        namesake = _plain(row["new_bare"]) == _bare(row["old_district"])
        closeness = -100 if namesake else -row["count"]
        places = {row["old_province"], row["province"]}
        yield _entry(hit, row["old_district"], {kind}, places, (4, closeness, -row["population"]))


def _entry(hit: Hit, name: str, kinds: set[str], places: set[str], order: tuple[int, int, int]) -> _Entry:
    bare = _bare(name)
    said = len(_plain(name).split()) - len(bare.split())  # the words of its kind
    spelt = " ".join(spelling(name).lower().split()[said:])
    inside = frozenset(_bare(place) for place in places)
    return _Entry(hit, bare, spelt, frozenset(kinds), inside, (*order, hit.code))


def _codes(units: pl.DataFrame, provinces: pl.DataFrame) -> Iterator[tuple[str, Hit]]:
    """Unit codes and state codes, folded, with what they name."""
    for kind, table in (("province", provinces), ("new", units)):
        for row in table.iter_rows(named=True):
            hit = Hit(kind, row["code"], row["full_name"], row.get("province_code", row["code"]))
            yield row["code"], hit
            if row["state_code"]:
                yield fold(row["state_code"]), hit


def _old_codes(joined: pl.DataFrame, olds: list[_Entry]) -> Iterator[tuple[str, Hit]]:
    """Codes of old communes; `olds` are the entries of the rows of `joined`."""
    return zip(joined.get_column("old_code"), (entry.hit for entry in olds), strict=True)
