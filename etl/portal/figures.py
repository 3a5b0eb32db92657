"""From the fields of one reply row to rows of `tables.Measurements`, or to quarantine with a reason.

Which fields make which measure stands in the definitions of `data/measures`, under `formula`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TypedDict, Unpack

from etl.portal.fields import Row, Unusable, number, total
from ranking.formulas import ChartFormula, PortalFormula, terms
from ranking.measures import Measure
from ranking.periods import Period

_RECEIVED = "received"
"""The measure that tells whether a unit had any dossiers at all."""
PETITIONS, NO_PETITIONS = "petitions", "no_petitions"
_METRICS, _STATUS = "metrics", "dataQualityStatus"


class Amounts(TypedDict, total=False):
    """The figures of one measurement; those that its measure does not have are absent."""

    numerator: float
    denominator: float
    score: float
    max_score: float


class Said(Amounts, total=False):
    """The figures, and what is to be known of them."""

    quality: str | None


class Measured(Said):
    """A row of `tables.Measurements` without the columns that its measure does not have."""

    unit_code: str
    level: str
    period_start: date
    period_end: date
    period_kind: str
    series: str
    measure: str
    field: str
    state: str
    provisional: bool
    basis: str
    source: str
    captured_at: datetime


@dataclass(frozen=True)
class Figure:
    """One measure as one kind of rows of one endpoint holds it."""

    measure: Measure
    formula: PortalFormula

    def read(self, row: Row) -> tuple[str, Amounts]:
        """(state, figures) of a row; Unusable where a field cannot be what it should be.

        A whole of 0 is no share of 0 %: there were no dossiers.
        """
        if self.formula.needs and number(row, self.formula.needs) == 0:
            return "no_dossiers", self.without_dossiers()
        if self.formula.score:
            return self._points(row, self.formula.score)
        if self.formula.numerator:
            return self._counted(row, self.formula.numerator)
        raise AssertionError("unreachable: a formula has either a score or a numerator")

    def without_dossiers(self) -> Amounts:
        return {"numerator": 0.0, "denominator": 0.0} if self.formula.denominator else {}

    def fields(self) -> dict[str, str]:
        """Path → what is lost where no row has it."""
        named = [self.formula.score] if self.formula.score else []
        for text in filter(None, (self.formula.numerator, self.formula.denominator)):
            named += [path for _, path in terms(text)]
        lost = "is not reported" if self.formula.published else "is not known where the other endpoint is silent"
        found = dict.fromkeys(named, f"{self.measure.id} {lost}")
        if self.formula.needs:
            found |= {self.formula.needs: f"points of 0 count for {self.measure.id} where there was nothing to score"}
        return found

    def remarks(self, row: Row, level: str) -> str | None:
        """What the portal itself says about the data of a reported figure: of its own metric, of all for points.

        With it goes whether the figure of a unit is a copy of its province's.
        """
        own, entries = self._metrics, row.get(_METRICS)
        said = {
            str(entry[_STATUS])
            for entry in (entries if isinstance(entries, list) else [])
            if isinstance(entry, Mapping) and entry.get(_STATUS) and (self.formula.score or entry.get("code") in own)
        }
        copied = ["copied_from_province"] if self.formula.copied_from_province and level != "province" else []
        return "; ".join([*copied, *self._petitions(row), *sorted(said)]) or None

    def _petitions(self, row: Row) -> list[str]:
        """On how many petitions part of the points rests; without any, the portal gives full marks for them."""
        count = number(row, self.formula.rests_on_petitions) if self.formula.rests_on_petitions else None
        if count is None:
            return []
        return [f"{PETITIONS}: {count:g}"] if count else [NO_PETITIONS]

    @cached_property
    def _metrics(self) -> set[str]:
        """The codes of the metrics that the figure is read from."""
        return {path.split(".")[1] for path in self.fields() if path.startswith(f"{_METRICS}.")}

    def _counted(self, row: Row, numerator: str) -> tuple[str, Amounts]:
        part = total(row, numerator)
        if not self.formula.denominator:
            return ("reported", {"numerator": part}) if part is not None else ("not_reported", {})
        whole = total(row, self.formula.denominator)
        if part is None or whole is None:
            return "not_reported", {}
        if part > whole and self.measure.kind == "share":
            reason = f"the part is more than the whole: {part:g} of {whole:g} ({self.formula.denominator})"
            raise Unusable(numerator, part, reason)
        return ("reported" if whole else "no_dossiers"), {"numerator": part, "denominator": whole}

    def _points(self, row: Row, path: str) -> tuple[str, Amounts]:
        score = number(row, path)
        if score is None:
            return "not_reported", {}
        said = number(row, self.formula.max_score) if self.formula.max_score else None
        limit = self.measure.full_marks if said is None else said
        if score > limit:
            raise Unusable(path, score, f"{score:g} points are more than the {limit:g} there are")
        return "reported", {"score": score, "max_score": limit}


@dataclass(frozen=True)
class Total:
    """A measure whose points are the sum of others' (`parts`), and the endpoint and field that give it."""

    measure: str
    parts: tuple[str, ...]
    max_score: float
    endpoint: str
    path: str

    def added(self, rows: Mapping[str, Measured]) -> float | None:
        """The points of all parts added up; None unless all are reported."""
        known = [rows[name] for name in self.parts if name in rows and rows[name]["state"] == "reported"]
        return round(sum(row["score"] for row in known), 2) if len(known) == len(self.parts) else None


class Figures:
    """Every figure that the portal's replies hold, as the registry of measures says."""

    def __init__(self, measures: Mapping[str, Measure]) -> None:
        self._at: dict[tuple[str, str], list[Figure]] = {}
        self._published: dict[tuple[str, str], list[Figure]] = {}
        self._received: list[tuple[str, str]] = []
        self._charts: dict[tuple[str, str], list[tuple[Measure, ChartFormula]]] = {}
        self.totals: list[Total] = []
        for measure in measures.values():
            for formula in measure.formula.portal:
                self._add(Figure(measure, formula))
            for chart in measure.formula.charts:
                self._charts.setdefault((chart.endpoint, chart.of), []).append((measure, chart))
            parts, own = measure.formula.sum_of, next(iter(measure.formula.portal), None)
            if parts and own and own.score:
                self.totals.append(Total(measure.id, parts, measure.full_marks, own.endpoint, own.score))

    def _add(self, figure: Figure) -> None:
        if figure.measure.id == _RECEIVED and figure.formula.numerator:
            self._received.append((figure.formula.endpoint, figure.formula.numerator))
        for row in figure.formula.of:
            self._at.setdefault((figure.formula.endpoint, row), []).append(figure)
            if figure.formula.published:
                self._published.setdefault((figure.formula.endpoint, row), []).append(figure)

    def at(self, endpoint: str, row: str) -> list[Figure]:
        """What is published from the rows of an endpoint (`row`: a `ranking.formulas.Row`)."""
        return self._published.get((endpoint, row), [])

    def all_at(self, endpoint: str, row: str) -> list[Figure]:
        """The same with what only tells whether there were dossiers."""
        return self._at.get((endpoint, row), [])

    def charts_at(self, endpoint: str, whose: str) -> list[tuple[Measure, ChartFormula]]:
        """What the charts in an endpoint's reply tell, month by month, of the province or the country that it is of."""
        return self._charts.get((endpoint, whose), [])

    def counts(self, rows: Mapping[str, Row]) -> set[float]:
        """What the endpoints say of how many dossiers a unit received: one number, if they say the same."""
        found = set()
        for endpoint, numerator in self._received:
            try:
                found.add(total(rows.get(endpoint, {}), numerator))
            except Unusable:
                continue
        return {count for count in found if count is not None}

    def received(self, rows: Mapping[str, Row]) -> float | None:
        """Dossiers that a unit received, from its rows by endpoint; None where no number says so.

        Where the first endpoint is silent the others tell at least whether there were any: or a unit without
        dossiers would be taken for the worst.
        """
        for endpoint, numerator in self._received:
            try:
                count = total(rows.get(endpoint, {}), numerator)
            except Unusable:
                continue
            if count is not None:
                return count
        return None


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

    def row(self, measure: str, state: str = "reported", **figures: Unpack[Said]) -> Measured:
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
        self,
        source: str,
        place: str,
        reason: str,
        moment: datetime,
        *,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
    ) -> None:
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
