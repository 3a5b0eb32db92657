"""One commune against itself: its months with process limits, the special ones marked and told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from html import escape
from itertools import groupby
from operator import attrgetter

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from display.drawing import curves
from display.words import numbers
from display.words.view import View
from press.share.shared import Listed
from ranking.measures import Measure
from ranking.periods import MERGER, calendar_period
from ranking.process_limits import FEWEST_POINTS, IMPROVEMENT, Limits, Point, Shares, assurance, p_prime, xmr
from ranking.run_rules import RULES
from store import ages, standings, units
from store import months as store_months
from store.reference import reference_table
from ui.frame import html, links
from ui.parts import charts, share, tables
from ui.time import history, shared

MOST_TOLD = 3
_SYMBOLS = {"high": "triangle-up", "low": "triangle-down", "rising": "diamond", "falling": "diamond"}
_SPECIAL = ("improvement", "concern", "neither")
_LIMITS = ("mean", "lower", "upper")
_COUNTS = ("numerator", "denominator")


@dataclass(frozen=True)
class Month:
    """One month of the chart; `kind` is high, low, rising or falling where it is special, else empty."""

    day: date
    point: Point
    kind: str


@dataclass(frozen=True)
class Chart:
    """A commune's months in order of time, gaps included."""

    unit: str
    name: str
    months: tuple[Month, ...]

    @property
    def limits(self) -> Limits | None:
        """Those of the latest baseline."""
        return self.months[-1].point.limits if self.months else None


def panel(view: View, measure: Measure, units: Sequence[str]) -> None:
    """The chart of one of the chosen units with its words and its table."""
    if not units:
        return
    names = dict(standings.unit_names(view.snapshot, "commune").select("unit_code", "name").iter_rows())
    heading, unit = st.container(), units[0]
    if len(units) > 1:
        unit = links.segments(
            view.say("limits.unit"),
            "limits",
            list(units),
            unit,
            lambda code: names.get(code, code),
            label_visibility="collapsed",
        )
    short = measure.short.in_language(view.language)
    heading.subheader(view.say("limits.title", unit=names[unit], measure=short), anchor=False)
    chart = of_unit(view, measure, unit)
    if not any(month.point.limits for month in chart.months):
        known = sum(month.point.value is not None for month in chart.months)
        html.caption(view.say("limits.too_few", unit=names[unit], n=known, fewest=FEWEST_POINTS))
        return
    charts.show(figure(view, measure, chart), alt(view, measure, chart))
    told, province = words(view, measure, chart), reference_table("units").filter(code=unit).item(0, "province_code")
    for text in told:
        html.show(f'<p class="gd-sentence">{escape(text)}</p>')
    reading = view.say("limits.reading.shares" if is_counted(measure) else "limits.reading.values")
    html.caption(reading)
    shared.control(
        view,
        "limits",
        measure,
        province,
        lambda: Listed(headers(view), table(view, measure, chart), frozenset(range(1, 5))),
        title=view.say("limits.title", unit=names[unit], measure=short),
        finding=told[0],
        units=[unit],
        draw=share.chart(view, lambda light: figure(light, measure, chart)),
        ratio=0.4,
        reading=reading,
        raw=partial(_months, view, measure, unit),
    )
    with st.expander(view.say("table.show"), icon=":material/table:", key="limits_table", on_change="rerun") as box:
        if box.open:
            tables.plain_table(headers(view), table(view, measure, chart), names[unit], figures=range(1, 5))


def of_unit(view: View, measure: Measure, unit: str) -> Chart:
    """The whole months of a commune with their process limits; one that is not as old as the one before has no mark.

    Before the merger its re-aggregated history, of months in which every former unit reported. A new baseline
    starts at the merger and wherever the rules of counting changed.
    """
    rows = _months(view, measure, unit)
    name = reference_table("units").filter(pl.col("code") == unit).item(0, "full_name")
    if rows.is_empty():
        return Chart(unit, name, ())
    days = pl.date_range(rows.item(0, "period_start"), rows.item(-1, "period_start"), "1mo", eager=True).to_list()
    known = {row["period_start"]: row for row in rows.iter_rows(named=True)}
    values = [known[day]["value"] if day in known else None for day in days]
    way, baselines = IMPROVEMENT[measure.direction], _baselines(days, known)
    if is_counted(measure):
        counts = [[known[day][name] if day in known else None for day in days] for name in _COUNTS]
        points = p_prime(Shares(values, *counts), way, baselines)
    else:
        points = xmr(values, way, baselines)
    where = ("commune", measure.id, curves.fullest_basis(view, measure) or "", units.known(unit)["province_code"])
    uneven = ages.uneven_months(view.snapshot, *where)
    marked = [replace(point, mark="none") if day in uneven else point for day, point in zip(days, points, strict=True)]
    return Chart(unit, name, tuple(Month(d, p, _kind(marked, p)) for d, p in zip(days, marked, strict=True)))


def is_counted(measure: Measure) -> bool:
    """Whether the chart is that of shares, whose limits follow the number of dossiers of each month."""
    return measure.kind == "share"


def _months(view: View, measure: Measure, unit: str) -> pl.DataFrame:
    basis = curves.fullest_basis(view, measure) or ""
    columns = ["period_start", "series", "value", *_COUNTS]
    past = history.monthly(view.snapshot, measure.id, unit).filter(pl.col("basis") == basis, pl.col("coverage") == 1)
    own = store_months.series(view.snapshot, measure.id, "commune", (unit,)).filter(
        pl.col("basis") == basis, pl.col("period_kind") == "month", pl.col("period_start") >= MERGER
    )
    both = pl.concat([past.select(columns), own.select(columns)]).drop_nulls("value")
    return both.sort("period_start", "series").unique("period_start", keep="last", maintain_order=True)


def _baselines(days: Sequence[date], known: dict[date, dict]) -> list[int]:
    """Where a new baseline starts: the first month after the merger, and each first month under other rules."""
    starts, before = [], None
    for index, day in enumerate(days):
        if day == MERGER:
            starts.append(index)
        if day in known:
            series = known[day]["series"]
            if before not in (None, series):
                starts.append(index)
            before = series
    return starts


def _kind(points: Sequence[Point], point: Point) -> str:
    value, limits = point.value, point.limits
    if point.mark not in _SPECIAL or value is None or limits is None:
        return ""
    if set(point.rules) != {"trend"}:
        return "high" if value > limits.mean else "low"
    before = points[point.index - 1] if point.index else None
    if before is not None and before.limits is limits and "trend" in before.rules and before.value is not None:
        return "rising" if value > before.value else "falling"
    after = points[point.index + 1].value
    return "rising" if after is not None and after > value else "falling"


def figure(view: View, measure: Measure, chart: Chart) -> go.Figure:
    """The months, the mean and both limits of each baseline, and the target."""
    drawn = go.Figure()
    baselines = _stretches(chart)
    for limits, months in baselines:
        _limit_lines(drawn, view, measure, limits, months)
    for _, months in baselines:
        _curve(drawn, view, measure, months)
    _special(drawn, view, measure, chart)
    charts.dress(drawn, view, measure, height=340)
    for value, text in curves.targets(view, measure):
        charts.level_line(drawn, value, text, view.palette)
    if chart.months[0].day < MERGER:
        charts.event_line(drawn, MERGER, view.say("limits.merger"), view.palette)
    drawn.update_layout(margin_t=34)
    charts.month_axis(drawn, view, charts.around([month.day for month in chart.months]))
    return drawn


def _stretches(chart: Chart) -> list[tuple[Limits | None, list[Month]]]:
    """The months of each baseline; months without limits stand for themselves."""
    return [(limits, list(months)) for limits, months in groupby(chart.months, key=attrgetter("point.limits"))]


def _limit_lines(
    drawn: go.Figure, view: View, measure: Measure, limits: Limits | None, months: Sequence[Month]
) -> None:
    """The mean and both limits; those of a month reach half a month to either side of it."""
    if limits is None:
        return
    known = [month for month in months if month.point.lower is not None] or list(months)
    for place, name in enumerate(_LIMITS):
        drawn.add_scatter(
            x=[month.day for month in known],
            y=[_possible(measure, month.point)[place] for month in known],
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
            line={
                "color": view.palette.quiet,
                "width": 1,
                "dash": "solid" if name == "mean" else "dash",
                "shape": "hvh" if is_counted(measure) else "linear",
            },
        )


def _curve(drawn: go.Figure, view: View, measure: Measure, months: Sequence[Month]) -> None:
    drawn.add_scatter(
        x=[m.day for m in months],
        y=[m.point.value for m in months],
        mode="lines+markers",
        connectgaps=False,
        line={"color": view.palette.grey, "width": 1.6},
        marker={"size": 5},
        showlegend=False,
        customdata=[numbers.with_unit(m.point.value, measure, view.language) for m in months],
        hovertemplate="%{x}: %{customdata}<extra></extra>",
    )


def _special(drawn: go.Figure, view: View, measure: Measure, chart: Chart) -> None:
    """Special months: a mark by kind, a colour by what it means, and the word at the first month of each run."""
    colours = {"improvement": view.palette.accent, "concern": view.palette.warning, "neither": view.palette.ink}
    first = _with_a_word(view, chart)
    for month in (m for m in chart.months if m.kind):
        word, value = view.say(f"limits.mark.{month.kind}"), month.point.value
        text = numbers.with_unit(value, measure, view.language)
        drawn.add_scatter(
            x=[month.day],
            y=[value],
            mode="markers+text",
            showlegend=False,
            text=[word if month.day in first else ""],
            textposition="bottom center" if month.kind in ("low", "falling") else "top center",
            textfont={"size": 12, "color": colours[month.point.mark]},
            cliponaxis=False,
            marker={"symbol": _SYMBOLS[month.kind], "size": 10, "color": colours[month.point.mark]},
            hovertemplate=f"%{{x}}: {text}, {word}<extra></extra>",
        )


def _with_a_word(view: View, chart: Chart) -> set[date]:
    """The first months of the runs, but for those so close to the one before that their words would overlap."""
    reach = (chart.months[-1].day - chart.months[0].day) / (5 if view.narrow else 18)
    chosen: list[date] = []
    for run in runs(chart):
        if not chosen or run[0].day - chosen[-1] > reach:
            chosen.append(run[0].day)
    return set(chosen)


def runs(chart: Chart) -> list[list[Month]]:
    """Special months that follow each other, of one kind, with one meaning, within one baseline."""
    key = attrgetter("kind", "point.mark", "point.limits")
    return [list(group) for (kind, *_), group in groupby(chart.months, key=key) if kind]


def words(view: View, measure: Measure, chart: Chart) -> list[str]:
    """What is unusual of late, whether the target will be met, and how firm the limits are."""
    found = runs(chart)
    if not found:
        told = view.say("limits.none", unit=chart.name)
    else:
        told = " ".join(_run_sentence(view, chart, run) for run in reversed(found[-MOST_TOLD:]))
    if len(found) > MOST_TOLD:
        told += " " + view.say("limits.earlier", n=len(found) - MOST_TOLD)
    return [told, *_assured(view, measure, chart)]


def _run_sentence(view: View, chart: Chart, run: Sequence[Month]) -> str:
    rules = [rule for rule in RULES if any(rule in m.point.rules for m in run)]
    reasons = "; ".join(view.say(f"limits.rule.{rule}") for rule in rules)
    kind, meaning = view.say(f"limits.kind.{run[0].kind}"), view.say(f"limits.meaning.{run[0].point.mark}")
    return view.say("limits.run", months=_span(view, run), kind=kind, unit=chart.name, reasons=reasons, meaning=meaning)


def _span(view: View, run: Sequence[Month]) -> str:
    first, last = (calendar_period("month", m.day.year, m.day.month) for m in (run[0], run[-1]))
    if first == last:
        return numbers.period(first, view.language)
    return view.say(
        "limits.span", first=numbers.period(first, view.language), last=numbers.period_in_sentence(last, view.language)
    )


def _assured(view: View, measure: Measure, chart: Chart) -> list[str]:
    target = measure.target.value if measure.target else None
    verdict = assurance(chart.limits, target, IMPROVEMENT[measure.direction])
    found = []
    if verdict and chart.limits:
        value = numbers.target_value(measure, view.language)
        low, high = _ends(view, measure, chart.limits)
        found.append(view.say(f"limits.assurance.{verdict}", unit=chart.name, target=value, low=low, high=high))
    if chart.limits is None:
        found.append(view.say("limits.latest_unknown", fewest=FEWEST_POINTS))
    elif chart.limits.provisional:
        found.append(view.say("limits.provisional", n=chart.limits.points))
    return found


def _ends(view: View, measure: Measure, limits: Limits) -> list[str]:
    low, high = _within(measure, limits.lower, limits.upper)
    return [numbers.with_unit(end, measure, view.language) for end in (low, high)]


def _possible(measure: Measure, point: Point) -> tuple[float | None, float | None, float | None]:
    """Mean, lower and upper limit of a point, the limits not beyond what the measure can be; None without limits."""
    if point.limits is None or point.lower is None or point.upper is None:
        return None, None, None
    return point.limits.mean, *_within(measure, point.lower, point.upper)


def _within(measure: Measure, lower: float, upper: float) -> tuple[float, float]:
    most = 100.0 if measure.kind == "share" else measure.max_score or float("inf")
    return max(lower, 0.0), min(upper, most)


def alt(view: View, measure: Measure, chart: Chart) -> str:
    name = measure.name.in_language(view.language)
    return view.say(
        "limits.alt",
        kind=view.say("limits.chart.shares" if is_counted(measure) else "limits.chart.values"),
        unit=chart.name,
        measure=name,
        words=words(view, measure, chart)[0],
    )


def headers(view: View) -> list[str]:
    return [view.say(f"limits.column.{name}") for name in ("month", "value", *_LIMITS, "word")]


def table(view: View, measure: Measure, chart: Chart) -> list[list[str]]:
    """A row per month, the latest first."""
    return [_month_notes(view, measure, month) for month in reversed(chart.months)]


def _month_notes(view: View, measure: Measure, month: Month) -> list[str]:
    figures = [month.point.value, *_possible(measure, month.point)]
    if month.kind:
        word = view.say(f"limits.kind.{month.kind}")
    else:
        word = view.say("limits.usual") if month.point.mark == "common" else numbers.MISSING
    texts = [numbers.with_unit(figure, measure, view.language) for figure in figures]
    return [f"{month.day:%m/%Y}", *texts, word]
