"""Which unit an export means, by code, state code or name; code, name and province must agree."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from etl.matching import Match, UnitMatcher
from journal.names import Accepted
from ranking.names import fold, near_keys, tidy, unit_code

OFFICE = "office:"
UNKNOWN_UNIT = "unknown unit"
_REMEMBERED = 50_000
_STATE_CODE = re.compile(r"\b([A-Z]\d{2}(?:\.\d{1,4}){0,4})\b")
_OFFICE = re.compile(r"(so|ban|thanh tra|van phong|cong an|chi cuc|cuc|bao hiem|bo chi huy|thue|kho bac|truong)\b")
_CODE_AND_NAME = re.compile(
    r"\(?(?P<before>\d{4,5})(?:\.0+)?\)?\s*[-‐‑–—:.|]?\s+(?P<name>\D.*)|(?P<named>\D.*?)\s*[-–(]\s*(?P<behind>\d{4,5})\)?"
)


@dataclass
class Units:
    """Looks up units of any province by what an export writes: code, state code or name.

    A department (sở, ban, ngành) without a code becomes `office:<province>`: counted in the province,
    in no list of its own. `what` is read, an export or a form, is said in reasons. `accepted`: names that
    provinces have accepted (`journal.names`).
    """

    units: pl.DataFrame
    provinces: pl.DataFrame
    what: str = "export"
    accepted: Accepted = field(default_factory=dict)
    _matchers: dict[str, UnitMatcher] = field(default_factory=dict)
    _found: dict[tuple[str, str | None, bool], tuple[str | None, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.province_of_state = dict(self.provinces.select("state_code", "code").iter_rows())
        self._province_of = dict(self.units.select("code", "province_code").iter_rows())
        self._names = dict(self.units.select("code", "full_name").iter_rows())
        self._province_names = dict(self.provinces.select("code", "name").iter_rows())

    def find(self, text: str, province: str | None, *, elsewhere: bool = True) -> tuple[str | None, str]:
        """(unit code, "") or (None, reason). `elsewhere`: whether a unit of another province may be meant by its code.

        The reason names units of our lists alone, never the text.
        """
        key = (text, province, elsewhere)
        if key not in self._found:
            if len(self._found) > _REMEMBERED:
                self._found.clear()
            self._found[key] = self._find(text, province, elsewhere=elsewhere)
        return self._found[key]

    def _find(self, text: str, province: str | None, *, elsewhere: bool) -> tuple[str | None, str]:
        if (code := unit_code(text)) is not None and code in self._province_of:
            return self._at_home(code, province, elsewhere=elsewhere)
        if both := _CODE_AND_NAME.fullmatch(tidy(text)):
            code = unit_code(both["before"] or both["behind"])
            if code is not None and code in self._province_of:
                return self._agreed(code, both["name"] or both["named"], province, elsewhere=elsewhere)
        said = _STATE_CODE.search(text)
        state_code = said.group(1) if said else None
        name = tidy(text.replace(state_code, "")).strip(" -()") if state_code else text
        home = self.province_of_state.get(state_code[:3]) if state_code else None
        if home and province and home != province and not elsewhere:
            return None, f"{state_code} is a code of {self.name(home)}, but the {self.what} is of {self.name(province)}"
        province = home or province
        if province is None:
            return None, "the province is not known; give --province"
        match = self._matcher(province).match(name, state_code)
        if match.code:
            return match.code, ""
        if _OFFICE.match(fold(name)):
            return state_code if state_code and home and "." in state_code else OFFICE + province, ""
        return None, f"{UNKNOWN_UNIT}: {match.reason}"

    def _at_home(self, code: str, province: str | None, *, elsewhere: bool) -> tuple[str | None, str]:
        home = self._province_of[code]
        if elsewhere or province in (None, home):
            return code, ""
        own = f"but the {self.what} is of {self.name(province)}"
        return None, f"{code} {self._names[code]} is a commune of {self.name(home)}, {own}"

    def _agreed(self, code: str, name: str, province: str | None, *, elsewhere: bool) -> tuple[str | None, str]:
        match = self._matcher(self._province_of[code]).match(name)
        if match.code == code:
            return self._at_home(code, province, elsewhere=elsewhere)
        other = f"that of {match.code} {self._names[match.code]}" if match.code else "none of its own"
        return None, f"code and name are not of one unit: {code} is {self._names[code]}, the name is {other}"

    def _matcher(self, province: str) -> UnitMatcher:
        if province not in self._matchers:
            self._matchers[province] = UnitMatcher(self.units, province, self.accepted.get(province))
        return self._matchers[province]

    def nearest(self, name: str, province: str) -> str | None:
        """The code of the commune of a province whose name is most like one that was not found; None without any."""
        return self._matcher(province).nearest(name)

    def name(self, province: str | None) -> str:
        """The name of a province."""
        return self._province_names.get(province or "", province or "no province")

    def full_name(self, code: str) -> str:
        """The name of a unit, with its kind."""
        return self._names[code]

    def near(self, may_tell: Callable[[str], object] | None = None) -> dict[str, Match]:
        """The units that were told by a near name so far, by what the exports write.

        A spelling with more in it than the unit's name is told by the unit's own name alone, unless it may be told.
        """
        found = {name: match for matcher in self._matchers.values() for name, match in matcher.near.items()}
        return {
            (
                name if _is_bare(name, match) or (may_tell and may_tell(name)) else f"{match.near}, with more beside it"
            ): match
            for name, match in found.items()
        }

    def province(self, code: str) -> str:
        """The province of a code that `find` gave."""
        if code.startswith(OFFICE):
            return code.removeprefix(OFFICE)
        return self._province_of.get(code) or self.province_of_state[code[:3]]


def _is_bare(name: str, match: Match) -> bool:
    """Whether a spelling holds the letters of the unit's name and its kind, and nothing else."""
    whole = near_keys(match.near or "")
    return re.sub(r"[^0-9a-z]+", "", fold(name)).replace("y", "i") in {
        *(key.replace("y", "i") for key in whole),
        re.sub(r"[^0-9a-z]+", "", fold(match.near or "")).replace("y", "i"),
    }
