"""What the link asks about the commune: a measure in a period, said first, also where there is no figure of it."""

from __future__ import annotations

from html import escape

import polars as pl

from display.words import marks, numbers, places
from display.words.view import View
from ranking.frame_types import Row
from ranking.measures import Measure
from ranking.periods import Period, parse
from ranking.states import ABSENT
from store import opening, standings, units
from store.reference import measures
from ui.frame import html, links


def show(view: View, code: str) -> None:
    """One line with the figure that the link asks for, or why there is none; nothing where it asks for no measure."""
    name, _, basis = links.asked().get("measure", "").partition(".")
    if name in measures():
        html.show(f'<p class="gd-sentence">{_sentence(view, code, measures()[name], basis)}</p>')


def _sentence(view: View, code: str, measure: Measure, basis: str) -> str:
    say, unit = view.say, units.known(code)
    short = measure.short.in_language(view.language)
    scope = unit["province_code"]
    first = opening.opening(view.snapshot, "commune", scope, measure.id, basis or None)
    period = _period(links.asked().get("period", "")) or (first.period if first else None)
    if first is None or period is None:
        return escape(say("unit.asked.never", measure=short, unit=unit["full_name"]))
    rows = standings.ranking(view.snapshot, "commune", measure.id, first.basis, period, scope)
    row = next(iter(rows.filter(pl.col("unit_code") == code).iter_rows(named=True)), None)
    when = numbers.period_in_sentence(period, view.language)
    if row is None or row["value"] is None:
        state = say(f"state.{row['state'] if row else ABSENT}")
        return escape(say("unit.asked.none", measure=short, unit=unit["full_name"], period=when, state=state))
    value = numbers.with_unit(row["value"], measure, view.language)
    return f"<b>{escape(short)}, {escape(when)}: {escape(value)}</b>. {escape(' · '.join(_notes(view, measure, row)))}"


def _notes(view: View, measure: Measure, row: Row) -> list[str]:
    ranked = row["rank"] is not None
    place = places.standing_lines(view.say, measure, row) if ranked else [marks.unranked(view.say, measure, row)]
    return [*place, *marks.petition_words(view.say, row["quality"])]


def _period(code: str) -> Period | None:
    try:
        return parse(code)
    except ValueError:
        return None
