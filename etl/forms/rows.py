"""Whose figures a row of form II.06 holds: a commune's, the province's, a field's, or nobody's known.

Every row becomes one `Reading`: taken, refused with reasons, or skipped because other rows say the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from etl.dossiers.units import OFFICE, UNKNOWN_UNIT, Units
from etl.forms import tellable
from etl.forms.figures import SUMS, Counts, balance, read_counts
from etl.forms.layout import FIGURES
from etl.forms.tables import Row, Table
from etl.forms.title import provinces_named
from etl.matching import Match
from ranking.names import fold, spelling, unit_code, unit_key
from ranking.periods import Period

DEPARTMENT = "department: no state code in the form"
NAMELESS = "the row has figures but no name"
ROWS_DIFFER = "but the rows add up to"
NOT_BALANCED = "column 3 is not 7 + 11"
ROWS_NAMED_MAX = 12
_ALL = "Tổng số"

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


class Refusal(NamedTuple):
    """Why a row, or one cell of it, is not taken; `cell` is its address, such as D12, where it is one cell."""

    reason: str
    column: str | None = None
    value: str | None = None
    cell: str | None = None


@dataclass(frozen=True)
class Reading:
    """One row and what became of it; `unit` is (level, code), `number` None for a sum made here.

    `near`: the unit was told by a name that is not spelt like its own. `unknown_in`: the province on whose list the
    row's unit is not.
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
    unknown_in: str | None = None

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


def unit_readings(table: Table, period: Period, province: str, finder: Units) -> tuple[list[Reading], list[str]]:
    """(readings of a table whose rows are units of one province, warnings).

    The total row is the province's only where it says so ("Toàn tỉnh") or where departments are listed
    beside the communes: a total of communes alone leaves the departments' dossiers out.
    """
    sums = _sections(table.rows) | _parents(table.rows)
    readings, body, totals = [], [], []
    above: tuple[str, Reading] | None = None
    for row in table.rows:
        base = _base(period, row)
        commune = _commune(row, province, finder)
        if commune.code:
            unit = replace(base, unit=("commune", commune.code), near=commune.near is not None)
            body.append(_with_counts(unit, row))
            readings.append(body[-1])
            above = (row.ordinal, unit) if row.ordinal else None
        elif above and _parent(row.ordinal) == above[0] and row.name and not _is_department(row):
            field = replace(base, unit=above[1].unit, field=_field_name(row.name), near=above[1].near)
            readings.append(_with_counts(field, row))
        elif why := _nothing_new(row, sums):
            readings.append(replace(base, skipped=why))
        elif _is_total(row):
            totals.append(_with_counts(replace(base, unit=("province", province)), row))
            readings.append(totals[-1])
        else:
            reason = DEPARTMENT if _is_department(row) else commune.reason or ""
            refusal = Refusal(reason, "Đơn vị", tellable.name(row.name))
            unknown = province if commune.unknown and reason != DEPARTMENT else None
            body.append(_with_counts(replace(base, refusals=(refusal,), unknown_in=unknown), row))
            readings.append(body[-1])
    departments = {(row.place, row.number) for row in table.rows if _is_department(row)}
    readings = [_if_whole_province(one, totals, body, departments) for one in readings]
    comparable = [one for one in totals if departments or not _says_whole_province(one.name)]
    doubts = [*_differs_from_sum(comparable, body), *_unbalanced(readings)]
    return readings, doubts


def field_readings(table: Table, period: Period, unit: tuple[str, str]) -> tuple[list[Reading], list[str]]:
    """(readings of a table whose rows are fields of one unit, warnings); without a total row they are summed."""
    parts = _sections(table.rows) | _details(table.rows)
    readings, body, totals = [], [], []
    for row in table.rows:
        base = replace(_base(period, row), unit=unit)
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


def readings_of_both(table: Table, period: Period, province: str, finder: Units) -> tuple[list[Reading], list[str]]:
    """(readings of a table with units and fields side by side, warnings); a row without a unit is of that above."""
    groups: dict[str, list[Row]] = {}
    name = code = None
    for row in table.rows:
        if row.name:
            name, code = row.name, row.code
        groups.setdefault(name or "", []).append(replace(row, name=name, code=code))
    readings, warnings = [], []
    for rows in groups.values():
        found, doubts = _fields_of_unit(table, rows, period, province, finder)
        readings += found
        warnings += doubts
    return readings, warnings


def _fields_of_unit(
    table: Table, rows: list[Row], period: Period, province: str, finder: Units
) -> tuple[list[Reading], list[str]]:
    first = rows[0]
    commune = _commune(first, province, finder)
    if commune.code:
        unit = ("commune", commune.code)
    elif _is_total(first) and _says_whole_province(first.name or ""):
        unit = ("province", province)
    elif _is_total(first):
        why = "a total of communes without departments, so not of the whole province"
        return [replace(_base(period, row), skipped=why) for row in rows], []
    else:
        reason = DEPARTMENT if _is_department(first) else commune.reason or ""
        refusal = Refusal(reason, "Đơn vị", tellable.name(first.name))
        unknown = province if commune.unknown and reason != DEPARTMENT else None
        refused = [replace(_base(period, row), refusals=(refusal,)) for row in rows]
        # The name stands once for all fields of the unit.
        return [replace(refused[0], unknown_in=unknown), *refused[1:]], []
    of_fields = [replace(row, name=row.field or _ALL, ordinal=None) for row in rows]
    readings, warnings = field_readings(replace(table, rows=of_fields), period, unit)
    return [replace(one, near=commune.near is not None) for one in readings], warnings


def _base(period: Period, row: Row) -> Reading:
    return Reading(row.place, period, row.number, _clean(row.name))


@lru_cache(maxsize=1 << 14)
def _clean(name: str | None) -> str:
    """A name without the number or dash that some files put before it."""
    return _LEADING_NUMBER.sub("", spelling(name or ""))


@lru_cache(maxsize=1 << 14)
def _folded(name: str) -> str:
    return fold(_clean(name))


def _commune(row: Row, province: str, finder: Units) -> Match:
    """The commune that a row's name and code stand for; they and the province must agree."""
    if not row.name:
        return Match(None, NAMELESS)
    named = provinces_named([row.name], finder.provinces)
    if named and province not in named:
        codes = ", ".join(sorted(named))
        return Match(None, f"the name says province {codes}, but the form is of province {province}")
    name = row.name if _CODE_BEFORE.match(row.name) else _clean(row.name)
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


def _nothing_new(row: Row, parts: set[tuple[str, int]]) -> str | None:
    """Why a row that names no commune says nothing new, None where it does.

    Text without figures goes no further than this: below a table it may be a person's name.
    """
    if row.is_empty:
        return "no figures and no known name"
    is_part = row.name and not _is_total(row) and _PART.match(_folded(row.name))
    return "part or sum of other rows" if is_part or _at(row) in parts else None


def _is_total(row: Row) -> bool:
    return bool(row.name and _TOTAL.fullmatch(_folded(row.name)))


def _is_department(row: Row) -> bool:
    return bool(row.name and _DEPARTMENT.match(_clean(row.name)))


def _says_whole_province(name: str) -> bool:
    return bool(_WHOLE_PROVINCE.search(fold(name)))


def _if_whole_province(
    one: Reading, totals: list[Reading], body: list[Reading], departments: set[tuple[str, int]]
) -> Reading:
    """A total as the province's, or left out: one of communes alone, or of one sheet of several."""
    if one not in totals or _says_whole_province(one.name):
        return one
    if not departments:
        return replace(one, skipped="a total of communes without departments, so not of the whole province")
    places = {reading.place for reading in body}
    if len(places) > 1 and len(totals) > 1 and not _is_sum(one, body):
        return replace(one, skipped="a total of one sheet of several, so not of the whole province")
    return one


def _is_sum(total: Reading, body: list[Reading]) -> bool:
    return _column_sum([(reading.counts or {}).get(3) for reading in body]) == (total.counts or {}).get(3)


def _sections(rows: list[Row]) -> set[tuple[str, int]]:
    """Numbers of the rows I, II or A, B where others are numbered 1, 2, 3: sums of what follows them."""
    if not any((row.ordinal or "")[:1].isdigit() for row in rows):
        return set()
    return {_at(row) for row in rows if row.ordinal and row.ordinal.isalpha()}


def _parents(rows: list[Row]) -> set[tuple[str, int]]:
    """Numbers of the rows 1 that rows 1.1, 1.2 follow."""
    pairs = pairwise(rows)
    return {_at(row) for row, below in pairs if row.ordinal and _parent(below.ordinal) == row.ordinal}


def _details(rows: list[Row]) -> set[tuple[str, int]]:
    """Numbers of the rows 1.1, 1.2 below a row 1 that has figures."""
    with_figures: dict[str, bool] = {}
    details: set[tuple[str, int]] = set()
    for row in rows:
        if with_figures.get(_parent(row.ordinal)):
            details.add(_at(row))
        if row.ordinal:
            with_figures[row.ordinal] = not row.is_empty
    return details


def _at(row: Row) -> tuple[str, int]:
    return row.place, row.number


def _parent(ordinal: str | None) -> str:
    return (ordinal or "").rpartition(".")[0]


def _with_counts(base: Reading, row: Row) -> Reading:
    """The reading with its counts, refused where a cell is no count or a sum does not hold."""
    if base.skipped is not None:
        return base
    counts, faults = read_counts(row)
    refusals = tuple(
        Refusal(fault.what, fault.field, _told(row, fault.field), _address(row, fault.field))
        for fault in faults
        if row.name
    )
    return replace(base, counts=counts, refusals=base.refusals + refusals)


def _told(row: Row, heading: str | None) -> str | None:
    """What stood in the cell at fault, as far as it may be told; else the row's name."""
    cell = next((row.cells.get(number) for number, known in FIGURES.items() if known == heading), None)
    return tellable.name(row.name) if cell is None else tellable.figure(cell)


def _address(row: Row, heading: str | None) -> str | None:
    """Where the cell at fault stands: of a sum that does not hold the total."""
    totals = {group: number for number, (group, _) in SUMS.items()}
    known = {heading: number for number, heading in FIGURES.items()}
    number = known.get(heading or "", totals.get(heading or ""))
    return row.address(number) if number in row.columns else None


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
            refusal = Refusal(
                f"another row has the unit's exact name: {other}", "Đơn vị", tellable.name(readings[i].name)
            )
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
                refusal = Refusal(
                    f"stands more than once with different figures: {rows}", value=tellable.name(first.name)
                )
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
    """One warning per total row that says something else than the rows add up to: all, or those of its own sheet."""
    warnings = []
    for total in totals:
        own = [reading for reading in body if reading.place == total.place]
        found = [_differing(total, rows) for rows in (body, own, _since(total, totals, own)) if rows]
        if found and all(found):
            warnings.append(f"{total.place}, {total.row}, {_named(total)}: {'; '.join(found[0])}")
    return warnings


def _since(total: Reading, totals: list[Reading], own: list[Reading]) -> list[Reading]:
    """The rows of a sheet between the total before and this one, as where each page has its own."""
    ends = [other.number or 0 for other in totals if other.place == total.place]
    before = max((number for number in ends if number < (total.number or 0)), default=0)
    return [reading for reading in own if before < (reading.number or 0) < (total.number or 0)]


def _differing(total: Reading, rows: list[Reading]) -> list[str]:
    spoken = (reading.counts or {} for reading in rows if reading.skipped is None)
    counts = [count for count in spoken if any(value is not None for value in count.values())]
    differing = []
    for number in FIGURES:
        summed = _column_sum([count.get(number) for count in counts]) if counts else None
        said = (total.counts or {}).get(number)
        if None not in (said, summed) and said != summed:
            differing.append(f"column {number} says {said}, {ROWS_DIFFER} {summed}")
    return differing


def _named(reading: Reading) -> str:
    told = tellable.name(reading.name)
    return tellable.HIDDEN if told is None and reading.name else repr(told or "")


def _unbalanced(readings: list[Reading]) -> list[str]:
    taken = [reading for reading in readings if reading.taken]
    rows = [str(reading.number) for reading in taken if reading.counts and not balance(reading.counts)]
    if not rows:
        return []
    more = f" and {len(rows) - ROWS_NAMED_MAX} more" if len(rows) > ROWS_NAMED_MAX else ""
    return [
        f"{readings[0].place}: {NOT_BALANCED} in rows {', '.join(rows[:ROWS_NAMED_MAX])}{more}; "
        "dossiers withdrawn, stopped or waiting for papers may be left out"
    ]
