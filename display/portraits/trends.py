"""The small charts of a commune over its months, and the months they need."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

from display.drawing import small_charts
from display.drawing.palette import Palette
from display.drawing.small_charts import Chart, Curve, Reach, Usual
from display.portraits import summary
from display.portraits.histories import Month
from display.portraits.summary import Row
from display.words import numbers
from display.words.view import View
from ranking.periods import MERGER
from store import units
from store.snapshot import Snapshot

LEAST_MONTHS = 3
Scale = tuple[str, str, float | None]


WIDTH, HEIGHT = 246, 124
"""The least room on a page, so that letters are at least as large as they are written."""


def drawable(snapshot: Snapshot, code: str) -> list[Row]:
    """The rows of the summary that a line can be drawn from."""
    return [
        row
        for row in summary.rows(snapshot, code)
        if sum(month.value is not None for month in row.months) >= LEAST_MONTHS
    ]


def svg(
    view: View,
    code: str,
    row: Row,
    width: int = WIDTH,
    height: int = HEIGHT,
    palette: Palette | None = None,
    flags: tuple[date, ...] = (),
    *,
    together: bool = False,
) -> str:
    """The chart of a row of the summary as SVG text, with figures in the reader's language; `flags`: days to mark.

    `together`: the charts of all rows that are `drawable` stand beside it. All have the same months then, and those of
    one unit the same scale.
    """
    beside = _reach(view.snapshot, code, _scale(row)) if together else None
    chart = replace(chart_of(view.snapshot, code, row), flags=flags, beside=beside)
    return small_charts.over_time(
        chart,
        lambda value, decimals: numbers.number(value, view.language, decimals),
        width,
        height,
        palette or view.palette,
    )


def chart_of(snapshot: Snapshot, code: str, row: Row) -> Chart:
    """What the chart of a row shows: its months, what is known of them before the merger, its usual range."""
    past = _before(snapshot, code, row)
    return Chart(
        curves=(*past, *_since(row)),
        usual=_usual(row),
        target=row.target,
        merger=MERGER,
        least=0,
        most=100 if row.measure.kind == "share" else row.measure.max_score,
    )


@lru_cache(maxsize=256)
def _reach(snapshot: Snapshot, code: str, scale: Scale) -> Reach:
    rows = drawable(snapshot, code)
    charts = [chart_of(snapshot, code, row) for row in rows]
    return Reach.of(charts, [chart for row, chart in zip(rows, charts, strict=True) if _scale(row) == scale])


def _scale(row: Row) -> Scale:
    """What two measures must share to be read on one scale: shares do, scores out of 18 and out of 22 do not."""
    return row.measure.kind, row.measure.unit.vi, row.measure.max_score


def _since(row: Row) -> list[Curve]:
    """One curve per set of rules since the merger."""
    by_series: dict[str, list[Month]] = {}
    for month in row.months:
        by_series.setdefault(month.series, []).append(month)
    return [
        Curve([m.start for m in part], [m.value for m in part], [m.mark for m in part]) for part in by_series.values()
    ]


def _before(snapshot: Snapshot, code: str, row: Row) -> tuple[Curve, ...]:
    """The months before the merger, added up from the old communes; none where any month is only a range."""
    return _all_before(snapshot, code).get((row.measure.id, row.basis), ())


@lru_cache(maxsize=32)
def _all_before(snapshot: Snapshot, code: str) -> dict[tuple[str, str], tuple[Curve, ...]]:
    """The same of all measures and bases at once: each chart on a page asks for all the others' months too."""
    months: dict[tuple[str, str], dict[str, list[tuple[date, float | None, str]]]] = {}
    for measure, rows in units.before_merger(snapshot, code).items():
        for basis, series, *month in rows.select("basis", "series", "period_start", "value", "state").iter_rows():
            months.setdefault((measure, basis), {}).setdefault(series, []).append((month[0], month[1], month[2]))
    return {
        key: tuple(curve for part in by_series.values() for curve in _past(part)) for key, by_series in months.items()
    }


def _past(months: list[tuple[date, float | None, str]]) -> list[Curve]:
    starts, values, states = zip(*months, strict=True)
    if {"range", "not_comparable"} & set(states) or all(value is None for value in values):
        return []
    return [Curve(list(starts), list(values), past=True)]


def _usual(row: Row) -> tuple[Usual, ...]:
    """The usual range of each set of rules that has been in force for long enough."""
    found = {month.series: month.limits for month in row.months if month.limits}
    spans = {name: [month.start for month in row.months if month.series == name] for name in found}
    return tuple(Usual(spans[name][0], spans[name][-1], limits.lower, limits.upper) for name, limits in found.items())


def last_value(view: View, row: Row, month: Month) -> str:
    """The value with its unit, unless the unit is a phrase that the measure's own name says already."""
    if row.measure.kind == "rate":
        return numbers.number(month.value, view.language, row.measure.decimals)
    return numbers.with_unit(month.value, row.measure, view.language)
