"""The table of a ranking: its columns, cells and pages."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

import polars as pl

from display.drawing.one_line import sparkline
from display.drawing.place_cells import place_cell, rank_whisker, row_mark
from display.drawing.svg_images import image
from display.words import addresses, numbers, places
from display.words.marks import FEW, movement, n_label, n_of, quality_words, unranked
from display.words.selection import Selection
from display.words.view import View
from ranking.measures import Measure
from ranking.process_limits import IMPROVEMENT, Shares, p_prime_marks, xmr_marks
from store.months import latest_series
from ui.frame import links
from ui.frame.html import show
from ui.parts.tables import band_chip
from ui.rankings import mix, sorting, value_axis

ROWS_PER_PAGE, ROWS_AT_ONCE = 100, 200
"""A list is cut into pages, but not that of a province."""


_TREND = 12


_FIGURES = ("value", "numerator", "denominator")


_GAP = (None, None, None)


_SPECIAL = ("improvement", "concern", "neither")


_COUNTED_THEMSELVES = ("received", "open_overdue")


_MARKED: dict[str, Callable[[View], str]] = {
    "improvement": lambda view: view.palette.accent,
    "concern": lambda view: view.palette.warning,
    "neither": lambda view: view.palette.ink,
    "common": lambda view: view.palette.grey,
    "none": lambda view: view.palette.grey,
}


@dataclass(frozen=True)
class Beside:
    """What stands beside the ranked figures: the level of all together, and a trend line by unit."""

    level: float | None = None
    trends: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Column:
    """One column of the ranking: its header, its style and the markup of its cell in a row."""

    header: str
    style: str
    cell: Callable[[dict], str]
    names_row: bool = False
    sort: str = ""


def ranking_table(
    view: View, selection: Selection, rows: pl.DataFrame, beside: Beside, order: sorting.Order | None = None
) -> None:
    """One row per unit, in the `order` that they come in; unranked units stand below, each with its reason."""
    columns = _columns(view, selection, rows, beside)
    head = "".join(_header(view, selection, column, order or sorting.Order()) for column in columns)
    body = "".join(
        f"<tr{row_mark(row['unit_code'])}>{''.join(_cell(c, row) for c in columns)}</tr>"
        for row in rows.iter_rows(named=True)
    )
    title = escape(view.say("table.caption", measure=selection.measure.name.in_language(view.language)))
    show(
        f'<div class="gd-scroll gd-tall" tabindex="0" role="region" aria-label="{title}"><table class="gd-table">'
        f"<caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _header(view: View, selection: Selection, column: _Column, order: sorting.Order) -> str:
    words = sorting.header(view, selection, _unbroken(column.header), column.sort, order, links.asked())
    return f'<th scope="col" class="{column.style}"{sorting.aria(column.sort, order)}>{words}</th>'


def _unbroken(header: str) -> str:
    """A header as markup, whose ranges and percentages stay in one line."""
    return escape(header).replace("–", "–&NoBreak;").replace(" %", "&nbsp;%")


def _cell(column: _Column, row: dict) -> str:
    tag = 'th scope="row"' if column.names_row else "td"
    return f'<{tag} class="{column.style}">{column.cell(row)}</{tag.split()[0]}>'


def pages(view: View, rows: pl.DataFrame) -> tuple[int, int]:
    """(offset, length) of the rows to show; a pager appears where they don't fit on one page."""
    if rows.height <= ROWS_AT_ONCE:
        return 0, rows.height
    last = -(-rows.height // ROWS_PER_PAGE)
    page = links.page_number("page", last)
    return (page - 1) * ROWS_PER_PAGE, ROWS_PER_PAGE


def _columns(view: View, selection: Selection, rows: pl.DataFrame, beside: Beside) -> list[_Column]:
    say, measure, language = view.say, selection.measure, view.language
    axis = value_axis.axis(measure, rows)
    known = "denominator" if measure.kind == "share" else "received"
    with_n = measure.id not in _COUNTED_THEMSELVES and _has(rows, known)

    def value(row: dict) -> str:
        n = f'<small class="gd-only-phone">{escape(say("table.n_phone", n=_n(row)))}</small>' if with_n else ""
        return _value(view, selection, row, axis, beside.level) + n

    def _n(row: dict) -> str:
        return numbers.number(n_of(measure, row), language)

    def name(row: dict) -> str:
        chip = place(row) or band_chip(view, measure, row["band"])
        chip = f'<span class="gd-only-phone">{chip}</span>' if chip else ""
        own = escape(row["name"])
        if selection.level == "commune":
            own = addresses.anchor(view, row["name"], "unit", unit=row["unit_code"], **there)
        return own + _because(view, row) + chip

    def place(row: dict) -> str:
        return place_cell(say, likely[row["unit_code"]])

    likely = {one["unit_code"]: one for one in places.of_rows(rows).iter_rows(named=True)}
    there = {key: code for key, code in addresses.choices(view, selection).items() if key in ("measure", "period")}
    columns = [
        _Column(say("table.rank"), "gd-rank", lambda row: _rank(view, row), sort=sorting.RANK),
        _Column(say(f"table.unit.{selection.level}"), "", name, True, "name"),
        _Column(measure.short.in_language(language), "gd-values", value, sort="value"),
    ]
    if _has(rows, "rank_adjusted"):
        columns.insert(
            1, _Column(say("mix.column"), "gd-adjusted", lambda row: mix.cell(view, selection, row), sort="mix")
        )
    if _has(rows, "rank_others"):
        header = mix.header_without(view, rows)
        columns.insert(2, _Column(header, "gd-adjusted gd-wide", lambda row: mix.cell_without(view, selection, row)))
    if with_n:
        columns.append(_Column(say(n_label(measure)), "gd-n gd-wide", _n, sort="n"))
    if _has(rows, "band"):
        columns.append(_Column(say("table.band"), "gd-wide", lambda row: band_chip(view, measure, row["band"])))
    if _has(rows, "expected_rank"):
        window = places.window_words(say, next(one for one in likely.values() if one["window"]))
        columns.append(_Column(say("table.place", window=window), "gd-placed gd-wide", place, sort="place"))
        columns.append(_Column(say("table.range"), "gd-wide", lambda row: _range(view, row, likely[row["unit_code"]])))
    if "clear" in rows.columns and _has(rows, "change"):
        moved = _Column(say("table.movement"), "gd-n gd-wide", lambda row: movement(view, row, measure), sort="change")
        columns.append(moved)
    if _has(rows, "rank_without"):
        columns.append(_Column(say("petitions.column"), "gd-n", lambda row: _without(view, row)))
    if beside.trends:
        trend = beside.trends
        columns.append(_Column(say("table.trend"), "gd-wide", lambda row: trend.get(row["unit_code"], "")))
    if _has(rows, "peer_rank"):
        columns.append(_Column(say("table.peers"), "gd-n gd-wide", lambda row: _peers(view, row)))
    return columns


def _has(rows: pl.DataFrame, column: str) -> bool:
    return column in rows.columns and rows.get_column(column).count() > 0


def _rank(view: View, row: dict) -> str:
    """The rank by value; the proven ranks, where one points at it."""
    proven = places.proven_words(view.say, row)
    title = f' title="{escape(proven)}"' if proven else ""
    return f"<span{title}>{numbers.number(row['rank'], view.language)}</span>"


def _range(view: View, row: dict, place: dict) -> str:
    """The likely ranks as a whisker; in words, and with the proven ones, where one points at it."""
    whisker = rank_whisker(view.say, place, view.palette)
    if not whisker:
        return ""
    words = [places.expected_words(view.say, place), places.range_words(view.say, place)]
    said = "; ".join([*words, *filter(None, [places.proven_words(view.say, row)])])
    return f'<span class="gd-range" role="img" title="{escape(said)}">{image(whisker, "")}</span>'


def _peers(view: View, row: dict) -> str:
    if row["peer_rank"] is None:
        return numbers.MISSING
    return f"{row['peer_rank']}<small>/{row['peer_of']}</small>"


def _without(view: View, row: dict) -> str:
    if row["rank_without"] is None:
        return numbers.MISSING
    return f"{numbers.number(row['rank_without'], view.language)}<small>/{row['of_without']}</small>"


def _because(view: View, row: dict) -> str:
    parts = []
    if row.get("because"):
        parts.append(view.say("table.because", old=row["because"]))
    if row.get("province_name"):
        parts.append(row["province_name"])
    return f'<span class="gd-sub">{escape(" · ".join(parts))}</span>' if parts else ""


def _value(view: View, selection: Selection, row: dict, axis: value_axis.Axis, level: float | None) -> str:
    if row["value"] is None:
        silence = view.say("state." + row["state"])
        return f'<span class="gd-silent">{escape(silence)}</span>'
    text = numbers.with_unit(row["value"], selection.measure, view.language)
    note = "".join(f'<span class="gd-sub">{escape(text)}</span>' for text in _remarks(view, selection.measure, row))
    return (
        f'<div class="gd-cell"><span class="gd-track" aria-hidden="true">{value_axis.mark(row, axis, level)}</span>'
        f'<span class="gd-value">{text}</span></div>{note}'
    )


def _remarks(view: View, measure: Measure, row: dict) -> list[str]:
    """What a reader must know of one figure: too small to rank, resting on few dossiers, or doubtful at its source."""
    words = [unranked(view.say, measure, row)] if row["rank"] is None else []
    n = n_of(measure, row)
    if row["rank"] is not None and n is not None and n < FEW and measure.id not in _COUNTED_THEMSELVES:
        words.append(view.say("table.few", n=numbers.number(n, view.language)))
    return words + quality_words(view, row.get("quality"))


def sparklines(
    view: View, months: pl.DataFrame, units: Sequence[str], measure: Measure, uneven: Container[date] = ()
) -> dict[str, str]:
    """A line per unit over its last twelve months under the latest rules; a month without a figure breaks it.

    Months that are a special cause of the unit's own chart (p′ of shares, else XmR) carry a dot in the colour of
    their mark; the last month always does, and its mark is said in words. One scale for all, without the extreme
    values. A month of `uneven` can't be set against the one before (`store.ages`) and has no mark.
    """
    months = latest_series(months)
    starts = months.get_column("period_start").unique().sort().to_list()
    if len(starts) < 3:
        return {}
    recent = months.filter(pl.col("period_start").is_in(starts[-_TREND:]))
    ends = recent.select(low=pl.col("value").quantile(0.02), high=pl.col("value").quantile(0.98)).row(0)
    if ends[0] is None:  # no month has a figure that the reader may see
        return {}
    own = months.filter(pl.col("unit_code").is_in(list(units)))
    known: dict[str, dict[date, tuple[float | None, ...]]] = {}
    for code, start, *figures in own.select("unit_code", "period_start", *_FIGURES).iter_rows():
        known.setdefault(code, {})[start] = tuple(figures)
    rows = [Shares(*zip(*(row.get(start, _GAP) for start in starts), strict=True)) for row in known.values()]
    way = IMPROVEMENT[measure.direction]
    marks = p_prime_marks(rows, way) if measure.kind == "share" else xmr_marks([row.values for row in rows], way)
    return {
        code: _trend(view, list(row.values), _even(starts, of_unit, uneven), ends)
        for code, row, of_unit in zip(known, rows, marks, strict=True)
    }


def _even(starts: Sequence[date], marks: Sequence[str], uneven: Container[date]) -> list[str]:
    return ["none" if day in uneven else mark for day, mark in zip(starts, marks, strict=True)]


def _trend(view: View, values: list[float | None], marks: Sequence[str], ends: tuple[float, float]) -> str:
    marks = marks[-_TREND:]
    dots = [_MARKED[mark](view) if mark in _SPECIAL else None for mark in marks]
    dots[-1] = _MARKED[marks[-1]](view)
    return sparkline(values[-_TREND:], ends, dots, view.say(f"xmr.{marks[-1]}"))
