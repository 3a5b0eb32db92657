"""From a unit as a source names it to its five-digit code; what fails says why."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from ranking.names import fold, kind_of, near_keys, spelling, unit_key
from store.reference import province_names, reference_table

_LAST_PART = re.compile(r"\s*[-‐‑–—,(]+\s*(?:tỉnh|thành phố|tp\.?)?\s*([^-‐‑–—,()]+)\)?\s*$", re.IGNORECASE)
_ALSO = {"79": ("tphcm", "hcm", "tp hcm")}
_LIKE_ENOUGH = 0.8
_NAMED = 5
_Candidates = list[tuple[set[str], str]]
"""(kinds, code) of units that a spelling fits."""


@dataclass(frozen=True)
class Match:
    """Either a unit code, or the reason why there is none; `near`: the unit's own name where the spelling differs.

    `unknown`: there is none because the name is on no list.
    """

    code: str | None
    reason: str | None = None
    near: str | None = None
    unknown: bool = False


class UnitMatcher:
    """Looks up the communes of one province by state code or by name.

    `units` has the columns of `tables.Units`. A state code that is known wins, unless the name
    clearly belongs to another unit. A name is compared first with its diacritics, whatever its case,
    Unicode form, tone-mark style, prefix (UBND, xã, phường, đặc khu), province or former district behind it.
    Only where none fits, without tones, other marks and spaces: one unit that fits so is a near match, kept in
    `near`; of two neither is taken. The name of a former commune is never near to one that holds none of it.
    `accepted`: names that the province has accepted (`journal.names`), which count before all others.
    """

    def __init__(
        self, units: pl.DataFrame, province_code: str, accepted: Mapping[tuple[str | None, str], str] | None = None
    ) -> None:
        self.province_code = province_code
        self._accepted = accepted or {}
        self.near: dict[str, Match] = {}
        own = units.filter(pl.col("province_code") == province_code)
        self._by_state_code = {s: c for s, c in own.select("state_code", "code").iter_rows() if s}
        self._by_name: dict[str, _Candidates] = defaultdict(list)
        self._nearly: dict[str, _Candidates] = defaultdict(list)
        self._names = dict(own.select("code", "full_name").iter_rows())
        for code, name, *kinds in own.select("code", "full_name", "kind", "kind_2025_07_01").iter_rows():
            self._by_name[unit_key(name)[1]].append((set(kinds), code))
            self._nearly[near_keys(name)[0]].append((set(kinds), code))

    def match(self, name: str, state_code: str | None = None) -> Match:
        """The unit that `name` (and `state_code`, where given) stands for."""
        by_name = self._match_name(name)
        by_code = self._by_state_code.get(state_code or "")
        if by_code and by_name.code and by_code != by_name.code:
            return Match(None, f"state code {state_code} is unit {by_code}, but the name is unit {by_name.code}")
        if by_code:
            return Match(by_code)
        if by_name.near:
            self.near[spelling(name)] = by_name
        return by_name

    def _match_name(self, name: str) -> Match:
        spellings = [name, *self._less_own_province(name)]
        if self._accepted and (code := next(filter(None, map(self._accepted.get, map(unit_key, spellings))), None)):
            return Match(code)
        for one in spellings:
            kind, bare = unit_key(one)
            if candidates := self._by_name.get(bare):
                return self._exact(_of_kind(candidates, kind))
        for one in spellings:
            candidates = [pair for key in near_keys(one) for pair in self._nearly.get(key, [])]
            if candidates:
                return self._near(one, _of_kind(candidates, kind_of(one)))
        if nearest := self._nearest(name):
            return Match(None, f"no commune of province {self.province_code} has this name: the nearest is {nearest}")
        return Match(None, f"no commune of province {self.province_code} has this name")

    def _less_own_province(self, name: str) -> Iterable[str]:
        """The name without its own province behind it, whether or not it is called a province."""
        last = _LAST_PART.search(spelling(name))
        own = province_names().get(self.province_code, "").removeprefix("TP. ")
        if last and own and fold(last.group(1)) in (fold(own), *_ALSO.get(self.province_code, ())):
            yield spelling(name)[: last.start()]

    def _exact(self, candidates: _Candidates) -> Match:
        if len(candidates) == 1:
            return Match(candidates[0][1])
        codes = ", ".join(sorted(code for _, code in candidates))
        return Match(None, f"{len(candidates)} communes of province {self.province_code} have this name: {codes}")

    def _near(self, name: str, candidates: _Candidates) -> Match:
        codes = sorted({code for _, code in candidates})
        if len(codes) > 1:
            listed = ", ".join(self._named(code) for code in codes)
            return Match(None, f"{len(codes)} communes of province {self.province_code} are near this name: {listed}")
        holders = _former(self.province_code).get(unit_key(name)[1], set())
        if holders and codes[0] not in holders:
            listed = ", ".join(self._named(code) for code in sorted(holders))
            return Match(None, f"this is the name of a former commune: now in {listed}")
        return Match(codes[0], near=self._names[codes[0]])

    def nearest(self, name: str) -> str | None:
        """The code of the unit whose name is most alike, where one is alike enough to be meant; else None."""
        keys = near_keys(name)
        found = difflib.get_close_matches(keys[0], list(self._nearly), n=1, cutoff=_LIKE_ENOUGH) if keys else []
        return self._nearly[found[0]][0][1] if found else None

    def _nearest(self, name: str) -> str:
        code = self.nearest(name)
        return self._named(code) if code else ""

    def _named(self, code: str) -> str:
        return f"{code} {self._names[code]}" if code in self._names else code


def _of_kind(candidates: _Candidates, kind: str | None) -> _Candidates:
    """Of several units those of the kind that is said with the name."""
    return (
        [pair for pair in candidates if kind in pair[0]] or candidates if len(candidates) > 1 and kind else candidates
    )


@lru_cache(maxsize=34)
def _former(province_code: str) -> dict[str, set[str]]:
    """The units that hold each former commune of a province, by its bare name."""
    units = reference_table("units").select(new_code="code", province="province_code")
    rows = reference_table("lineage").join(units, on="new_code").filter(pl.col("province") == province_code)
    found: dict[str, set[str]] = defaultdict(set)
    for name, code in rows.select("old_name", "new_code").iter_rows():
        found[unit_key(name)[1]].add(code)
    return found


def remarks(near: Mapping[str, Match], place: str) -> list[str]:
    """One remark that counts the units that were matched by a near name, and names both spellings; none without any."""
    if not near:
        return []
    pairs = [f"{name!r} is {match.code} {match.near}" for name, match in sorted(near.items())]
    listed = "; ".join(pairs[:_NAMED]) + (f"; and {len(pairs) - _NAMED} more" if len(pairs) > _NAMED else "")
    units = "unit was" if len(pairs) == 1 else "units were"
    return [f"{place}: {len(pairs)} {units} matched by a near name: {listed}"]
