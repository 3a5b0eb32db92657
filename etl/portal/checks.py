"""Do the portal's replies keep their own identities? What does not add up is a warning, not a rejection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from etl.portal.endpoints import ENDPOINTS
from etl.portal.figures import GROUPS, INDEX, Count, Figure, Notes, Score, Unusable, number, sum_of_groups

# Six group scores and their sum are each rounded to two decimals. Six errors of up to 0.005 make 0.03;
# a larger gap is no rounding.
SUM_TOLERANCE = 0.03


class Answer(Protocol):
    endpoint: str
    parent: Mapping[str, object] | None
    rows: Mapping[str, Mapping[str, object]]

    @property
    def whole(self) -> bool: ...


def check_totals(scene: str, progress: Answer | None, notes: Notes) -> None:
    """The units' dossiers must add up to the province's, and those on time and overdue to those received."""
    if progress is None or not progress.whole:
        return
    for column in ("totalReceived", "totalOnTime"):
        total = _numbers([progress.parent or {}], column)
        parts = _numbers(progress.rows.values(), column)
        if total and len(parts) == len(progress.rows) and sum(parts) != total[0]:
            notes.warnings.append(
                f"{scene}: {column} of the units adds up to {sum(parts):.0f}, but the province's is {total[0]:.0f}"
            )
    torn = [str(row.get("departmentName")) for row in progress.rows.values() if _torn(row)]
    if torn:
        notes.warnings.append(f"{scene}: totalOnTime + totalOverdue is not totalReceived in {_some(torn)}")


def check_fields(scene: str, answers: Iterable[Answer], notes: Notes) -> None:
    """A field that no row has any more means that the portal changed its replies."""
    for answer in answers:
        for figure in ENDPOINTS[answer.endpoint].figures:
            for columns in _columns(figure):
                if not any(name in row for row in answer.rows.values() for name in columns):
                    notes.warnings.append(
                        f"{answer.endpoint} of {scene}: no row has {' or '.join(columns)}, "
                        f"so {figure.measure} is not reported; the portal may have changed its replies"
                    )


def check_sums(rows: Iterable[Mapping[str, object]], notes: Notes) -> None:
    """An index must be the sum of its six groups, but for rounding."""
    units: dict[tuple[object, ...], dict[str, Mapping[str, object]]] = defaultdict(dict)
    for row in rows:
        if row["measure"] in (INDEX, *GROUPS):
            units[row["unit_code"], row["period_start"], row["period_end"]][str(row["measure"])] = row
    gaps = []
    for (code, start, end), found in units.items():
        total, index = sum_of_groups(found), found.get(INDEX, {})
        if index.get("state") != "reported" or total is None:
            continue
        if round(abs(index["score"] - total), 6) > SUM_TOLERANCE:
            gaps.append(f"{code} ({start}–{end}: {index['score']:g}, sum {total:g})")
    if gaps:
        notes.warnings.append(f"totalScore is not the sum of the six groups in {_some(gaps)}")


def _numbers(rows: Iterable[Mapping[str, object]], column: str) -> list[float]:
    values = []
    for row in rows:
        try:
            value = number(row, column)
        except Unusable:
            continue
        values += [] if value is None else [value]
    return values


def _torn(row: Mapping[str, object]) -> bool:
    parts = [_numbers([row], name) for name in ("totalReceived", "totalOnTime", "totalOverdue")]
    return all(parts) and parts[0][0] != parts[1][0] + parts[2][0]


def _columns(figure: Figure) -> list[tuple[str, ...]]:
    if isinstance(figure, Score):
        return [figure.columns]
    if isinstance(figure, Count):
        return [(figure.column,)]
    return [(figure.part,), (figure.whole,)]


def _some(names: list[str]) -> str:
    return f"{len(names)} units: " + "; ".join(names[:5]) + (" …" if len(names) > 5 else "")
