"""Periods longer than a month on a chart over time: level strokes from first day to last, joined to nothing.

The portal's periods overlap and don't add up, so a quarter is neither a point between months nor the end of a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from display.drawing.curves import Line, note_of, placed
from display.words import numbers
from display.words.view import View
from ranking.measures import Measure
from ranking.periods import Period
from ranking.vocabulary import PERIOD_COLUMNS
from store.months import is_month, series


@dataclass(frozen=True)
class Span(Line):
    """One period of a place. `said`: the place, the period and the value in words."""

    said: str = ""


def spans(view: View, measure: Measure, scope: str) -> list[Span]:
    """The longer periods of the country and of the province that tell of months which no point tells of."""
    found: list[Span] = []
    for level, code, name, colour in placed(view, scope):
        rows = series(view.snapshot, measure.id, level, (code,)).drop_nulls("value")
        has_months = rows.filter(is_month()).height > 0
        for row in _needed(rows):
            found.append(_span(view, measure, row, name, colour, named=not has_months))
            has_months = True
    return found


def _needed(rows: pl.DataFrame) -> list[dict]:
    """The periods longer than a month, the shortest first, that reach into a month not told of so far."""
    told = set(rows.filter(is_month()).get_column("period_start"))
    length = pl.col("period_end") - pl.col("period_start")
    found = []
    for row in rows.filter(~is_month()).sort(length, "period_end").iter_rows(named=True):
        months = set(_months(row["period_start"], row["period_end"]))
        if months - told:
            found.append(row)
            told |= months
    return found


def _months(start: date, end: date) -> list[date]:
    """The first days of the months that a period reaches into."""
    count = 12 * (end.year - start.year) + end.month - start.month + 1
    return [date(start.year + (start.month - 1 + n) // 12, (start.month - 1 + n) % 12 + 1, 1) for n in range(count)]


def _span(view: View, measure: Measure, row: dict, name: str, colour: str, *, named: bool) -> Span:
    period = Period(*(row[column] for column in PERIOD_COLUMNS))
    words = numbers.period_in_sentence(period, view.language)
    value = numbers.with_unit(row["value"], measure, view.language)
    note = ", ".join([words, note_of(view, row)])
    return Span(
        name if named else "",
        [period.start, period.end],
        [row["value"]] * 2,
        colour,
        notes=[note] * 2,
        basis=row["basis"],
        width=2.2,
        dash="dot",
        said=view.say("time.span", place=name, period=words, value=value),
    )


def in_words(strokes: Sequence[Span]) -> list[str]:
    """What the strokes show, for a reader who doesn't see them."""
    return [stroke.said for stroke in strokes]
