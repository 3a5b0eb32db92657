"""One commune against itself: its months with process limits, the special ones marked and told in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from html import escape
from itertools import groupby
from operator import attrgetter

import plotly.graph_objects as go
import streamlit as st

from display.drawing import curves
from display.words import numbers
from display.words.view import View
from press.share.shareable import Listed
from ranking.measures import Measure
from ranking.periods import MERGER, calendar_period
from ranking.process_limits import FEWEST_POINTS, IMPROVEMENT, Limits, assurance
from ranking.run_rules import RULES
from store import standings
from store.reference import reference_table
from ui.frame import html, links
from ui.parts import charts, share, tables
from ui.time import limit_chart, sharing
from ui.time.limit_chart import Chart, Month

MOST_TOLD = 3
_SYMBOLS = {"high": "triangle-up", "low": "triangle-down", "rising": "diamond", "falling": "diamond"}
_LIMITS = ("mean", "lower", "upper")


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
    chart = limit_chart.of_unit(view, measure, unit)
    if not any(month.point.limits for month in chart.months):
        known = sum(month.point.value is not None for month in chart.months)
        html.caption(view.say("limits.too_few", unit=names[unit], n=known, fewest=FEWEST_POINTS))
        return
    charts.show(figure(view, measure, chart), alt(view, measure, chart))
    told, province = words(view, measure, chart), reference_table("units").filter(code=unit).item(0, "province_code")
    for text in told:
        html.show(f'<p class="gd-sentence">{escape(text)}</p>')
    reading = view.say("limits.reading.shares" if limit_chart.is_counted(measure) else "limits.reading.values")
    html.caption(reading)
    sharing.control(
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
        raw=partial(limit_chart.months_of, view, measure, unit),
    )
    with st.expander(view.say("table.show"), icon=":material/table:", key="limits_table", on_change="rerun") as box:
        if box.open:
            tables.plain_table(headers(view), table(view, measure, chart), names[unit], figures=range(1, 5))


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
            y=[limit_chart.possible(measure, month.point)[place] for month in known],
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
            line={
                "color": view.palette.quiet,
                "width": 1,
                "dash": "solid" if name == "mean" else "dash",
                "shape": "hvh" if limit_chart.is_counted(measure) else "linear",
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
    for run in limit_chart.runs(chart):
        if not chosen or run[0].day - chosen[-1] > reach:
            chosen.append(run[0].day)
    return set(chosen)


def words(view: View, measure: Measure, chart: Chart) -> list[str]:
    """What is unusual of late, whether the target will be met, and how firm the limits are."""
    found = limit_chart.runs(chart)
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
    low, high = limit_chart.within(measure, limits.lower, limits.upper)
    return [numbers.with_unit(end, measure, view.language) for end in (low, high)]


def alt(view: View, measure: Measure, chart: Chart) -> str:
    name = measure.name.in_language(view.language)
    return view.say(
        "limits.alt",
        kind=view.say("limits.chart.shares" if limit_chart.is_counted(measure) else "limits.chart.values"),
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
    figures = [month.point.value, *limit_chart.possible(measure, month.point)]
    if month.kind:
        word = view.say(f"limits.kind.{month.kind}")
    else:
        word = view.say("limits.usual") if month.point.mark == "common" else numbers.MISSING
    texts = [numbers.with_unit(figure, measure, view.language) for figure in figures]
    return [f"{month.day:%m/%Y}", *texts, word]
