"""When a commune reported: each month and source since the merger, and every past value that was changed later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from html import escape

import polars as pl

from display.drawing import css
from display.words import numbers
from display.words.view import View
from press.share.shareable import Listed
from ranking.measures import Measure
from ranking.periods import MERGER, Period
from ranking.states import COUNTED, NOT_REPORTED, REPORTED
from ranking.vocabulary import BASES
from store import catalog, reference, units
from store.months import is_month
from store.snapshot import Snapshot
from store.states import states
from ui.frame import html
from ui.unit import sharing, tables

_OPEN = "◐"
_MOST_REVISIONS = 60


@dataclass(frozen=True)
class Month:
    """One month of one source. `answered` of `asked` measures have a figure (or no dossiers).

    `state`: of those that the measures have, the first in the order of `data/states.yaml`. `captured_at`: when the
    figures were taken from the source; None where there are none at all.
    """

    start: date
    state: str
    answered: int
    asked: int
    provisional: bool
    revised: bool
    captured_at: datetime | None


@lru_cache(maxsize=128)
def calendar(snapshot: Snapshot, code: str) -> dict[str, tuple[Month, ...]]:
    """By basis, one entry per month since the merger that the source told anything about the province for.

    A month of which the source has other communes but not this one counts as not reported.
    """
    own = units.figures(snapshot, code).filter(pl.col("field") == "all", is_month(), pl.col("period_start") >= MERGER)
    expected = catalog.catalog(snapshot).filter(
        pl.col("level") == "commune",
        pl.col("scope") == units.known(code)["province_code"],
        is_month(),
        pl.col("period_start") >= MERGER,
    )
    changed = set(units.revised(snapshot, code).select("basis", "period_start").rows())
    asked = expected.group_by("basis", "period_start").agg(pl.col("measure").n_unique()).sort("period_start").rows()
    told: dict[tuple[str, date], list[dict]] = {}
    for row in own.iter_rows(named=True):
        told.setdefault((row["basis"], row["period_start"]), []).append(row)
    found = {
        basis: tuple(
            _month(start, told.get((basis, start), []), measures, (basis, start) in changed)
            for of, start, measures in asked
            if of == basis
        )
        for basis in BASES
    }
    return {basis: months for basis, months in found.items() if months}


def _month(start: date, rows: list[dict], asked: int, revised: bool) -> Month:
    if not rows:
        return Month(start, NOT_REPORTED, 0, asked, False, revised, None)
    state = states().first({row["state"] for row in rows})
    answered = len({row["measure"] for row in rows if row["state"] in COUNTED})
    captured_at = max((row["captured_at"] for row in rows if row["captured_at"]), default=None)
    return Month(start, state, answered, asked, any(row["provisional"] for row in rows), revised, captured_at)


def section(view: View, code: str) -> None:
    """The calendar with its legend, longer stretches in a sentence, and the values that were revised."""
    found = calendar(view.snapshot, code)
    if found:
        html.show("".join(_source(view, basis, months) for basis, months in found.items()))
        html.show(_legend(view, [month for months in found.values() for month in months]))
        sharing.control(view, code, "calendar", view.say("unit.calendar.title"), lambda: _listed(view, found))
    else:
        html.caption(view.say("unit.calendar.no_months"))
    if stretches := _stretches(view, code):
        html.caption(view.say("unit.calendar.stretches", periods="; ".join(stretches)))
    _revisions(view, code)


def _listed(view: View, found: Mapping[str, Sequence[Month]]) -> Listed:
    """A row per month and source in words, the latest first."""
    rows = []
    for basis, months in found.items():
        for month in reversed(months):
            when, _, said = month_words(view, month).partition(": ")
            rows.append([when, view.say(f"basis.{basis}"), said])
    heads = [view.say(f"unit.calendar.column.{name}") for name in ("month", "basis", "state")]
    return Listed(heads, rows)


def _source(view: View, basis: str, months: Sequence[Month]) -> str:
    """One source: a row of months that wraps on a narrow window. Markup."""
    title = escape(view.say("unit.calendar.source", basis=view.say(f"basis.{basis}"), summary=_summary(view, months)))
    cells = "".join(_cell(view, month) for month in months)
    return f'<div class="gd-calendar"><p>{title}</p><ol>{cells}</ol></div>'


def _summary(view: View, months: Sequence[Month]) -> str:
    full = sum(month.state in COUNTED for month in months)
    return view.say("unit.calendar.summary", full=full, all=len(months))


def _cell(view: View, month: Month) -> str:
    is_open = month.provisional and month.state == REPORTED
    marks = (_OPEN if is_open else states()[month.state].sign) + ("↻" if month.revised else "")
    words = month_words(view, month)
    label = f"{month.start.month}/{month.start.year % 100:02d}"
    return (
        f'<li class="gd-in-month {css.class_of(month.state)}" title="{escape(words)}"><span>{label}</span>'
        f'<b aria-hidden="true">{marks}</b><span class="gd-aside">{escape(words)}</span></li>'
    )


def month_words(view: View, month: Month) -> str:
    """A month of the calendar as a sentence fragment: `Tháng 8/2026: có báo cáo 14/15 chỉ tiêu, …`."""
    say, language = view.say, view.language
    when = say("unit.trends.month", month=month.start.month, year=month.start.year)
    words = [say(f"unit.calendar.{month.state}")]
    if month.state == REPORTED and month.answered < month.asked:
        words.append(say("unit.calendar.partly", answered=month.answered, asked=month.asked))
    if month.provisional:
        words.append(say("rankings.provisional"))
    if month.revised:
        words.append(say("unit.calendar.revised"))
    if month.captured_at:
        words.append(say("unit.calendar.captured", day=numbers.local_date(month.captured_at, language)))
    return f"{when}: {', '.join(words)}"


def _legend(view: View, months: Sequence[Month]) -> str:
    """What the signs mean; only those that occur."""
    present = {month.state for month in months}
    items = [(states()[state].sign, view.say(f"unit.calendar.{state}")) for state in states() if state in present]
    items += [(_OPEN, view.say("rankings.provisional"))] if any(month.provisional for month in months) else []
    items += [("↻", view.say("unit.calendar.revised"))] if any(month.revised for month in months) else []
    entries = "".join(f"<li><b>{sign}</b> {escape(text)}</li>" for sign, text in items)
    return f'<ul class="gd-legend">{entries}</ul>'


def _stretches(view: View, code: str) -> list[str]:
    """Periods other than months that the source has figures of the commune for, each with its source."""
    rows = units.figures(view.snapshot, code).filter(pl.col("field") == "all", ~is_month())
    keys = rows.select("period_start", "period_end", "period_kind", "basis").unique().sort("period_end", "period_start")
    return [
        view.say(
            "unit.calendar.stretch",
            period=numbers.period(Period(*period), view.language),
            basis=view.say(f"basis.{basis}"),
        )
        for *period, basis in keys.iter_rows()
    ]


# --- values that were changed


def _revisions(view: View, code: str) -> None:
    rows = units.revised(view.snapshot, code)
    if rows.is_empty():
        html.caption(view.say("unit.revisions.none"))
        return
    html.show(f'<p class="gd-sentence">{escape(view.say("unit.revisions.some", n=rows.height))}</p>')
    headers = [view.say(f"unit.revisions.{name}") for name in ("period", "measure", "old", "new", "when")]
    table = [_revision(view, row) for row in rows.head(_MOST_REVISIONS).iter_rows(named=True)]
    tables.stacked_table(headers, table, view.say("unit.revisions.caption"), figures=(2, 3))
    title = view.say("unit.revisions.caption")
    sharing.control(view, code, "unit_revisions", title, lambda: Listed(headers, table, frozenset({2, 3})))
    if rows.height > _MOST_REVISIONS:
        html.caption(view.say("unit.revisions.rest", n=rows.height - _MOST_REVISIONS))


def _revision(view: View, row: dict) -> list[str]:
    measure = reference.measures().get(row["measure"])
    name = measure.short.in_language(view.language) if measure else row["measure"]
    basis = view.say(f"basis.{row['basis']}")
    if row["field"] != "all":
        name = view.say("unit.revisions.of_field", measure=name, field=row["field"])
    return [
        numbers.period(Period(row["period_start"], row["period_end"], row["period_kind"]), view.language),
        f"{name}, {basis}",
        _value(view, measure, row, "old"),
        _value(view, measure, row, "new"),
        numbers.local_date(row["new_captured_at"], view.language),
    ]


def _value(view: View, measure: Measure | None, row: dict, side: str) -> str:
    """The value of one side; for a share with the counts, as a change of n alone is a change too."""
    if row[f"{side}_state"] != REPORTED or measure is None:
        return view.say(f"state.{row[f'{side}_state']}")
    parts = {name: [row[f"{side}_{name}"]] for name in ("numerator", "denominator", "score", "state")}
    schema = {"numerator": pl.Float64, "denominator": pl.Float64, "score": pl.Float64, "state": pl.String}
    value = pl.DataFrame(parts, schema=schema).select(measure.value()).item()
    text = numbers.with_unit(value, measure, view.language)
    if measure.kind != "share":
        return text
    part, whole = (numbers.number(row[f"{side}_{name}"], view.language) for name in ("numerator", "denominator"))
    return f"{text} ({part}/{whole})"
