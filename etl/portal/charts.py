"""The monthly charts inside a reply: figures of the whole, month by month, without the counts behind them.

A chart has twelve entries whatever was asked. Those of months outside the asked period or not yet reached say 0 and
mean nothing. Of a share the portal gives the per cent alone, so the row has no numerator and denominator: the per cent
stands as a `score` out of 100 (`Measure.value`). Which charts there are stands in `data/measures`, under `formula`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from etl.portal.answers import Group, Scene
from etl.portal.checks import CHANGED
from etl.portal.fields import Unusable, number
from etl.portal.figures import Figures, Measured, Notes
from ranking.formulas import ChartFormula
from ranking.measures import Measure
from ranking.monthly_charts import MONTHLY_CHART
from ranking.periods import Period, as_of, calendar_period

_FULL = 100.0
_ROUNDING = 0.011


def chart_rows(
    scene: Scene, groups: Mapping[str, Group], figures: Figures, code: str, level: str, notes: Notes
) -> Iterator[Measured]:
    """The rows of the country or of a province (`code`, `level`) that the charts of its replies give."""
    for name, group in groups.items():
        for measure, formula in figures.charts_at(name, level):
            yield from _of_chart(scene, group, measure, formula, code, level, notes)


def _of_chart(
    scene: Scene, group: Group, measure: Measure, formula: ChartFormula, code: str, level: str, notes: Notes
) -> Iterator[Measured]:
    entries = (group.beside or {}).get(formula.chart)
    listed = entries if isinstance(entries, list) else []
    known = {str(entry.get(formula.month)): entry for entry in listed if isinstance(entry, Mapping)}
    where = f"{group.endpoint}, {scene.name}, {formula.chart}"
    if not known:
        notes.warnings.append(f"{where}: tells of no month, so {measure.id} has none; {CHANGED}")
        return
    for asked, period, provisional in _months(scene):
        entry = known.get(f"{asked.start.month:02d}", {})
        try:
            value = _value(entry, formula)
        except Unusable as error:
            place, moment = f"{where}, {asked.id}", group.captured_at
            notes.refuse(group.source, place, error.reason, moment, column=error.column, value=error.value)
            continue
        if value is not None:
            spot = Scene(scene.province, period, provisional).spot(code, level, group.source, group.captured_at)
            yield spot.row(measure.id, score=value, max_score=_FULL, quality=MONTHLY_CHART)


def _value(entry: Mapping[str, object], formula: ChartFormula) -> float | None:
    """Per cent or points; None where nothing is said: null, or a 0 that no rest makes a figure."""
    value = number(entry, formula.value)
    rest = number(entry, formula.rest) if formula.rest else None
    if value is None or not (value or rest):
        return None
    if value > _FULL:
        raise Unusable(formula.value, value, f"{value:g} is more than the {_FULL:g} there are")
    if rest is not None and abs(value + rest - _FULL) > _ROUNDING:
        raise Unusable(formula.value, value, f"{value:g} and {formula.rest} {rest:g} don't come to {_FULL:g}")
    return value


def _months(scene: Scene) -> Iterator[tuple[Period, Period, bool]]:
    """The months of the period that was asked for, as far as it was reached: whole, as known by then, provisional."""
    asked = scene.period
    day = asked.end if scene.provisional else asked.end + timedelta(days=1)
    for month in range(asked.start.month, asked.end.month + 1):
        whole = calendar_period("month", asked.start.year, month)
        yield whole, *as_of(whole, day)
