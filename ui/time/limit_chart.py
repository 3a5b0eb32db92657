"""A commune's months with their limits, as a chart of process limits shows them: which are special, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import attrgetter

import polars as pl

from display.drawing import curves
from display.words.view import View
from ranking.measures import Measure
from ranking.periods import MERGER
from ranking.process_limits import IMPROVEMENT, Limits, Point, Shares, p_prime, xmr
from store import ages, units
from store import months as store_months
from store.reference import reference_table
from ui.time import history

_COUNTS = ("numerator", "denominator")
SPECIAL = ("improvement", "concern", "neither")


@dataclass(frozen=True)
class Month:
    """One month of the chart; `kind` is high, low, rising or falling where it is special, else empty."""

    day: date
    point: Point
    kind: str


@dataclass(frozen=True)
class Chart:
    """A commune's months in order of time, gaps included."""

    unit: str
    name: str
    months: tuple[Month, ...]

    @property
    def limits(self) -> Limits | None:
        """Those of the latest baseline."""
        return self.months[-1].point.limits if self.months else None


def of_unit(view: View, measure: Measure, unit: str) -> Chart:
    """The whole months of a commune with their process limits; one that is not as old as the one before has no mark.

    Before the merger its re-aggregated history, of months in which every former unit reported. A new baseline
    starts at the merger and wherever the rules of counting changed.
    """
    rows = months_of(view, measure, unit)
    name = reference_table("units").filter(pl.col("code") == unit).item(0, "full_name")
    if rows.is_empty():
        return Chart(unit, name, ())
    days = pl.date_range(rows.item(0, "period_start"), rows.item(-1, "period_start"), "1mo", eager=True).to_list()
    known = {row["period_start"]: row for row in rows.iter_rows(named=True)}
    values = [known[day]["value"] if day in known else None for day in days]
    way, baselines = IMPROVEMENT[measure.direction], _baselines(days, known)
    if is_counted(measure):
        counts = [[known[day][name] if day in known else None for day in days] for name in _COUNTS]
        points = p_prime(Shares(values, *counts), way, baselines)
    else:
        points = xmr(values, way, baselines)
    where = ("commune", measure.id, curves.fullest_basis(view, measure) or "", units.known(unit)["province_code"])
    uneven = ages.uneven_months(view.snapshot, *where)
    marked = [replace(point, mark="none") if day in uneven else point for day, point in zip(days, points, strict=True)]
    return Chart(unit, name, tuple(Month(d, p, kind_of(marked, p)) for d, p in zip(days, marked, strict=True)))


def is_counted(measure: Measure) -> bool:
    """Whether the chart is that of shares, whose limits follow the number of dossiers of each month."""
    return measure.kind == "share"


def months_of(view: View, measure: Measure, unit: str) -> pl.DataFrame:
    basis = curves.fullest_basis(view, measure) or ""
    columns = ["period_start", "series", "value", *_COUNTS]
    past = history.monthly(view.snapshot, measure.id, unit).filter(pl.col("basis") == basis, pl.col("coverage") == 1)
    own = store_months.series(view.snapshot, measure.id, "commune", (unit,)).filter(
        pl.col("basis") == basis, pl.col("period_kind") == "month", pl.col("period_start") >= MERGER
    )
    both = pl.concat([past.select(columns), own.select(columns)]).drop_nulls("value")
    return both.sort("period_start", "series").unique("period_start", keep="last", maintain_order=True)


def _baselines(days: Sequence[date], known: dict[date, dict]) -> list[int]:
    """Where a new baseline starts: the first month after the merger, and each first month under other rules."""
    starts, before = [], None
    for index, day in enumerate(days):
        if day == MERGER:
            starts.append(index)
        if day in known:
            series = known[day]["series"]
            if before not in (None, series):
                starts.append(index)
            before = series
    return starts


def kind_of(points: Sequence[Point], point: Point) -> str:
    value, limits = point.value, point.limits
    if point.mark not in SPECIAL or value is None or limits is None:
        return ""
    if set(point.rules) != {"trend"}:
        return "high" if value > limits.mean else "low"
    before = points[point.index - 1] if point.index else None
    if before is not None and before.limits is limits and "trend" in before.rules and before.value is not None:
        return "rising" if value > before.value else "falling"
    after = points[point.index + 1].value
    return "rising" if after is not None and after > value else "falling"


def runs(chart: Chart) -> list[list[Month]]:
    """Special months that follow each other, of one kind, with one meaning, within one baseline."""
    key = attrgetter("kind", "point.mark", "point.limits")
    return [list(group) for (kind, *_), group in groupby(chart.months, key=key) if kind]


def possible(measure: Measure, point: Point) -> tuple[float | None, float | None, float | None]:
    """Mean, lower and upper limit of a point, the limits not beyond what the measure can be; None without limits."""
    if point.limits is None or point.lower is None or point.upper is None:
        return None, None, None
    return point.limits.mean, *within(measure, point.lower, point.upper)


def within(measure: Measure, lower: float, upper: float) -> tuple[float, float]:
    most = 100.0 if measure.kind == "share" else measure.max_score or float("inf")
    return max(lower, 0.0), min(upper, most)
