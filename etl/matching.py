"""From a unit as a source names it to its five-digit code; what fails says why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from ranking.names import unit_key


@dataclass(frozen=True)
class Match:
    """Either a unit code, or the reason why there is none."""

    code: str | None
    reason: str | None = None


class UnitMatcher:
    """Looks up the communes of one province by state code or by name.

    `units` has the columns of `tables.Units`. A state code that is known wins, unless the name
    clearly belongs to another unit; a name is compared with its diacritics, whatever its case,
    Unicode form, tone-mark style, prefix (UBND, xã, phường, đặc khu) and province suffix.
    """

    def __init__(self, units: pl.DataFrame, province_code: str) -> None:
        self.province_code = province_code
        own = units.filter(pl.col("province_code") == province_code)
        self._by_state_code = {s: c for s, c in own.select("state_code", "code").iter_rows() if s}
        self._by_name: dict[str, list[tuple[set[str], str]]] = defaultdict(list)
        for code, name, *kinds in own.select("code", "full_name", "kind", "kind_2025_07_01").iter_rows():
            self._by_name[unit_key(name)[1]].append((set(kinds), code))

    def match(self, name: str, state_code: str | None = None) -> Match:
        """The unit that `name` (and `state_code`, where given) stands for."""
        by_name = self._match_name(name)
        by_code = self._by_state_code.get(state_code or "")
        if by_code and by_name.code and by_code != by_name.code:
            return Match(None, f"state code {state_code} is unit {by_code}, but the name is unit {by_name.code}")
        if by_code:
            return Match(by_code)
        return by_name

    def _match_name(self, name: str) -> Match:
        kind, bare = unit_key(name)
        candidates = self._by_name.get(bare, [])
        if len(candidates) > 1 and kind:
            candidates = [(kinds, code) for kinds, code in candidates if kind in kinds]
        if not candidates:
            return Match(None, f"no commune of province {self.province_code} has this name")
        if len(candidates) > 1:
            codes = ", ".join(sorted(code for _, code in candidates))
            return Match(None, f"{len(candidates)} communes of province {self.province_code} have this name: {codes}")
        return Match(candidates[0][1])
