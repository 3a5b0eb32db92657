"""The share filed online over time as a small drawing, for the page and the static site."""

from __future__ import annotations

from collections.abc import Sequence

from display.drawing import small_charts
from display.drawing.palette import Palette
from display.drawing.small_charts import Chart, Curve
from display.portraits.plain_months import Month
from display.words import numbers
from display.words.text import Speaker

LEAST_MONTHS = 3
WIDTH, HEIGHT = 420, 150


def svg(say: Speaker, months: Sequence[Month], palette: Palette, *, own: bool) -> str:
    """The commune's months bold over the province's thin ones; empty text where fewer than three are known."""
    curves = [_curve(months, [month.level for month in months], past=own)]
    if own:
        curves.append(_curve(months, [month.own for month in months], past=False))
    if not any(sum(value is not None for value in curve.values) >= LEAST_MONTHS for curve in curves):
        return ""
    chart = Chart(tuple(curves), least=0, most=100)
    return small_charts.over_time(
        chart, lambda value, decimals: numbers.number(value, say.language, decimals), WIDTH, HEIGHT, palette
    )


def _curve(months: Sequence[Month], values: list[float | None], *, past: bool) -> Curve:
    return Curve([month.start for month in months], values, past=past)
