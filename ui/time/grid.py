"""Small charts of all communes of a province on one scale, readable for 168 of them; of a country its provinces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from html import escape
from itertools import pairwise
from urllib.parse import quote

import polars as pl
import streamlit as st

from display.drawing import curves
from display.words import addresses, numbers
from display.words.view import View
from press.share.shareable import Listed
from ranking.collation import name_order
from ranking.levels import is_typical
from ranking.measures import Measure
from ranking.periods import MERGER
from ranking.vocabulary import COUNTRY
from store import standings
from store.months import by_month, together_by_month
from store.reference import scope_name
from ui.frame import html, links
from ui.parts import tables
from ui.time import sharing
from ui.time.tables import Scale

LEAST_MONTHS = 3
WIDTH, HEIGHT = 120, 36
_ORDERS = ("value", "name")
_FORMS = ("chart", "table")


@dataclass(frozen=True)
class Cell:
    """One unit: its values in the order of the grid's months, None where there is none."""

    code: str
    name: str
    values: tuple[float | None, ...]

    @property
    def last(self) -> float | None:
        """The value of the latest month; None where the unit is silent in it."""
        return self.values[-1]


@dataclass(frozen=True)
class Grid:
    """The months (day and series) and the cells that share them; `level` is that of all units together."""

    months: tuple[tuple[date, str], ...]
    cells: tuple[Cell, ...]
    level: tuple[float | None, ...]


@st.fragment
def panel(view: View, measure: Measure, scope: str) -> None:
    """The whole part; another order draws only this part again."""
    grid = of_scope(view, measure, scope)
    if len(grid.months) < LEAST_MONTHS:
        html.show(curves.empty(view, measure, view.say("grid.none", n=len(grid.months), least=LEAST_MONTHS)))
        return
    with st.container(horizontal=True):
        order = _segments(view, "order", _ORDERS)
        form = _segments(view, "form", _FORMS)
    cells = in_order(measure, grid.cells, order)
    if form == "table":
        title = view.say("grid.title", measure=measure.name.in_language(view.language))
        tables.plain_table(headers(view), table(view, measure, cells), title, figures=range(1, 5))
    else:
        html.show(markup(view, measure, scope, grid, cells))
    told = reading(view, measure, scope, grid)
    html.caption(told)
    sharing.control(
        view,
        "grid",
        measure,
        scope,
        lambda: Listed(headers(view), table(view, measure, cells), frozenset(range(1, 5)), both_ends=order == "value"),
        title=curves.grid_title(view, scope),
        finding=view.say("grid.title", measure=measure.name.in_language(view.language)),
        reading=told,
        raw=partial(months_of, view, measure, scope),
    )


def months_of(view: View, measure: Measure, scope: str) -> pl.DataFrame:
    """The figures of all units in their months."""
    level = "province" if scope == COUNTRY else "commune"
    basis = curves.fullest_basis(view, measure, level) or ""
    return by_month(view.snapshot, measure.id, basis, level, scope).filter(pl.col("period_kind") == "month")


def _segments(view: View, key: str, options: Sequence[str]) -> str:
    return links.segments(
        view.say(f"grid.{key}"),
        f"grid_{key}",
        options,
        options[0],
        lambda code: view.say(f"grid.{key}.{code}"),
        label_visibility="collapsed",
    )


def of_scope(view: View, measure: Measure, scope: str) -> Grid:
    """All units of the scope in their whole months: the communes of a province, the provinces of the country."""
    level = "province" if scope == COUNTRY else "commune"
    basis = curves.fullest_basis(view, measure, level)
    if basis is None:
        return Grid((), (), ())
    rows = by_month(view.snapshot, measure.id, basis, level, scope).filter(
        pl.col("period_kind") == "month", pl.col("period_start") >= MERGER
    )
    together = together_by_month(view.snapshot, measure.id, basis, level, scope)
    months = rows.select("period_start", "series").unique().sort("period_start", "series").rows()
    values: dict[str, dict[tuple[date, str], float | None]] = {}
    for code, *month, value in rows.select("unit_code", "period_start", "series", "value").iter_rows():
        values.setdefault(code, {})[tuple(month)] = value
    names = dict(standings.unit_names(view.snapshot, level).select("unit_code", "name").iter_rows())
    cells = (Cell(code, names[code], tuple(known.get(m) for m in months)) for code, known in values.items())
    return Grid(tuple(months), tuple(cells), _level(measure, together, months))


def _level(measure: Measure, together: pl.DataFrame, months: Sequence[tuple[date, str]]) -> tuple[float | None, ...]:
    """The value of all units together; nothing for a count, whose sum is of another size than its parts."""
    known = {tuple(month): value for *month, value in together.select("period_start", "series", "value").iter_rows()}
    return tuple(None if measure.kind == "count" else known.get(month) for month in months)


def in_order(measure: Measure, cells: Sequence[Cell], order: str) -> list[Cell]:
    """By name, or by the latest value with the better end first; silent units stand last."""
    named = sorted(cells, key=lambda cell: name_order(cell.name))
    if order == "name":
        return named
    sign = 1 if measure.direction == "lower" else -1
    return sorted(named, key=lambda cell: (cell.last is None, sign * (cell.last or 0)))


def markup(view: View, measure: Measure, scope: str, grid: Grid, cells: Sequence[Cell]) -> str:
    """A list of small charts; the grey line of all together is one picture behind each of them."""
    scale = _scale(grid)
    breaks = _breaks(grid.months)
    behind = _picture(path(grid.level, breaks, scale), view.palette.grey, 1.2)
    items = "".join(_cell(view, measure, scope, cell, breaks, scale) for cell in cells)
    return f'<ul class="gd-grid" style="--gd-behind:url({behind})">{items}</ul>'


def _cell(view: View, measure: Measure, scope: str, cell: Cell, breaks: frozenset[int], scale: Scale) -> str:
    line = path(cell.values, breaks, scale)
    picture = _picture(line, view.palette.accent, 1.8)
    if cell.last is None:
        last = f'<span class="gd-silent">{escape(view.say("grid.silent"))}</span>'
    else:
        last = f"<b>{numbers.with_unit(cell.last, measure, view.language)}</b>"
    choice: Mapping[str, str] = {"province": cell.code, "over": measure.id} if scope == COUNTRY else {"unit": cell.code}
    name = addresses.anchor(view, cell.name, "online_filing" if scope == COUNTRY else "unit", **choice)
    words = escape(alt(view, measure, cell))
    return f'<li><span class="gd-grid-name">{name}</span>{last}<img alt="{words}" src="{picture}"></li>'


def alt(view: View, measure: Measure, cell: Cell) -> str:
    """The first, lowest, highest and last known value of a unit."""
    known = [value for value in cell.values if value is not None]
    if not known:
        return view.say("grid.silent")
    words = {"first": known[0], "low": min(known), "high": max(known), "last": known[-1]}
    return view.say("grid.alt", **{k: numbers.with_unit(v, measure, view.language) for k, v in words.items()})


def _scale(grid: Grid) -> Scale:
    """The same for all cells: where 98 % of all values lie, and the level of all together."""
    values = pl.Series([v for cell in grid.cells for v in cell.values if v is not None], dtype=pl.Float64)
    ends = [end for part in (0.01, 0.99) if (end := values.quantile(part)) is not None] or [0.0, 1.0]
    level = [v for v in grid.level if v is not None]
    return Scale(min([*level, ends[0]]), max([*level, ends[-1]]))


def _breaks(months: Sequence[tuple[date, str]]) -> frozenset[int]:
    """The months that are not joined with the one before: other rules, or a month left out."""
    pairs = pairwise(months)
    return frozenset(
        n
        for n, ((day, series), (next_day, next_series)) in enumerate(pairs, 1)
        if series != next_series or (next_day - day).days > 31
    )


def path(values: Sequence[float | None], breaks: frozenset[int], scale: Scale) -> str:
    """The commands of an SVG path; a missing value and a break lift the pen, a lone value is a dot."""
    drawn, pen_up = "", True
    for n, value in enumerate(values):
        if value is None:
            pen_up = True
            continue
        x = round(2 + (WIDTH - 4) * n / max(len(values) - 1, 1))
        y = round(HEIGHT - 3 - (HEIGHT - 6) * scale.place(value) / 100, 1)
        drawn += f"{'M' if pen_up or n in breaks else 'L'}{x} {y:g}"
        lone = (pen_up or n in breaks) and (n + 1 == len(values) or values[n + 1] is None or n + 1 in breaks)
        drawn += "h.1" if lone else ""
        pen_up = False
    return drawn


def _picture(commands: str, colour: str, width: float) -> str:
    """An SVG as the address of an image."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f'<path d="{commands}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"'
        f' vector-effect="non-scaling-stroke"/></svg>'
    )
    return "data:image/svg+xml," + quote(svg, safe="=/:")


def headers(view: View) -> list[str]:
    return [view.say(f"grid.column.{name}") for name in ("unit", "first", "low", "high", "last")]


def table(view: View, measure: Measure, cells: Sequence[Cell]) -> list[list[str]]:
    """A row per unit: its first, lowest, highest and latest value."""
    rows = []
    for cell in cells:
        known = [value for value in cell.values if value is not None]
        figures = [known[0], min(known), max(known)] if known else [None] * 3
        texts = [numbers.with_unit(figure, measure, view.language) for figure in figures]
        silent = view.say("grid.silent")
        last = silent if cell.last is None else numbers.with_unit(cell.last, measure, view.language)
        rows.append([cell.name, *texts, last])
    return rows


def reading(view: View, measure: Measure, scope: str, grid: Grid) -> str:
    """What is drawn, from when to when, and on which scale."""
    first, last = (f"{grid.months[index][0]:%m/%Y}" for index in (0, -1))
    scale = _scale(grid)
    low, high = (numbers.with_unit(end, measure, view.language) for end in (scale.low, scale.high))
    place = scope_name(scope) or view.say("scope.country")
    n = numbers.number(len(grid.cells), view.language)
    words = [view.say("grid.reading", n=n, place=place, first=first, last=last, low=low, high=high)]
    if any(value is not None for value in grid.level):
        words.append(view.say("grid.behind.median" if is_typical(measure) else "grid.behind.level", place=place))
    return " ".join(words)
