"""How many communes reached a level and kept it, and since when: a curve, the first ones, and those still to come."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from html import escape

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from display.drawing.curves import Line, empty, fullest_basis
from display.words import addresses, numbers
from display.words.view import View
from press.share.shareable import Listed
from ranking.collation import by_name
from ranking.measures import Measure
from ranking.periods import MERGER, calendar_period
from ranking.time_to_target import KEPT_MONTHS, Better, curve, first_reached
from ranking.vocabulary import COUNTRY
from store import standings
from store.months import by_month, latest_series
from store.reference import measures, province_names, scope_name
from store.snapshot import Snapshot
from ui.frame import html
from ui.frame.decimal_field import decimal_field
from ui.parts import charts, share, tables
from ui.time import sharing
from ui.time.tables import show

MOST = 15
_ONLINE_LEVEL = 95.0


@st.fragment
def panel(view: View, measure: Measure, scope: str) -> None:
    """The whole part; another level draws only this part again."""
    basis = fullest_basis(view, measure)
    if measure.direction == "neutral":
        html.caption(view.say("reached.neutral", measure=measure.short.in_language(view.language)))
        return
    months = of_scope(view.snapshot, measure.id, basis, scope) if basis else None
    known = 0 if months is None else months.get_column("period_start").n_unique()
    if months is None or known < KEPT_MONTHS:
        html.show(empty(view, measure, view.say("reached.none", n=known, kept=KEPT_MONTHS)))
        return
    level = _level(view, measure, months)
    units = first_reached(months, level, _better(measure)).join(_names(view), on="unit_code", how="left")
    curves = {
        place: _curve(view.snapshot, measure.id, basis, place, level) for place in dict.fromkeys((scope, COUNTRY))
    }
    html.show(f'<p class="gd-sentence">{escape(sentence(view, measure, level, units, curves))}</p>')
    if curves[scope].height:
        _draw(view, measure, level, curves)
        _control(view, measure, scope, level, units, curves)
    first, waiting = st.columns(2, gap="medium")
    with first:
        _first(view, measure, scope, units)
    with waiting:
        _waiting(view, measure, scope, units)
    html.caption(reading(view, measure, months, units))


@lru_cache(maxsize=32)
def of_scope(snapshot: Snapshot, measure: str, basis: str, scope: str) -> pl.DataFrame:
    """The whole months of the scope's communes under the latest rules; too few dossiers count as not known."""
    months = by_month(snapshot, measure, basis, "commune", scope)
    whole = months.filter(pl.col("period_kind") == "month", pl.col("period_start") >= MERGER)
    value = pl.when(pl.col("rank").is_not_null()).then("value")
    latest = latest_series(whole) if whole.height else whole
    return latest.select("unit_code", "period_start", value=value)


@lru_cache(maxsize=64)
def _curve(snapshot: Snapshot, measure: str, basis: str, scope: str, level: float) -> pl.DataFrame:
    return curve(of_scope(snapshot, measure, basis, scope), level, _better(measures()[measure]))


def _better(measure: Measure) -> Better:
    return "low" if measure.direction == "lower" else "high"


def _level(view: View, measure: Measure, months: pl.DataFrame) -> float:
    """The level in the reader's link; first 95 % online, else the target, else what half of the units meet."""
    default = first_level(measure, months)
    most = 100.0 if measure.kind == "share" else measure.max_score or 1e9
    unit = measure.unit.in_language(view.language)
    label = view.say("reached.level", unit=unit)
    return decimal_field(view, label, "reach", 0.0, most, min(default, most), width=220)


def first_level(measure: Measure, months: pl.DataFrame) -> float:
    """The level to start with: 95 % for filing online, the target of a measure that has one, else the median."""
    if measure.id == "online_filing_share":
        return _ONLINE_LEVEL
    if measure.target:
        return measure.target.value
    latest = months.filter(pl.col("period_start") == pl.col("period_start").max())
    return float(numbers.rounded(latest.select(pl.median("value")).item() or 0.0, 1))


def _names(view: View) -> pl.DataFrame:
    return standings.unit_names(view.snapshot, "commune").select("unit_code", "name", "province_code")


def sentence(view: View, measure: Measure, level: float, units: pl.DataFrame, curves: dict[str, pl.DataFrame]) -> str:
    """The share that has got there, the country's beside it, who fell back, and who can't be judged."""
    say = view.say
    said = _level_words(view, measure, level)
    scope, *rest = curves
    unknown = (units.get_column("judged") == 0).sum()
    if curves[scope].is_empty():
        return say("reached.unknown_all", kept=KEPT_MONTHS)
    month = _month(view, curves[scope].item(-1, "period_start"))
    share = _percent(view, curves[scope].item(-1, "share"))
    words = [say("reached.sentence", place=_place(view, scope), share=share, level=said, kept=KEPT_MONTHS, month=month)]
    if rest and curves[COUNTRY].height:
        words.append(say("reached.country", share=_percent(view, curves[COUNTRY].item(-1, "share"))))
    back = units.filter(pl.col("reached").is_not_null(), ~pl.col("meets_now")).height
    if back:
        words.append(say("reached.back", n=numbers.number(back, view.language)))
    if unknown:
        words.append(say("reached.unknown", n=numbers.number(unknown, view.language), kept=KEPT_MONTHS))
    return " ".join(words)


def _level_words(view: View, measure: Measure, level: float) -> str:
    short = measure.model_copy(update={"decimals": 0}) if level % 1 == 0 else measure
    return view.say(f"reached.{_better(measure)}", level=numbers.with_unit(level, short, view.language))


def _percent(view: View, share: float) -> str:
    figure = numbers.number(100 * share, view.language)
    return f"{figure}\u00a0%" if view.language == "vi" else f"{figure}%"


def _place(view: View, scope: str) -> str:
    return scope_name(scope) or view.say("scope.country")


def _month(view: View, day: date) -> str:
    return numbers.period_in_sentence(calendar_period("month", day.year, day.month), view.language)


def _draw(view: View, measure: Measure, level: float, curves: dict[str, pl.DataFrame]) -> None:
    lines = _lines(view, curves)
    charts.show(figure(view, measure, lines), alt(view, measure, level, curves))
    if view.narrow:
        html.legend([(line.colour, line.name) for line in lines])
    with st.expander(view.say("table.show"), icon=":material/table:", key="reached_table", on_change="rerun") as box:
        if box.open:
            tables.plain_table(headers(view), table(view, curves), view.say("reached.title"), figures=(2, 3, 4))


def _control(
    view: View, measure: Measure, scope: str, level: float, units: pl.DataFrame, curves: dict[str, pl.DataFrame]
) -> None:
    sharing.control(
        view,
        "reached",
        measure,
        scope,
        lambda: Listed(headers(view), table(view, curves), frozenset({2, 3, 4})),
        title=view.say("share.of_place", title=view.say("reached.title"), place=_place(view, scope)),
        finding=sentence(view, measure, level, units, curves),
        draw=share.chart(view, lambda light: figure(light, measure, _lines(light, curves))),
        ratio=0.4,
        raw=lambda: pl.concat([rows.with_columns(scope=pl.lit(place)) for place, rows in curves.items()]),
    )


def headers(view: View) -> list[str]:
    return [view.say(f"reached.column.{name}") for name in ("place", "month", "share", "new", "at_risk")]


def _lines(view: View, curves: dict[str, pl.DataFrame]) -> list[Line]:
    colours = [view.palette.accent, view.palette.quiet]
    return [
        Line(
            _place(view, scope),
            rows.get_column("period_start").to_list(),
            (100 * rows.get_column("share")).to_list(),
            colour,
            wide=True,
        )
        for (scope, rows), colour in zip(curves.items(), colours, strict=False)
        if rows.height
    ]


def figure(view: View, measure: Measure, lines: list[Line]) -> go.Figure:
    """Steps from month to month, the share of units that have got there, named at their ends."""
    drawn = go.Figure()
    for line in lines:
        drawn.add_scatter(
            x=line.days,
            y=line.values,
            mode="lines+markers",
            line={"color": line.colour, "width": 2.4, "shape": "hv"},
            marker={"size": 5},
            showlegend=False,
            customdata=["" if value is None else _percent(view, value / 100) for value in line.values],
            hovertemplate=f"{line.name}<br>%{{x}}: %{{customdata}}<extra></extra>",
        )
    charts.dress(drawn, view, measure, height=320)
    if not view.narrow:
        charts.name_at_end(drawn, lines, reach=120)
    charts.month_axis(drawn, view, charts.room(lines, None))
    drawn.update_yaxes(range=[0, 102], ticksuffix=" %" if view.language == "vi" else "%")
    return drawn


def alt(view: View, measure: Measure, level: float, curves: dict[str, pl.DataFrame]) -> str:
    parts = [
        view.say(
            "time.alt_line",
            name=_place(view, scope),
            first=_percent(view, rows.item(0, "share")),
            last=_percent(view, rows.item(-1, "share")),
        )
        for scope, rows in curves.items()
        if rows.height
    ]
    return view.say("reached.alt", level=_level_words(view, measure, level), lines="; ".join(parts))


def table(view: View, curves: dict[str, pl.DataFrame]) -> list[list[str]]:
    """A row per place and month, the latest first."""
    return [
        [
            _place(view, scope),
            f"{row['period_start']:%m/%Y}",
            _percent(view, row["share"]),
            *(numbers.number(row[name], view.language) for name in ("reached", "at_risk")),
        ]
        for scope, rows in curves.items()
        for row in rows.sort("period_start", descending=True).iter_rows(named=True)
    ]


def _first(view: View, measure: Measure, scope: str, units: pl.DataFrame) -> None:
    got_there = units.drop_nulls("reached").sort("reached", by_name())
    _list(view, measure, scope, got_there, "first")


def _waiting(view: View, measure: Measure, scope: str, units: pl.DataFrame) -> None:
    """Those that could be judged and have not got there, the farthest from the level first."""
    waiting = units.filter(pl.col("reached").is_null(), pl.col("judged") > 0)
    _list(
        view, measure, scope, waiting.sort("last", by_name(), descending=[_better(measure) == "low", False]), "waiting"
    )


def _list(view: View, measure: Measure, scope: str, units: pl.DataFrame, name: str) -> None:
    say = view.say
    st.subheader(say(f"reached.{name}", n=numbers.number(units.height, view.language)), anchor=False)
    if units.is_empty():
        html.caption(say(f"reached.{name}.none"))
        return
    heads = [
        say("reached.column.unit"),
        *([say("reached.column.since")] if name == "first" else []),
        say("reached.column.last"),
    ]
    body = [_row(view, measure, scope, row, name) for row in units.head(MOST).iter_rows(named=True)]
    show(heads, body, say(f"reached.{name}", n=units.height), ["", *["gd-n"] * (len(heads) - 1)])
    if units.height > MOST:
        html.caption(say("reached.more", n=numbers.number(units.height - MOST, view.language)))


def _row(view: View, measure: Measure, scope: str, row: dict, name: str) -> list[str]:
    province = province_names().get(row["province_code"]) if scope == COUNTRY else None
    unit = addresses.anchor(view, row["name"], "unit", unit=row["unit_code"])
    unit += f'<span class="gd-sub">{escape(province)}</span>' if province else ""
    last = numbers.with_unit(row["last"], measure, view.language)
    return [unit, f"{row['reached']:%m/%Y}", last] if name == "first" else [unit, last]


def reading(view: View, measure: Measure, months: pl.DataFrame, units: pl.DataFrame) -> str:
    """What counts as having got there, from when, and what is left out."""
    words = [
        view.say("reached.reading", kept=KEPT_MONTHS, month=_month(view, months.select(pl.min("period_start")).item()))
    ]
    if measure.kind in ("share", "rate") and measure.minimum_denominator:
        words.append(view.say("reached.reading.few", n=measure.minimum_denominator))
    return " ".join(words)
