"""What can be taken along from a commune's page: each of its tables, its small charts, with the figures behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from display.drawing.plotted import Room
from display.drawing.sheet_of_charts import Small, sheet_of_charts
from display.portraits import summary, summary_words, trends
from display.words import addresses
from display.words.view import View
from press.brief import table
from press.share.shareable import Listed
from store import units
from ui.parts import share


def control(view: View, code: str, key: str, title: str, listed: Callable[[], Listed], **more: Any) -> None:
    """The control of one part; `more`: as `ui.parts.share.part` takes it."""
    of_unit = view.say("share.of_place", title=title, place=units.known(code)["full_name"])
    source = more.pop("source", "") or summary_words.source_line(view, code)
    share.part(view, key, {"page": "unit", "unit": code}, of_unit, listed, source=source, **more)


def of_trends(view: View, code: str) -> None:
    """The small charts of all measures as one picture; as a table each measure with its last month."""
    rows = trends.drawable(view.snapshot, code)
    control(
        view,
        code,
        "trends",
        view.say("unit.trends.title"),
        partial(_last_months, view, code),
        reading=view.say("unit.trends.reading"),
        draw=partial(_drawn, view, code),
        ratio=0.14 + 0.2 * -(-len(rows) // 3),
        sheet=partial(table.sheet, view, code),
        embed=addresses.embedded(view, "unit", unit=code),
    )


def _last_months(view: View, code: str) -> Listed:
    say = view.say
    found = []
    for row in trends.drawable(view.snapshot, code):
        last = [month for month in row.months if month.value is not None][-1]
        month = say("unit.trends.month", month=last.start.month, year=last.start.year)
        value, words = trends.last_value(view, row, last), say(f"unit.variation.{row.variation}")
        found.append([row.measure.short.in_language(view.language), month, value, words])
    names = ("measure", "value", "variation")
    measure, value, variation = (say(f"unit.column.{name}") for name in names)
    return Listed([measure, say("time.column.period"), value, variation], found, frozenset({2}))


def _drawn(view: View, code: str, room: Room) -> str:
    """The charts in rows of as many as can be read."""
    charts = []
    for row in trends.drawable(view.snapshot, code):
        last = [month for month in row.months if month.value is not None][-1]
        name = row.measure.short.in_language(view.language)
        draw = partial(_chart, view, code, row, room)
        charts.append(Small(name, trends.last_value(view, row, last), draw))
    return sheet_of_charts(charts, room)


def _chart(view: View, code: str, row: summary.Row, room: Room, width: int, height: int) -> str:
    return trends.svg(view, code, row, width, height, room.palette, together=True)
