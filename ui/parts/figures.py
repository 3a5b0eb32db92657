"""The four figures at the top of the rankings: value, change, trend and target."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from display.drawing.one_line import sparkline
from display.words import addresses, numbers
from display.words.marks import derived_words, sum_words
from display.words.selection import Selection
from display.words.view import View
from ranking.levels import is_typical, together
from ranking.measures import Measure
from ranking.periods import Period, previous
from ranking.states import REPORTED
from ranking.vocabulary import COUNTRY
from store import ages, catalog, standings
from store.months import latest_series, together_by_month
from store.reference import measures
from ui.frame.html import Figure

MOST = 4
_OTHERS = (
    *("on_time_share", "online_filing_share", "open_overdue", "processing_days", "received", "index_766"),
    *("tdgq", "clgq", "mdsh"),
)


def four_figures(view: View, selection: Selection, rows: pl.DataFrame, *, elsewhere: bool = False) -> list[Figure]:
    """The measure itself first, then what else is known of the same units in the same period.

    Each names its period and whose it is, and leads to the page that begins with it; the first one only `elsewhere`
    than on that page.
    """
    figures = [_own(view, selection, rows)] if rows.get_column("rank").count() else []
    for name in _OTHERS:
        if len(figures) < MOST and name != selection.measure.id and (figure := _other(view, selection, name)):
            figures.append(figure)
    own = selection.measure.id
    return [replace(one, address="") if one.measure == own and not elsewhere else one for one in figures]


def _own(view: View, selection: Selection, rows: pl.DataFrame) -> Figure:
    ends = rows.filter(pl.col("rank").is_not_null()).select(low=pl.min("value"), high=pl.max("value")).row(0)
    low, high = (numbers.with_unit(end, selection.measure, view.language) for end in ends)
    return _figure(view, selection, rows, [view.say("card.from_to", low=low, high=high)])


def _other(view: View, selection: Selection, name: str) -> Figure | None:
    """Another measure of the same units; of the whole province where the units have no such figure."""
    for level, scope in ((selection.level, selection.scope), ("province", COUNTRY)):
        basis = _basis(view, name, level, scope, selection.period, selection.basis)
        if basis is None:
            continue
        rows = standings.ranking(view.snapshot, level, name, basis, selection.period, scope)
        if level != selection.level:
            return _whole_province(view, selection, measures()[name], rows)
        other = [view.say(f"basis.{basis}")] if basis != selection.basis else []
        there = replace(selection, measure=measures()[name], basis=basis)
        return _figure(view, there, rows, other)
    return None


def _basis(view: View, name: str, level: str, scope: str, period: Period, own: str) -> str | None:
    """The basis on which a measure is known: the selection's own where there is a choice."""
    known = catalog.catalog(view.snapshot).filter(
        pl.col("level") == level,
        pl.col("scope") == scope,
        pl.col("measure") == name,
        pl.col("of") > 0,
        pl.col("period_start") == period.start,
        pl.col("period_end") == period.end,
        pl.col("period_kind") == period.kind,
    )
    bases = known.get_column("basis").to_list()
    return own if own in bases else (bases[0] if bases else None)


def _whole_province(view: View, selection: Selection, measure: Measure, rows: pl.DataFrame) -> Figure | None:
    own = rows.filter(pl.col("unit_code") == selection.scope)
    value = together(own, measure)
    if value is None:
        return None
    summed = [*sum_words(view, own.item(0, "quality")), *derived_words(view, own.item(0, "quality"))]
    period = numbers.period_in_sentence(selection.period, view.language)
    whose = view.say("card.whose", period=period, units=view.say("level.whole_province.short"))
    there = {"province": selection.scope, "over": measure.id, "period": selection.period.id}
    return Figure(
        measure.short.in_language(view.language),
        numbers.with_unit(value, measure, view.language),
        (whose, *summed, *_target(view, measure)),
        measure=measure.id,
        address=addresses.address(view, "online_filing", **there),
    )


def _figure(view: View, selection: Selection, rows: pl.DataFrame, more: list[str]) -> Figure:
    measure, value = selection.measure, together(rows, selection.measure)
    months = together_by_month(view.snapshot, measure.id, selection.basis, selection.level, selection.scope)
    months = months.filter(pl.col("period_start") <= selection.period.end)
    notes = [
        _whose(view, selection, rows),
        *more,
        *(_change(view, measure, selection.period, value, months) if _is_even(view, selection) else []),
        *_target(view, measure),
    ]
    return Figure(
        measure.short.in_language(view.language),
        numbers.with_unit(value, measure, view.language),
        tuple(notes),
        _trend(view, measure, months),
        measure.id,
        addresses.address(view, "rankings", **addresses.choices(view, selection)),
    )


def _is_even(view: View, selection: Selection) -> bool:
    """Whether the figures are as old as those of the period before."""
    before = previous(selection.period)
    where = (selection.level, selection.measure.id, selection.basis, selection.scope)
    return before is not None and ages.comparable(view.snapshot, *where, before, selection.period)


def _whose(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """`tháng 8/2026 · riêng 148 xã, phường, tính chung`: of when, and of whom."""
    reporting = rows.filter(pl.col("state") == REPORTED).height
    way = "typical" if is_typical(selection.measure) else "together"
    units = view.say(f"card.{way}.{selection.level}", n=numbers.number(reporting, view.language))
    period = numbers.period_in_sentence(selection.period, view.language)
    return view.say("card.whose", period=period, units=units)


def _change(view: View, measure: Measure, period: Period, value: float | None, months: pl.DataFrame) -> list[str]:
    """The change since the month before, in the same series; for a share in percentage points."""
    before = previous(period) if period.kind == "month" else None
    if before is None or value is None:
        return []
    series = dict(months.select("period_start", "series").iter_rows())
    known = dict(months.select("period_start", "value").iter_rows())
    if known.get(before.start) is None or series[before.start] != series.get(period.start):
        return []
    units = dict(months.select("period_start", "units").iter_rows())
    if measure.kind == "count" and units[before.start] != units[period.start]:
        return []
    unit = view.say("card.points") if measure.kind == "share" else measure.unit.in_language(view.language)
    change = numbers.signed(value - known[before.start], view.language, measure.decimals)
    since = numbers.period_in_sentence(before, view.language)
    return [view.say("card.change", change=f"{change}\u00a0{unit}", since=since)]


def _target(view: View, measure: Measure) -> list[str]:
    if measure.target is None:
        return []
    return [view.say("time.target", value=numbers.target_value(measure, view.language))]


def _trend(view: View, measure: Measure, months: pl.DataFrame) -> str:
    """The last twelve whole months as a line: a running month is not as old as they are."""
    recent = latest_series(months.filter(~pl.col("open"))).tail(12)
    values = recent.get_column("value")
    if values.count() < 3:
        return ""
    words = view.say("card.trend", n=recent.height, measure=measure.short.in_language(view.language))
    dots = [None] * (values.len() - 1) + [view.palette.accent]
    low, high = recent.select(low=pl.min("value"), high=pl.max("value")).row(0)
    return sparkline(values.to_list(), (low, high), dots, words)
