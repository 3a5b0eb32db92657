"""Whom or what a row's name stands for: a commune, the whole province, a department, a part of other rows."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from etl.dossiers.units import OFFICE, UNKNOWN_UNIT, Units
from etl.forms.reading import DEPARTMENT, NAMELESS
from etl.forms.tables import Row
from etl.forms.title import provinces_named
from etl.matching import Match
from ranking.names import fold, spelling, unit_code, unit_key

ALL_FIELDS = "Tổng số"
# The first three meet folded text, the others spelt text.
_TOTAL = re.compile(r"((tong( so| cong)?|cong)( toan (tinh|thanh pho)\b.*)?|toan (tinh|thanh pho)\b.*)[ :]*")
_WHOLE_PROVINCE = re.compile(r"\btoan (tinh|thanh pho)\b")
_PART = re.compile(r"[-+*• ]*(trong do|(tong|cong)\b)")
_DEPARTMENT = re.compile(
    r"(sở|ban|văn phòng|thanh tra|công an|bộ chỉ huy|bảo hiểm|cục|chi cục|thuế|kho bạc|trường|trung tâm|viện)\s",
    re.IGNORECASE,
)
_CODE_BEFORE = re.compile(r"\(?\d{4,5}\)?\s*[-‐‑–—:.|]?\s+\D")
_LEADING_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[-+*•])\s+")
_LEADING_FIELD = re.compile(r"^lĩnh vực\s*:?\s+", re.IGNORECASE)


@lru_cache(maxsize=1 << 14)
def clean_name(name: str | None) -> str:
    """A name without the number or dash that some files put before it."""
    return _LEADING_NUMBER.sub("", spelling(name or ""))


@lru_cache(maxsize=1 << 14)
def _folded(name: str) -> str:
    return fold(clean_name(name))


def commune_of(row: Row, province: str, finder: Units) -> Match:
    """The commune that a row's name and code stand for; they and the province must agree."""
    if not row.name:
        return Match(None, NAMELESS)
    named = provinces_named([row.name], finder.provinces)
    if named and province not in named:
        codes = ", ".join(sorted(named))
        return Match(None, f"the name says province {codes}, but the form is of province {province}")
    name = row.name if _CODE_BEFORE.match(row.name) else clean_name(row.name)
    beside = unit_code(row.code) if row.code else None
    text = f"{beside} {name}" if beside else f"{row.code} {name}" if row.code else name
    code, reason = finder.find(text, province, elsewhere=False)
    if code is None:
        why = reason.removeprefix(f"{UNKNOWN_UNIT}: ")
        return Match(None, why, unknown=why != reason)
    if code.startswith(OFFICE) or len(code) != 5 or not code.isdigit():
        return Match(None, DEPARTMENT)
    own = finder.full_name(code)
    return Match(code, near=own if unit_key(name)[1] != unit_key(own)[1] else None)


def nothing_new(row: Row, parts: set[tuple[str, int]]) -> str | None:
    """Why a row that names no commune says nothing new, None where it does.

    Text without figures goes no further than this: below a table it may be a person's name.
    """
    if row.is_empty:
        return "no figures and no known name"
    is_part = row.name and not is_total(row) and _PART.match(_folded(row.name))
    return "part or sum of other rows" if is_part or _at(row) in parts else None


def is_total(row: Row) -> bool:
    return bool(row.name and _TOTAL.fullmatch(_folded(row.name)))


def is_department(row: Row) -> bool:
    return bool(row.name and _DEPARTMENT.match(clean_name(row.name)))


def says_whole_province(name: str) -> bool:
    return bool(_WHOLE_PROVINCE.search(fold(name)))


def sections(rows: list[Row]) -> set[tuple[str, int]]:
    """Numbers of the rows I, II or A, B where others are numbered 1, 2, 3: sums of what follows them."""
    if not any((row.ordinal or "")[:1].isdigit() for row in rows):
        return set()
    return {_at(row) for row in rows if row.ordinal and row.ordinal.isalpha()}


def parents(rows: list[Row]) -> set[tuple[str, int]]:
    """Numbers of the rows 1 that rows 1.1, 1.2 follow."""
    pairs = pairwise(rows)
    return {_at(row) for row, below in pairs if row.ordinal and parent_of(below.ordinal) == row.ordinal}


def details(rows: list[Row]) -> set[tuple[str, int]]:
    """Numbers of the rows 1.1, 1.2 below a row 1 that has figures."""
    with_figures: dict[str, bool] = {}
    found: set[tuple[str, int]] = set()
    for row in rows:
        if with_figures.get(parent_of(row.ordinal)):
            found.add(_at(row))
        if row.ordinal:
            with_figures[row.ordinal] = not row.is_empty
    return found


def _at(row: Row) -> tuple[str, int]:
    return row.place, row.number


def parent_of(ordinal: str | None) -> str:
    return (ordinal or "").rpartition(".")[0]


def field_name(text: str) -> str:
    name = _LEADING_FIELD.sub("", clean_name(text))
    return name.capitalize() if name.isupper() else name[:1].upper() + name[1:]
