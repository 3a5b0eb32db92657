"""The portal's figures of one procedure (thủ tục), and those of all other procedures together.

The portal filters its progress reply by `formalityId`. Asked on the same day, the dossiers of one procedure are a part
of those of all, so what is left is a figure too: with and without certification of copies, for one. Both are published
as fields of the on-time share, and the dossiers of all stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from etl.portal.archive import Item
from etl.portal.figures import Measured, Notes
from ranking.periods import Period, local_day
from ranking.procedures import OTHERS, field_of
from ranking.states import COUNTED

FILTER, ENDPOINT = "formalityId", "dvc-progress-tree"
MEASURES = ("on_time_share", "received")
Cell = tuple[str, str, Period, str]
"""What names a figure besides its field: unit, level, period and measure."""
Rows = Mapping[Cell, Measured]


def apart(items: Iterable[Item]) -> tuple[list[Item], dict[str, list[Item]]]:
    """The replies that count all procedures, and by procedure those that count one."""
    whole: list[Item] = []
    by_procedure: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        code = item.request.body.get(FILTER)
        (by_procedure[str(code)] if code else whole).append(item)
    return whole, dict(by_procedure)


def fields(whole: Rows, by_procedure: Mapping[str, Rows], notes: Notes) -> Iterator[Measured]:
    """The rows of each procedure and of all others, of the units that tell both.

    `whole`, `by_procedure`: rows as `etl.portal.rows` makes them, of one run. A unit whose figures of all are not of
    the same day is passed over, for nothing can be taken from them; one whose procedures count more than all is said
    in a warning.
    """
    names = sorted(by_procedure)
    for cell, total in whole.items():
        if total["measure"] not in MEASURES or not _is_known(total):
            continue
        parts = [row for name in names if (row := by_procedure[name].get(cell)) and _is_known(row)]
        if len(parts) < len(names) or any(_day(part) != _day(total) for part in parts):
            continue
        rest = _rest(total, parts)
        if rest is None:
            counted = f"{total['measure']} of {total['unit_code']}, {total['period_start']}–{total['period_end']}"
            notes.warnings.append(f"{counted}: the procedures {', '.join(names)} count more than all; left out")
            continue
        for name, part in zip(names, parts, strict=True):
            yield {**part, "field": field_of(name)}
        yield rest


def _is_known(row: Measured) -> bool:
    return row["state"] in COUNTED and row.get("numerator") is not None


def _day(row: Measured) -> object:
    return local_day(row["captured_at"])


def _rest(total: Measured, parts: Sequence[Measured]) -> Measured | None:
    """All dossiers less those of the parts; None where that cannot be."""
    part = total["numerator"] - sum(row["numerator"] for row in parts)
    if total.get("denominator") is None:
        return None if part < 0 else {**total, "field": OTHERS, "numerator": part}
    n = total["denominator"] - sum(row["denominator"] for row in parts)
    if not 0 <= part <= n:
        return None
    state = "reported" if n else "no_dossiers"
    return {**total, "field": OTHERS, "numerator": part, "denominator": n, "state": state}
