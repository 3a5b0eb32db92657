"""Every measure of a commune over time, as small charts of one size that lead to the page about time."""

from __future__ import annotations

from html import escape

import polars as pl

from ranking.periods import MERGER
from ui import addresses, html, numbers, unit_charts, unit_store, unit_summary
from ui.palette import Palette
from ui.shell import View
from ui.store import Snapshot
from ui.unit_charts import Chart, Curve, Usual
from ui.unit_summary import Month, Row

LEAST_MONTHS = 3
WIDTH, HEIGHT = 300, 116
_NARROW_WIDTH, _NARROW_HEIGHT = 165, 96


def small_multiples(view: View, code: str) -> None:
    """One chart for each measure of which three months are known; why there are none where there are none."""
    charts = [_figure(view, code, row) for row in drawable(view.snapshot, code)]
    if not charts:
        html.caption(view.say("unit.trends.too_few"))
        return
    html.show(f'<div class="gd-multiples">{"".join(charts)}</div>')
    html.caption(view.say("unit.trends.reading"))


def drawable(snapshot: Snapshot, code: str) -> list[Row]:
    """The rows of the summary of which a line can be drawn."""
    return [
        row
        for row in unit_summary.rows(snapshot, code)
        if sum(month.value is not None for month in row.months) >= LEAST_MONTHS
    ]


def svg(
    view: View, code: str, row: Row, width: int = WIDTH, height: int = HEIGHT, palette: Palette | None = None
) -> str:
    """The chart of a row of the summary as SVG text, with figures in the reader's language."""
    chart = chart_of(view.snapshot, code, row)
    return unit_charts.over_time(
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


def _since(row: Row) -> list[Curve]:
    """One curve per set of rules since the merger."""
    by_series: dict[str, list[Month]] = {}
    for month in row.months:
        by_series.setdefault(month.series, []).append(month)
    return [Curve([m.start for m in part], [m.value for m in part], [m.mark for m in part])
            for part in by_series.values()]  # fmt: skip


def _before(snapshot: Snapshot, code: str, row: Row) -> list[Curve]:
    """The months before the merger, added up from the old communes; none where any month is only a range."""
    months = unit_store.before_merger(snapshot, code).get(row.measure.id)
    if months is None:
        return []
    curves = []
    for part in months.filter(pl.col("basis") == row.basis).partition_by("series", maintain_order=True):
        states = set(part.get_column("state"))
        if not states & {"range", "not_comparable"} and part.get_column("value").count():
            curves.append(
                Curve(part.get_column("period_start").to_list(), part.get_column("value").to_list(), past=True)
            )
    return curves


def _usual(row: Row) -> tuple[Usual, ...]:
    """The usual range of each set of rules that has been in force for long enough."""
    found = {month.series: month.limits for month in row.months if month.limits}
    spans = {name: [month.start for month in row.months if month.series == name] for name in found}
    return tuple(Usual(spans[name][0], spans[name][-1], limits.lower, limits.upper) for name, limits in found.items())


def _last_value(view: View, row: Row, month: Month) -> str:
    """The value with its unit, unless the unit is a phrase that the measure's own name says already."""
    if row.measure.kind == "rate":
        return numbers.number(month.value, view.language, row.measure.decimals)
    return numbers.with_unit(month.value, row.measure, view.language)


def _figure(view: View, code: str, row: Row) -> str:
    """One chart with its name and last month, as a link to the page about time."""
    say, language = view.say, view.language
    name = row.measure.short.in_language(language)
    last = [month for month in row.months if month.value is not None][-1]
    value = _last_value(view, row, last)
    month = say("unit.trends.month", month=last.start.month, year=last.start.year)
    alt = say(
        "unit.trends.alt", measure=name, value=value, month=month, variation=say(f"unit.variation.{row.variation}")
    )
    province = unit_store.unit(code)["province_code"]
    address = addresses.address(view, "online_filing", over=row.measure.id, units=code, province=province)
    size = (_NARROW_WIDTH, _NARROW_HEIGHT) if view.narrow else (WIDTH, HEIGHT)
    return (
        f'<a class="gd-multiple" href="{escape(address)}" target="_self"><span class="gd-row">'
        f'<span class="gd-multiple-name">{escape(name)}</span><span class="gd-strong">{escape(value)}</span></span>'
        f'<span class="gd-row gd-sub"><span>{escape(say(f"unit.variation.{row.variation}"))}</span>'
        f"<span>{escape(month)}</span></span>{unit_charts.image(svg(view, code, row, *size), alt, 'gd-chart')}</a>"
    )
