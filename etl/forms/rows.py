"""Whose figures a row of form II.06 holds: a commune's, the province's, a field's, or nobody's known.

Every row becomes one `Reading`: taken, refused with reasons, or skipped because other rows say the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from etl.forms.figures import Counts, balance, read_counts
from etl.forms.layout import FIGURES, Row, Table
from etl.forms.title import provinces_named
from etl.matching import Match, UnitMatcher, remarks
from ranking.names import fold, spelling
from ranking.periods import Period

DEPARTMENT = "department: no state code in the form"
NAMELESS = "the row has figures but no name"
VALUE_LENGTH_MAX = 120
ROWS_NAMED_MAX = 12

# The first three meet folded text, the others spelt text.
_TOTAL = re.compile(r"((tong( so| cong)?|cong)( toan (tinh|thanh pho)\b.*)?|toan (tinh|thanh pho)\b.*)[ :]*")
_WHOLE_PROVINCE = re.compile(r"\btoan (tinh|thanh pho)\b")
_PART = re.compile(r"[-+*• ]*(trong do|(tong|cong)\b)")
_DEPARTMENT = re.compile(
    r"(sở|ban|văn phòng|thanh tra|công an|bộ chỉ huy|bảo hiểm|cục|chi cục|thuế|kho bạc|trường|trung tâm|viện)\s",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?|[-+*•])\s+")
_LEADING_FIELD = re.compile(r"^lĩnh vực\s*:?\s+", re.IGNORECASE)


class Refusal(NamedTuple):
    """Why a row, or one cell of it, is not taken."""

    reason: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Reading:
    """One row and what became of it; `unit` is (level, code), `number` None for a sum made here.

    `near`: the unit was told by a name that is not spelt like its own.
    """

    place: str
    period: Period
    number: int | None
    name: str
    unit: tuple[str, str] | None = None
    field: str = "all"
    counts: Counts | None = None
    refusals: tuple[Refusal, ...] = ()
    skipped: str | None = None
    near: bool = False

    @property
    def taken(self) -> bool:
        return self.unit is not None and not self.refusals and self.skipped is None

    @property
    def is_lost_total(self) -> bool:
        """A row of the whole province that cannot be taken."""
        whole = self.unit is not None and self.unit[0] == "province" and self.field == "all"
        return whole and bool(self.refusals) and self.skipped is None

    @property
    def silent(self) -> bool:
        """Taken, but without a single figure."""
        return self.taken and all(value is None for value in (self.counts or {}).values())

    @property
    def row(self) -> str:
        return f"row {self.number}" if self.number else "the sum"


def unit_readings(
    table: Table, period: Period, matcher: UnitMatcher, provinces: pl.DataFrame
) -> tuple[list[Reading], list[str]]:
    """(readings of a table whose rows are units of one province, warnings).

    The total row is the province's only where it says so ("Toàn tỉnh") or where departments are listed
    beside the communes: a total of communes alone leaves the departments' dossiers out.
    """
    has_departments = any(_is_department(row) for row in table.rows)
    sums = _sections(table.rows) | _parents(table.rows)
    readings, body, totals = [], [], []
    for row in table.rows:
        base = _base(table, period, row)
        commune = _commune(row, matcher, provinces)
        if commune.code:
            unit = replace(base, unit=("commune", commune.code), near=commune.near is not None)
            body.append(_with_counts(unit, row))
            readings.append(body[-1])
        elif why := _nothing_new(row, sums):
            readings.append(replace(base, skipped=why))
        elif _is_total(row):
            totals.append(_with_counts(replace(base, unit=("province", matcher.province_code)), row))
            readings.append(_if_whole_province(totals[-1], has_departments))
        else:
            reason = DEPARTMENT if _is_department(row) else commune.reason or ""
            body.append(_with_counts(replace(base, refusals=(Refusal(reason, "Đơn vị", _shown(row.name)),)), row))
            readings.append(body[-1])
    comparable = [total for total in totals if has_departments or not _says_whole_province(total.name)]
    return readings, [*remarks(matcher.near, table.place), *_differs_from_sum(comparable, body), *_unbalanced(readings)]


def field_readings(table: Table, period: Period, unit: tuple[str, str]) -> tuple[list[Reading], list[str]]:
    """(readings of a table whose rows are fields of one unit, warnings); without a total row they are summed."""
    parts = _sections(table.rows) | _details(table.rows)
    readings, body, totals = [], [], []
    for row in table.rows:
        base = replace(_base(table, period, row), unit=unit)
        if why := _nothing_new(row, parts):
            readings.append(replace(base, skipped=why))
        elif _is_total(row):
            totals.append(_with_counts(base, row))
            readings.append(totals[-1])
        else:
            refusals = () if row.name else (Refusal(NAMELESS, "Lĩnh vực"),)
            body.append(_with_counts(replace(base, field=_field_name(row.name or ""), refusals=refusals), row))
            readings.append(body[-1])
    readings = without_contradictions(readings)
    warnings = [*_differs_from_sum(totals, body), *_unbalanced(readings)]
    if table.rows and not totals:
        base = Reading(table.place, period, None, "sum of the fields", unit=unit)
        whole, doubts = _sum_of_fields(base, readings)
        return [*readings, *whole], [*warnings, *doubts]
    return readings, warnings


def _base(table: Table, period: Period, row: Row) -> Reading:
    return Reading(table.place, period, row.number, _clean(row.name))


def _clean(name: str | None) -> str:
    """A name without the number or dash that some files put before it."""
    return _LEADING_NUMBER.sub("", spelling(name or ""))


def _commune(row: Row, matcher: UnitMatcher, provinces: pl.DataFrame) -> Match:
    if not row.name:
        return Match(None, NAMELESS)
    named = provinces_named([row.name], provinces)
    if named and matcher.province_code not in named:
        codes = ", ".join(sorted(named))
        return Match(None, f"the name says province {codes}, but the form is of province {matcher.province_code}")
    return matcher.match(_clean(row.name))


def _nothing_new(row: Row, parts: set[int]) -> str | None:
    """Why a row that names no commune says nothing new, None where it does.

    Text without figures goes no further than this: below a table it may be a person's name.
    """
    if row.is_empty:
        return "no figures and no known name"
    is_part = row.name and not _is_total(row) and _PART.match(fold(_clean(row.name)))
    return "part or sum of other rows" if is_part or row.number in parts else None


def _is_total(row: Row) -> bool:
    return bool(row.name and _TOTAL.fullmatch(fold(_clean(row.name))))


def _is_department(row: Row) -> bool:
    return bool(row.name and _DEPARTMENT.match(_clean(row.name)))


def _says_whole_province(name: str) -> bool:
    return bool(_WHOLE_PROVINCE.search(fold(name)))


def _if_whole_province(total: Reading, has_departments: bool) -> Reading:
    if has_departments or _says_whole_province(total.name):
        return total
    return replace(total, skipped="a total of communes without departments, so not of the whole province")


def _sections(rows: list[Row]) -> set[int]:
    """Numbers of the rows I, II or A, B where others are numbered 1, 2, 3: sums of what follows them."""
    if not any((row.ordinal or "")[:1].isdigit() for row in rows):
        return set()
    return {row.number for row in rows if row.ordinal and row.ordinal.isalpha()}


def _parents(rows: list[Row]) -> set[int]:
    """Numbers of the rows 1 that rows 1.1, 1.2 follow."""
    pairs = pairwise(rows)
    return {row.number for row, below in pairs if row.ordinal and _parent(below.ordinal) == row.ordinal}


def _details(rows: list[Row]) -> set[int]:
    """Numbers of the rows 1.1, 1.2 below a row 1 that has figures."""
    with_figures: dict[str, bool] = {}
    details = set()
    for row in rows:
        if with_figures.get(_parent(row.ordinal)):
            details.add(row.number)
        if row.ordinal:
            with_figures[row.ordinal] = not row.is_empty
    return details


def _parent(ordinal: str | None) -> str:
    return (ordinal or "").rpartition(".")[0]


def _with_counts(base: Reading, row: Row) -> Reading:
    """The reading with its counts, refused where a cell is no count or a sum does not hold."""
    if base.skipped is not None:
        return base
    counts, faults = read_counts(base.place, row)
    refusals = tuple(
        Refusal(fault.what, fault.field, _shown(_cell(row, fault.field) or row.name)) for fault in faults if row.name
    )
    return replace(base, counts=counts, refusals=base.refusals + refusals)


def _cell(row: Row, heading: str | None) -> str | float | None:
    return next((row.cells.get(number) for number, known in FIGURES.items() if known == heading), None)


def _shown(value: str | float | None) -> str | None:
    text = None if value is None else str(value)
    return text if text is None or len(text) <= VALUE_LENGTH_MAX else text[:VALUE_LENGTH_MAX] + "…"


def _field_name(text: str) -> str:
    name = _LEADING_FIELD.sub("", _clean(text))
    return name.capitalize() if name.isupper() else name[:1].upper() + name[1:]


def without_contradictions(readings: list[Reading]) -> list[Reading]:
    """The readings, where a cell that stands twice counts once if both agree and not at all if they differ.

    A row with the unit's exact name counts before one with a near name.
    """
    groups: dict[object, list[int]] = defaultdict(list)
    for i, reading in enumerate(readings):
        if reading.unit and reading.skipped is None:
            groups[reading.period, reading.unit, reading.field].append(i)
    result = list(readings)
    for group in groups.values():
        exact = [i for i in group if not readings[i].near]
        for i in [i for i in group if readings[i].near and exact]:
            other = f"{readings[exact[0]].row} of {readings[exact[0]].place}"
            refusal = Refusal(f"another row has the unit's exact name: {other}", "Đơn vị", _shown(readings[i].name))
            result[i] = replace(readings[i], refusals=(*readings[i].refusals, refusal))
        group[:] = exact or group
    for group in (group for group in groups.values() if len(group) > 1):
        first = readings[group[0]]
        if all(readings[i].counts == first.counts for i in group):
            for i in group[1:]:
                result[i] = replace(readings[i], skipped=f"repeats {first.row} of {first.place}")
        else:
            rows = " and ".join(f"{readings[i].place}, {readings[i].row}" for i in group)
            for i in group:
                refusal = Refusal(f"stands more than once with different figures: {rows}", value=_shown(first.name))
                result[i] = replace(readings[i], refusals=(*readings[i].refusals, refusal))
    return result


def _sum_of_fields(base: Reading, readings: list[Reading]) -> tuple[list[Reading], list[str]]:
    """(the reading of all fields together, warnings): none where a field cannot be taken, for it would lack it."""
    fields = [reading for reading in readings if reading.skipped is None]
    if any(not reading.taken for reading in fields):
        return [], [f"{base.place}: no total row, and a field could not be taken, so there is no figure for the unit"]
    spoken = [reading.counts for reading in fields if reading.counts and not reading.silent]
    counts = {n: _column_sum([c[n] for c in spoken]) if spoken else None for n in FIGURES}
    return [replace(base, counts=counts)], [f"{base.place}: no total row; the fields were added up"]


def _column_sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _differs_from_sum(totals: list[Reading], body: list[Reading]) -> list[str]:
    """One warning per total row that says something else than the rows above it add up to."""
    spoken = (reading.counts or {} for reading in body)
    counts = [count for count in spoken if any(value is not None for value in count.values())]
    warnings = []
    for total in totals:
        differing = []
        for number in FIGURES:
            summed = _column_sum([count.get(number) for count in counts])
            said = (total.counts or {}).get(number)
            if None not in (said, summed) and said != summed:
                differing.append(f"column {number} says {said}, but the rows add up to {summed}")
        if differing and counts:
            warnings.append(f"{total.place}, {total.row}, {total.name!r}: {'; '.join(differing)}")
    return warnings


def _unbalanced(readings: list[Reading]) -> list[str]:
    taken = [reading for reading in readings if reading.taken]
    rows = [str(reading.number) for reading in taken if reading.counts and not balance(reading.counts)]
    if not rows:
        return []
    more = f" and {len(rows) - ROWS_NAMED_MAX} more" if len(rows) > ROWS_NAMED_MAX else ""
    return [
        f"{readings[0].place}: column 3 is not 7 + 11 in rows {', '.join(rows[:ROWS_NAMED_MAX])}{more}; "
        "dossiers withdrawn, stopped or waiting for papers may be left out"
    ]
