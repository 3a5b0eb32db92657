"""The four figures at the top of the rankings: value, change, trend and target."""

from __future__ import annotations

import polars as pl

from display.drawing.small_charts import sparkline
from display.words import numbers
from display.words.marks import derived_words, sum_words
from display.words.selection import Selection
from display.words.view import View
from ranking.levels import is_typical, together
from ranking.measures import Measure
from ranking.periods import Period, previous
from store import ages, catalog, standings
from store.months import latest_series, together_by_month
from store.reference import measures
from ui.frame.html import Figure

MOST = 4
_OTHERS = (
    *("on_time_share", "online_filing_share", "open_overdue", "processing_days", "received", "index_766"),
    *("tdgq", "clgq", "mdsh"),
)


def four_figures(view: View, selection: Selection, rows: pl.DataFrame) -> list[Figure]:
    """The measure itself first, then what else is known of the same units in the same period."""
    figures = [_own(view, selection, rows)] if rows.get_column("rank").count() else []
    for name in _OTHERS:
        if len(figures) < MOST and name != selection.measure.id and (figure := _other(view, selection, name)):
            figures.append(figure)
    return figures


def _own(view: View, selection: Selection, rows: pl.DataFrame) -> Figure:
    ends = rows.filter(pl.col("rank").is_not_null()).select(low=pl.min("value"), high=pl.max("value")).row(0)
    low, high = (numbers.with_unit(end, selection.measure, view.language) for end in ends)
    span = view.say("card.from_to", low=low, high=high)
    return _figure(view, selection, selection.measure, selection.basis, rows, [span])


def _other(view: View, selection: Selection, name: str) -> Figure | None:
    """Another measure of the same units; of the whole province where the units have no such figure."""
    for level, scope in ((selection.level, selection.scope), ("province", "VN")):
        basis = _basis(view, name, level, scope, selection.period, selection.basis)
        if basis is None:
            continue
        rows = standings.ranking(view.snapshot, level, name, basis, selection.period, scope)
        if level == selection.level:
            return _figure(view, selection, measures()[name], basis, rows, [])
        return _whole_province(view, selection, measures()[name], rows)
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
    notes = (view.say("level.whole_province"), *summed, *_target(view, measure))
    value_in_words = numbers.with_unit(value, measure, view.language)
    return Figure(measure.short.in_language(view.language), value_in_words, notes, measure=measure.id)


def _figure(
    view: View, selection: Selection, measure: Measure, basis: str, rows: pl.DataFrame, more: list[str]
) -> Figure:
    value = together(rows, measure)
    months = together_by_month(view.snapshot, measure.id, basis, selection.level, selection.scope)
    months = months.filter(pl.col("period_start") <= selection.period.end)
    whose = "level.typical" if is_typical(measure) else f"level.together.{selection.level}"
    other = [view.say(f"basis.{basis}")] if basis != selection.basis else []
    notes = [
        view.say(whose),
        *other,
        *more,
        *(_change(view, measure, selection.period, value, months) if _is_even(view, selection, measure, basis) else []),
        *_target(view, measure),
    ]
    return Figure(
        measure.short.in_language(view.language),
        numbers.with_unit(value, measure, view.language),
        tuple(notes),
        _trend(view, measure, months),
        measure.id,
    )


def _is_even(view: View, selection: Selection, measure: Measure, basis: str) -> bool:
    """Whether the figures are as old as those of the period before."""
    before = previous(selection.period)
    where = (selection.level, measure.id, basis, selection.scope)
    return before is not None and ages.comparable(view.snapshot, *where, before, selection.period)


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
