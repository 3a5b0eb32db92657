"""Whose figures a row of form II.06 holds: a commune's, the province's, a field's, or nobody's known.

Every row becomes one `Reading`: taken, refused with reasons, or skipped because other rows say the same.
"""

from __future__ import annotations

from dataclasses import replace

from etl.dossiers.units import Units
from etl.forms import tellable
from etl.forms.figures import SUMS, read_counts
from etl.forms.layout import FIGURES
from etl.forms.reading import DEPARTMENT, NAMELESS, Reading, Refusal
from etl.forms.row_names import (
    ALL_FIELDS,
    clean_name,
    commune_of,
    details,
    field_name,
    is_department,
    is_total,
    nothing_new,
    parent_of,
    parents,
    says_whole_province,
    sections,
)
from etl.forms.sums import column_sum, differs_from_sum, sum_of_fields, unbalanced, without_contradictions
from etl.forms.tables import Row, Table
from ranking.periods import Period


def unit_readings(table: Table, period: Period, province: str, finder: Units) -> tuple[list[Reading], list[str]]:
    """(readings of a table whose rows are units of one province, warnings).

    The total row is the province's only where it says so ("Toàn tỉnh") or where departments are listed
    beside the communes: a total of communes alone leaves the departments' dossiers out.
    """
    sums = sections(table.rows) | parents(table.rows)
    readings, body, totals = [], [], []
    above: tuple[str, Reading] | None = None
    for row in table.rows:
        base = _base(period, row)
        commune = commune_of(row, province, finder)
        if commune.code:
            unit = replace(base, unit=("commune", commune.code), near=commune.near is not None)
            body.append(_with_counts(unit, row))
            readings.append(body[-1])
            above = (row.ordinal, unit) if row.ordinal else None
        elif above and parent_of(row.ordinal) == above[0] and row.name and not is_department(row):
            field = replace(base, unit=above[1].unit, field=field_name(row.name), near=above[1].near)
            readings.append(_with_counts(field, row))
        elif why := nothing_new(row, sums):
            readings.append(replace(base, skipped=why))
        elif is_total(row):
            totals.append(_with_counts(replace(base, unit=("province", province)), row))
            readings.append(totals[-1])
        else:
            reason = DEPARTMENT if is_department(row) else commune.reason or ""
            refusal = Refusal(reason, "Đơn vị", tellable.name(row.name))
            unknown = province if commune.unknown and reason != DEPARTMENT else None
            body.append(_with_counts(replace(base, refusals=(refusal,), unknown_in=unknown), row))
            readings.append(body[-1])
    departments = {(row.place, row.number) for row in table.rows if is_department(row)}
    readings = [_if_whole_province(one, totals, body, departments) for one in readings]
    comparable = [one for one in totals if departments or not says_whole_province(one.name)]
    doubts = [*differs_from_sum(comparable, body), *unbalanced(readings)]
    return readings, doubts


def field_readings(table: Table, period: Period, unit: tuple[str, str]) -> tuple[list[Reading], list[str]]:
    """(readings of a table whose rows are fields of one unit, warnings); without a total row they are summed."""
    parts = sections(table.rows) | details(table.rows)
    readings, body, totals = [], [], []
    for row in table.rows:
        base = replace(_base(period, row), unit=unit)
        if why := nothing_new(row, parts):
            readings.append(replace(base, skipped=why))
        elif is_total(row):
            totals.append(_with_counts(base, row))
            readings.append(totals[-1])
        else:
            refusals = () if row.name else (Refusal(NAMELESS, "Lĩnh vực"),)
            body.append(_with_counts(replace(base, field=field_name(row.name or ""), refusals=refusals), row))
            readings.append(body[-1])
    readings = without_contradictions(readings)
    warnings = [*differs_from_sum(totals, body), *unbalanced(readings)]
    if table.rows and not totals:
        base = Reading(table.place, period, None, "sum of the fields", unit=unit)
        whole, doubts = sum_of_fields(base, readings)
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
    commune = commune_of(first, province, finder)
    if commune.code:
        unit = ("commune", commune.code)
    elif is_total(first) and says_whole_province(first.name or ""):
        unit = ("province", province)
    elif is_total(first):
        why = "a total of communes without departments, so not of the whole province"
        return [replace(_base(period, row), skipped=why) for row in rows], []
    else:
        reason = DEPARTMENT if is_department(first) else commune.reason or ""
        refusal = Refusal(reason, "Đơn vị", tellable.name(first.name))
        unknown = province if commune.unknown and reason != DEPARTMENT else None
        refused = [replace(_base(period, row), refusals=(refusal,)) for row in rows]
        # The name stands once for all fields of the unit.
        return [replace(refused[0], unknown_in=unknown), *refused[1:]], []
    of_fields = [replace(row, name=row.field or ALL_FIELDS, ordinal=None) for row in rows]
    readings, warnings = field_readings(replace(table, rows=of_fields), period, unit)
    return [replace(one, near=commune.near is not None) for one in readings], warnings


def _base(period: Period, row: Row) -> Reading:
    return Reading(row.place, period, row.number, clean_name(row.name))


def _if_whole_province(
    one: Reading, totals: list[Reading], body: list[Reading], departments: set[tuple[str, int]]
) -> Reading:
    """A total as the province's, or left out: one of communes alone, or of one sheet of several."""
    if one not in totals or says_whole_province(one.name):
        return one
    if not departments:
        return replace(one, skipped="a total of communes without departments, so not of the whole province")
    places = {reading.place for reading in body}
    if len(places) > 1 and len(totals) > 1 and not _is_sum(one, body):
        return replace(one, skipped="a total of one sheet of several, so not of the whole province")
    return one


def _is_sum(total: Reading, body: list[Reading]) -> bool:
    return column_sum([(reading.counts or {}).get(3) for reading in body]) == (total.counts or {}).get(3)


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
