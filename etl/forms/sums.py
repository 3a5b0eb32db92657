"""What rows of form II.06 say together: totals beside their parts, cells that stand twice, a sum of fields."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from etl.forms import tellable
from etl.forms.figures import balance
from etl.forms.layout import FIGURES
from etl.forms.reading import NOT_BALANCED, ROWS_DIFFER, Reading, Refusal

ROWS_NAMED_MAX = 12


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


def sum_of_fields(base: Reading, readings: list[Reading]) -> tuple[list[Reading], list[str]]:
    """(the reading of all fields together, warnings): none where a field cannot be taken, for it would lack it."""
    fields = [reading for reading in readings if reading.skipped is None]
    if any(not reading.taken for reading in fields):
        return [], [f"{base.place}: no total row, and a field could not be taken, so there is no figure for the unit"]
    spoken = [reading.counts for reading in fields if reading.counts and not reading.silent]
    counts = {n: column_sum([c[n] for c in spoken]) if spoken else None for n in FIGURES}
    return [replace(base, counts=counts)], [f"{base.place}: no total row; the fields were added up"]


def column_sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def differs_from_sum(totals: list[Reading], body: list[Reading]) -> list[str]:
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
        summed = column_sum([count.get(number) for count in counts]) if counts else None
        said = (total.counts or {}).get(number)
        if None not in (said, summed) and said != summed:
            differing.append(f"column {number} says {said}, {ROWS_DIFFER} {summed}")
    return differing


def _named(reading: Reading) -> str:
    told = tellable.name(reading.name)
    return tellable.HIDDEN if told is None and reading.name else repr(told or "")


def unbalanced(readings: list[Reading]) -> list[str]:
    taken = [reading for reading in readings if reading.taken]
    rows = [str(reading.number) for reading in taken if reading.counts and not balance(reading.counts)]
    if not rows:
        return []
    more = f" and {len(rows) - ROWS_NAMED_MAX} more" if len(rows) > ROWS_NAMED_MAX else ""
    return [
        f"{readings[0].place}: {NOT_BALANCED} in rows {', '.join(rows[:ROWS_NAMED_MAX])}{more}; "
        "dossiers withdrawn, stopped or waiting for papers may be left out"
    ]
