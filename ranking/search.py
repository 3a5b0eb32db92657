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
from itertools import chain

import polars as pl

from ranking.names import fold, spelling, unit_code
from ranking.search_entries import (
    EXACT,
    NEARLY,
    PREFIX,
    WORD,
    Entry,
    Hit,
    Why,
    entries_and_codes,
    kind_and_name,
    less_kind,
    plain,
    usual,
)

LONGEST = 80

_SEPARATOR = re.compile(r"[,;()/|]")
_HYPHEN = re.compile(r"\s[-‐‑–—]\s")
_HIGHER = re.compile(r"\s(?=(?:huyen|h|quan|q|thi xa|tx|thanh pho|tp|tinh)[ .])")
_STATE = re.compile(r"h\d\d(\.\d+)*\.?")
_LAST = "\uffff"
_PROVINCE_DIGITS = 2
_SHORTEST_TYPO = 5
_SHORTEST_PLACE = 3


@dataclass(frozen=True)
class _Reading:
    """One way to read a query: a name, the kind said with it, the places it is in."""

    name: str
    kind: str = ""
    places: tuple[str, ...] = ()


_Found = dict[int, tuple[int, bool]]  # entry → how well its name matches, and whether another kind was asked for


class Index:
    """All names, ready to be searched; built once with `Index.of`."""

    def __init__(self, entries: Iterable[Entry], codes: Iterable[tuple[str, Hit]]) -> None:
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
        return cls(*entries_and_codes(units, lineage, provinces))

    def find(self, query: str, limit: int = 12) -> list[Hit]:
        """At most `limit` hits, the best first, one for each unit; of a long query the first 80 letters count."""
        query = query[:LONGEST]
        readings = list(_readings(query))
        best = _one_each(chain(self._by_code(query), self._hits(self._by_name(readings), query)), limit)
        return best or _one_each(self._hits(self._by_guess(readings), query), limit)

    def _by_code(self, query: str) -> list[Hit]:
        code = self._whole_code(query) or fold(query).replace(" ", "")
        if not (code.isdecimal() or _STATE.fullmatch(code)):
            return []
        start, end = bisect_left(self._code_starts, code), bisect_left(self._code_starts, code + _LAST)
        known = [(own != code, hit.kind != "new", own, hit) for own, hit in self._codes[start:end]]
        hits = sorted((item for item in known if len(code) > 2 or not item[0]), key=lambda item: item[:3])
        return [replace(hit, score=PREFIX if longer else EXACT) for longer, *_, hit in hits] or self._by_state(code)

    def _whole_code(self, query: str) -> str | None:
        """The code of a unit that has lost its zeros or gained decimals; two digits are a province, or a name."""
        code, digits = unit_code(query), len(query.strip().split(".")[0])
        place = bisect_left(self._code_starts, code or _LAST)
        known = self._code_starts[place : place + 1] == [code]
        return code if known and digits > _PROVINCE_DIGITS else None

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
                        placed = _Reading(name, reading.kind, (*reading.places, less_kind(place)))
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
        """The hits of what was found; of names alike without their marks first the one that was typed."""
        spelt = spelling(query).lower()

        def key(item: tuple[int, tuple[int, bool]]) -> tuple[int, bool, bool, int]:
            n, (level, other_kind) = item
            other_letters = level == EXACT and self._entries[n].spelt not in spelt
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


def _is_in(entry: Entry, place: str) -> bool:
    return any(known.startswith(place) for known in entry.places)


def _readings(query: str) -> Iterator[_Reading]:
    """The ways to read a query; what comes after a comma, a hyphen or the name of a higher level is a place."""
    text = fold(query).replace("'", "")
    seen = set()
    for separated in (text, _HYPHEN.sub(",", text), _HIGHER.sub(",", text)):
        name, *places = [plain(part) for part in _SEPARATOR.split(separated) if plain(part)] or [""]
        inside = tuple(less_kind(place) for place in places)
        for kind, bare in {("", name), kind_and_name(name)}:
            reading = _Reading(usual(bare), kind, inside)
            if bare and reading not in seen:
                seen.add(reading)
                yield reading


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
