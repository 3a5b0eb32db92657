"""The fields of form II.06 by the code list: what a form calls otherwise is counted as not known, never kept or shown.

The list is that of dossiers (`etl.dossiers.lists`), so both sources tell a field by the same name. Rows that come to
the same field of a unit are added up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from etl.dossiers.lists import NO_FIELD, Lists, plain
from etl.dossiers.personal import tellable
from etl.forms.layout import FIGURES
from etl.forms.reading import Reading
from etl.forms.sums import ROWS_NAMED_MAX, column_sum

ALL = "all"


def by_list(file: str, readings: list[Reading], lists: Lists) -> tuple[list[Reading], list[str], list[str]]:
    """(the readings with fields of the list, a remark that may be kept, remarks for the editor alone)."""
    names = {field: lists.fields.get(plain(field), NO_FIELD) for field in {one.field for one in readings}} | {ALL: ALL}
    fields = [one for one in readings if one.skipped is None and one.field != NO_FIELD]
    unknown = [one for one in fields if names[one.field] == NO_FIELD]
    named = [one if names[one.field] == one.field else replace(one, field=names[one.field]) for one in readings]
    remarks = []
    if unknown:
        rows = ", ".join(str(one.number) for one in unknown[:ROWS_NAMED_MAX])
        more = f" and {len(unknown) - ROWS_NAMED_MAX} more" if len(unknown) > ROWS_NAMED_MAX else ""
        remarks.append(f"{file}: fields that are on no list count as {NO_FIELD}: rows {rows}{more}")
    return _added_up(named), remarks, _told(file, unknown)


def _told(file: str, unknown: list[Reading]) -> list[str]:
    """The words that may be shown to the editor, with their counts, and where they can be added."""
    counted = Counter(one.field for one in unknown)
    words = [f"{word!r} ({rows})" for word, rows in counted.most_common() if tellable(word, rows)]
    return [f"{file}: not on the list that local/dossiers/fields.yaml extends: {', '.join(words)}"] if words else []


def _added_up(readings: list[Reading]) -> list[Reading]:
    groups: dict[object, list[int]] = defaultdict(list)
    for i, one in enumerate(readings):
        if one.unit and one.skipped is None and one.field != ALL:
            groups[one.period, one.unit, one.field].append(i)
    result = list(readings)
    for group in (group for group in groups.values() if len(group) > 1):
        if all(readings[i].taken for i in group):
            _add(result, group)
            continue
        # The sum would lack the row that is set apart.
        for i in (i for i in group if readings[i].taken):
            result[i] = replace(readings[i], skipped="another row of the same field could not be taken")
    return result


def _add(readings: list[Reading], group: list[int]) -> None:
    """Put the sum of a group into its first row."""
    first, *others = group
    spoken = [one.counts for one in (readings[i] for i in group) if one.counts and not one.silent]
    counts = {n: column_sum([c[n] for c in spoken]) if spoken else None for n in FIGURES}
    for i in others:
        readings[i] = replace(readings[i], skipped=f"added to {readings[first].row}, which is of the same field")
    readings[first] = replace(readings[first], counts=counts)
