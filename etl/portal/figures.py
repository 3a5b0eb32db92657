"""From the fields of one reply row to rows of `tables.Measurements`, or to quarantine with a reason."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ranking.periods import Period

GROUPS = {"ckmb": 18, "tdgq": 20, "clgq": 12, "tttt": 10, "mdhl": 18, "mdsh": 22}
INDEX = "index_766"
INDEX_MAX = 100


class Unusable(ValueError):
    """A field holds something that its figure cannot be; says which field, what it holds and why not."""

    def __init__(self, column: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


@dataclass(frozen=True)
class Spot:
    """What all figures of one unit in one reply share: whose, of when, from where."""

    unit_code: str
    level: str
    period: Period
    provisional: bool
    series: str
    source: str
    captured_at: datetime

    def row(self, measure: str, state: str = "reported", **figures: object) -> dict[str, object]:
        return {
            "unit_code": self.unit_code,
            "level": self.level,
            "period_start": self.period.start,
            "period_end": self.period.end,
            "period_kind": self.period.kind,
            "series": self.series,
            "measure": measure,
            "field": "all",
            "state": state,
            "provisional": self.provisional,
            "basis": "portal",
            "source": self.source,
            "captured_at": self.captured_at,
            **figures,
        }


@dataclass
class Notes:
    """What a parse could not take, and what a person should know."""

    quarantine: list[dict[str, object]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    departments: dict[str, str] = field(default_factory=dict)

    def refuse(
        self, source: str, place: str, reason: str, moment: datetime, *,
        row: int | None = None, column: str | None = None, value: object = None,
    ) -> None:  # fmt: skip
        self.quarantine.append(
            {
                "source": source,
                "place": place,
                "row": row,
                "column": column,
                "value": None if value is None else str(value)[:300],
                "reason": reason,
                "captured_at": moment,
            }
        )


@dataclass(frozen=True)
class Count:
    """A number of things, or a mean such as days: the numerator alone."""

    measure: str
    column: str
    needs_dossiers: bool = False

    def read(self, row: Mapping[str, object]) -> tuple[str, dict[str, object]]:
        value = number(row, self.column)
        return ("reported", {"numerator": value}) if value is not None else ("not_reported", {})

    def without_dossiers(self) -> dict[str, object]:
        return {}


@dataclass(frozen=True)
class Share:
    """A part of a whole; where the whole is 0 there were no dossiers, which is no share of 0 %."""

    measure: str
    part: str
    whole: str
    needs_dossiers: bool = False

    def read(self, row: Mapping[str, object]) -> tuple[str, dict[str, object]]:
        part, whole = number(row, self.part), number(row, self.whole)
        if part is None or whole is None:
            return "not_reported", {}
        if part > whole:
            raise Unusable(self.part, part, f"the part {part:g} is more than the whole {whole:g} ({self.whole})")
        return ("reported" if whole else "no_dossiers"), {"numerator": part, "denominator": whole}

    def without_dossiers(self) -> dict[str, object]:
        return {"numerator": 0.0, "denominator": 0.0}


@dataclass(frozen=True)
class Score:
    """Points out of a maximum; trees write `score` in their children and `totalScore` in the parent.

    Where `whole` names a column that is 0, the portal's 0 points mean that there was nothing to score.
    """

    measure: str
    columns: tuple[str, ...]
    max_score: float
    max_columns: tuple[str, ...] = ()
    needs_dossiers: bool = False
    whole: str = ""

    def read(self, row: Mapping[str, object]) -> tuple[str, dict[str, object]]:
        if self.whole and number(row, self.whole) == 0:
            return "no_dossiers", {}
        score = number(row, _first(row, self.columns))
        if score is None:
            return "not_reported", {}
        limit = number(row, _first(row, self.max_columns)) if self.max_columns else None
        limit = self.max_score if limit is None else limit
        if score > limit:
            raise Unusable(self.columns[0], score, f"{score:g} points are more than the {limit:g} there are")
        return "reported", {"score": score, "max_score": limit}

    def without_dossiers(self) -> dict[str, object]:
        return {}


Figure = Count | Share | Score


def number(row: Mapping[str, object], column: str) -> float | None:
    """The number in `column`; None where it is null or absent; Unusable where it is anything else."""
    value = row.get(column)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable(column, value, f"must be a number, found {type(value).__name__} {value!r}"[:300])
    if not math.isfinite(value) or value < 0:
        raise Unusable(column, value, f"must be a finite number of 0 or more, found {value!r}")
    return float(value)


def sum_of_groups(rows: Mapping[str, Mapping[str, object]]) -> float | None:
    """The six group scores added up; None unless all six are reported."""
    scores = [rows[name].get("score") for name in GROUPS if name in rows and rows[name]["state"] == "reported"]
    return round(sum(scores), 2) if len(scores) == len(GROUPS) else None


def _first(row: Mapping[str, object], columns: tuple[str, ...]) -> str:
    return next((name for name in columns if name in row), columns[0])
