"""Up to four units side by side: every measure of one period, and the selected one over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from display.drawing import curves as drawing_curves
from display.drawing.curves import Line
from display.words import addresses, numbers, over_time, places, rankings
from display.words.marks import petition_words, plain_rank, unranked
from display.words.selection import Selection
from display.words.view import View
from press.share.markup import listed
from press.share.shareable import Listed
from ranking.collation import name_order
from ranking.levels import has_no_sum, whole
from ranking.measures import Measure
from ranking.periods import MERGER
from ranking.states import REPORTED
from store import catalog, standings
from store.months import by_month, is_month, series
from store.reference import measures, province_names
from ui.frame import html, links, old_codes
from ui.parts import charts, share
from ui.rankings import field_by_field

LEAST_MONTHS = 3


@dataclass(frozen=True)
class Cell:
    """A figure with its unit and what stands under it in small; or a silence in words."""

    text: str
    notes: tuple[str, ...] = ()
    silent: bool = False


@st.fragment
def panel(view: View, selection: Selection, rows: pl.DataFrame) -> None:
    """The whole panel; choosing a unit draws only this panel again. `rows` as `store.ranking` gives them."""
    names = unit_labels(view, selection, rows)
    with st.container(key="comparison_panel"):
        units = links.several(
            view.say("compare.units"),
            "units",
            list(names),
            lambda code: names.get(code, code),
            drawing_curves.MOST_UNITS,
            old_codes.meanings(view.say),
            placeholder=view.say("compare.example"),
            disabled=not names,
            select_all=False,
            filter_mode="contains",
        )
        if not units:
            html.caption(view.say("compare.none"))
            return
        compared = table(view, selection, units, names)
        html.show(compared)
        html.caption(view.say("compare.reading"))
        page = {"page": "rankings", **addresses.choices(view, selection), "units": ",".join(units)}
        period = numbers.period_in_sentence(selection.period, view.language)
        title = view.say("compare.table", period=period)
        source = rankings.source_line(view, selection, rows)
        share.part(
            view, "compared", page, title, lambda: listed(compared), source=source, reading=view.say("compare.reading")
        )
        field_by_field.section(view, selection, units, names)
        _chart(view, selection, units, names)
        html.caption(rankings.source_line(view, selection, rows))


def unit_labels(view: View, selection: Selection, rows: pl.DataFrame) -> dict[str, str]:
    """Code and name of the units that can be chosen, by name; in the whole country with their province."""
    placed = selection.is_country and selection.level != "province"
    names = {}
    for code, name, province in rows.select("unit_code", "name", "province_code").iter_rows():
        place = province_names().get(province) if placed else None
        names[code] = view.say("compare.place", name=name, province=place) if place else name
    return dict(sorted(names.items(), key=lambda item: name_order(item[1])))


def measures_at(view: View, selection: Selection) -> list[tuple[Measure, str]]:
    """The measures, each with its basis, that rank the same level in the same scope and period."""
    here = catalog.catalog(view.snapshot).filter(
        pl.col("level") == selection.level,
        pl.col("scope") == selection.scope,
        pl.col("period_start") == selection.period.start,
        pl.col("period_end") == selection.period.end,
        pl.col("period_kind") == selection.period.kind,
    )
    bases = here.select("measure", "basis").unique().sort("basis").rows()
    return [(measure, basis) for name, measure in measures().items() for m, basis in bases if m == name]


def table(view: View, selection: Selection, units: Sequence[str], names: Mapping[str, str]) -> str:
    """One row per measure, one column per unit, all units together at the end. Markup."""
    period = numbers.period_in_sentence(selection.period, view.language)
    title = escape(view.say("compare.table", period=period))
    heads = [view.say("compare.measure"), *(names[code] for code in units)]
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    head += f'<th scope="col">{escape(view.say(f"level.together.{selection.level}"))}</th>'
    found = measures_at(view, selection)
    body = "".join(_row(view, selection, units, found, *one) for one in found)
    return (
        f'<div class="gd-scroll" tabindex="0" role="region" aria-label="{title}">'
        f'<table class="gd-table gd-compare"><caption>{title}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(
    view: View,
    selection: Selection,
    units: Sequence[str],
    found: Sequence[tuple[Measure, str]],
    measure: Measure,
    basis: str,
) -> str:
    notes = [view.say(f"compare.{measure.direction}")] if measure.direction != "higher" else []
    if sum(other == measure for other, _ in found) > 1:
        notes.insert(0, view.say(f"basis.{basis}"))
    cells = cells_of(view, selection, units, measure, basis)
    return (
        f'<tr><th scope="row">{escape(measure.short.in_language(view.language))}{_small(notes)}</th>'
        + "".join(f"<td>{_cell(cell)}</td>" for cell in cells[:-1])
        + f'<td class="gd-all">{_cell(cells[-1])}</td></tr>'
    )


def _cell(cell: Cell) -> str:
    style = "gd-silent" if cell.silent else "gd-figure"
    return f'<span class="{style}">{escape(cell.text)}</span>{_small(cell.notes)}'


def _small(notes: Sequence[str]) -> str:
    """Notes in one line, on a phone one under the other; no line breaks inside an interval."""
    parts = (f'<span class="gd-said">{escape(note).replace("–", "–&NoBreak;")}</span>' for note in notes)
    text = '<span class="gd-dot"> · </span>'.join(parts)
    return f'<span class="gd-sub">{text}</span>' if text else ""


def cells_of(view: View, selection: Selection, units: Sequence[str], measure: Measure, basis: str) -> list[Cell]:
    """One cell per unit in a measure, and a last one for all units together."""
    rows = standings.ranking(view.snapshot, selection.level, measure.id, basis, selection.period, selection.scope)
    mine = rows.filter(pl.col("unit_code").is_in(list(units)))
    ours = {row["unit_code"]: row for row in mine.iter_rows(named=True)}
    likely = {row["unit_code"]: row for row in places.of_rows(mine).iter_rows(named=True)}
    cells = (unit_cell(view, measure, ours.get(code), likely.get(code)) for code in units)
    return [*cells, _all_together(view, measure, rows)]


def unit_cell(view: View, measure: Measure, row: dict | None, place: dict | None = None) -> Cell:
    """The value with n, rank and likely ranks; where there is none, the reason.

    `row` is None where the source has no such unit; `place`: the unit's row of `display.words.places.of_rows`.
    """
    if row is None:
        return Cell(view.say("state.absent"), silent=True)
    if row["value"] is None:
        return Cell(view.say(f"state.{row['state']}"), silent=True)
    notes = [_n(view, row["denominator"])] if measure.kind == "share" else []
    notes += petition_words(view.say, row.get("quality"))
    if row["rank"] is None:
        notes.append(unranked(view.say, measure, row))
    else:
        key = "order" if measure.direction == "neutral" else "rank"
        notes.append(view.say(f"compare.{key}", rank=plain_rank(row, view.language)))
        if place:
            notes += filter(None, [places.place_words(view.say, place), places.range_words(view.say, place)])
    return Cell(numbers.with_unit(row["value"], measure, view.language), tuple(notes))


def _n(view: View, count: float | None) -> str:
    return view.say("compare.n", n=numbers.number(count, view.language))


def _all_together(view: View, measure: Measure, rows: pl.DataFrame) -> Cell:
    value = whole(rows, measure)
    if value is None:
        return Cell(numbers.MISSING, silent=True)
    notes = [view.say("level.typical")] if has_no_sum(measure) else []
    if measure.kind == "share":
        reported = rows.filter(pl.col("state") == REPORTED).drop_nulls(["numerator", "denominator"])
        notes.append(_n(view, reported.select(pl.sum("denominator")).item()))
    return Cell(numbers.with_unit(value, measure, view.language), tuple(notes))


def _chart(view: View, selection: Selection, units: Sequence[str], names: Mapping[str, str]) -> None:
    """The selected measure of the units, month by month."""
    measure = selection.measure
    if months_known(view, selection) < LEAST_MONTHS:
        html.caption(view.say("compare.too_few_months", measure=measure.short.in_language(view.language)))
        return
    curves = lines(view, selection, units, names)
    if not drawing_curves.is_drawable(curves, pl.DataFrame()):
        return
    st.subheader(over_time.title(view, measure), anchor=False)
    marks = drawing_curves.marks(view, selection.scope, [day for line in curves for day in line.days])

    def figure_of(seen: View) -> go.Figure:
        own = lines(seen, selection, units, names)
        return charts.over_time(seen, measure, own, marks=marks, targets=drawing_curves.targets(seen, measure))

    charts.show(figure_of(view), drawing_curves.alt(view, measure, curves))
    if view.narrow:
        html.legend([(line.colour, line.name) for line in curves if line.name])
        html.caption(drawing_curves.marks_in_words(marks))
    reading = view.say("compare.merger" if selection.level == "commune" else "compare.breaks")
    html.caption(reading)
    share.part(
        view,
        "compared_months",
        {"page": "rankings", **addresses.choices(view, selection), "units": ",".join(units)},
        over_time.title(view, measure),
        lambda: _listed_months(view, selection, units, names),
        source=over_time.source_line(view),
        finding=drawing_curves.alt(view, measure, curves),
        reading=reading,
        draw=share.chart(view, figure_of),
        raw=lambda: _months(view, selection, units),
    )


def _months(view: View, selection: Selection, units: Sequence[str]) -> pl.DataFrame:
    found = pl.concat([series(view.snapshot, selection.measure.id, selection.level, (code,)) for code in units])
    return found.filter(is_month(), pl.col("basis") == selection.basis).sort("period_start", descending=True)


def _listed_months(view: View, selection: Selection, units: Sequence[str], names: Mapping[str, str]) -> Listed:
    """Every month of the units in words, the latest first."""
    rows = [
        [
            names[row["unit_code"]],
            f"{row['period_start']:%m/%Y}",
            numbers.with_unit(row["value"], selection.measure, view.language),
        ]
        for row in _months(view, selection, units).iter_rows(named=True)
    ]
    heads = [view.say("time.column.place"), view.say("time.column.period"), view.say("time.column.value")]
    return Listed(heads, rows, frozenset({2}))


def months_known(view: View, selection: Selection) -> int:
    """In how many months the selected measure is known in the scope."""
    where = (selection.measure.id, selection.basis, selection.level, selection.scope)
    months = by_month(view.snapshot, *where).drop_nulls("value")
    return months.get_column("period_start").n_unique()


def lines(view: View, selection: Selection, units: Sequence[str], names: Mapping[str, str]) -> list[Line]:
    """One curve per unit and stretch of the same series; communes from the merger on."""
    found: list[Line] = []
    for code, colour in zip(units, view.palette.series, strict=False):
        rows = series(view.snapshot, selection.measure.id, selection.level, (code,))
        rows = rows.filter(is_month(), pl.col("basis") == selection.basis)
        if selection.level == "commune":
            rows = rows.filter(pl.col("period_start") >= MERGER)
        found += drawing_curves.stretches(view, rows, names[code], colour, True)
    return found
