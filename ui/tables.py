"""The ranking table: HTML, so that figures stand in the reader's language and a screen reader can read it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from html import escape
from urllib.parse import quote

import polars as pl

from ranking.measures import Measure
from ui import links, numbers
from ui.filters import Selection
from ui.html import show
from ui.shell import View

ROWS_PER_PAGE = 200


def ranking_table(view: View, selection: Selection, rows: pl.DataFrame, level: float | None, trends: dict) -> None:
    """One row per unit: rank, name, value with a bar, n, trend; unranked units below, each with its reason."""
    columns = _columns(view, selection, bool(trends))
    scale = _scale(selection.measure, rows)
    body = "".join(_row(view, selection, row, scale, level, trends) for row in rows.iter_rows(named=True))
    title = escape(view.say("table.caption", measure=selection.measure.name.in_language(view.language)))
    show(
        f'<div class="gd-scroll gd-tall" tabindex="0" role="region" aria-label="{title}"><table class="gd-table">'
        f"<caption>{title}</caption><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def pages(view: View, rows: pl.DataFrame) -> tuple[int, int]:
    """(offset, length) of the rows to show; a pager appears where they don't fit on one page."""
    if rows.height <= ROWS_PER_PAGE:
        return 0, rows.height
    last = -(-rows.height // ROWS_PER_PAGE)
    page = links.page_number("page", last)
    return (page - 1) * ROWS_PER_PAGE, ROWS_PER_PAGE


def plain_table(headers: Sequence[str], rows: Sequence[Sequence[str]], title: str, figures: Container[int]) -> None:
    """A table of texts: the first column names the row; the columns numbered in `figures` stand to the right."""
    style = ["gd-n" if number in figures else "" for number in range(len(headers))]
    head = "".join(f'<th scope="col" class="{s}">{escape(text)}</th>' for s, text in zip(style, headers, strict=True))
    body = "".join(f"<tr>{_cells(style, row)}</tr>" for row in rows)
    show(
        f'<div class="gd-scroll gd-tall" tabindex="0" role="region" aria-label="{escape(title)}">'
        f'<table class="gd-table"><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cells(style: Sequence[str], row: Sequence[str]) -> str:
    rest = "".join(f'<td class="{s}">{escape(cell)}</td>' for s, cell in zip(style[1:], row[1:], strict=True))
    return f'<th scope="row">{escape(row[0])}</th>{rest}'


def _columns(view: View, selection: Selection, trends: bool) -> str:
    say, measure = view.say, selection.measure
    cells = [
        ("gd-rank", say("table.rank")),
        ("", say(f"table.unit.{selection.level}")),
        ("", measure.short.in_language(view.language)),
    ]
    if shows_n(measure.id):
        cells.append(("gd-n gd-wide", say(n_label(selection))))
    if trends:
        cells.append(("gd-wide", say("table.trend")))
    return "".join(f'<th scope="col" class="{style}">{escape(text)}</th>' for style, text in cells)


def shows_n(measure: str) -> bool:
    return measure not in ("received", "open_overdue")


def n_label(selection: Selection) -> str:
    """The text key of the n column: the measure's own denominator where it is a share, else dossiers received."""
    own = selection.measure.kind == "share" and selection.measure.id not in ("on_time_share",)
    return "table.n_own" if own else "table.n_received"


def n_of(selection: Selection, row: dict) -> float | None:
    return row["denominator"] if selection.measure.kind == "share" else row["received"]


def rank_text(row: dict, language: str) -> str:
    """`12 (7–23)/148`; without an interval `12/148`."""
    interval = f" ({row['rank_low']}–{row['rank_high']})" if row["rank_low"] is not None else ""
    return f"{numbers.number(row['rank'], language)}{interval}/{numbers.number(row['of'], language)}"


def _row(view: View, selection: Selection, row: dict, scale: float, level: float | None, trends: dict) -> str:
    rank = rank_text(row, view.language) if row["rank"] is not None else ""
    head, _, of = rank.partition("/")
    n = numbers.number(n_of(selection, row), view.language)
    with_n = shows_n(selection.measure.id)
    cells = [
        f'<td class="gd-rank">{head}<small>/{of}</small></td>'
        if rank
        else f'<td class="gd-rank">{numbers.MISSING}</td>',
        f'<th scope="row">{escape(row["name"])}{_because(view, row)}</th>',
        f"<td>{_value(view, selection, row, scale, level)}{_phone_n(view, n) if with_n else ''}</td>",
    ]
    if with_n:
        cells.append(f'<td class="gd-n gd-wide">{n}</td>')
    if trends:
        cells.append(f'<td class="gd-wide">{trends.get(row["unit_code"], "")}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _because(view: View, row: dict) -> str:
    parts = []
    if row.get("because"):
        parts.append(view.say("table.because", old=row["because"]))
    if row.get("province_name"):
        parts.append(row["province_name"])
    return f'<span class="gd-sub">{escape(" · ".join(parts))}</span>' if parts else ""


def _phone_n(view: View, n: str) -> str:
    return f'<small class="gd-only-phone">{escape(view.say("table.n_phone", n=n))}</small>'


def _value(view: View, selection: Selection, row: dict, scale: float, level: float | None) -> str:
    if row["value"] is None:
        silence = view.say("state." + row["state"])
        return f'<span class="gd-silent">{escape(silence)}</span>'
    text = numbers.with_unit(row["value"], selection.measure, view.language)
    width = 100 * min(row["value"] / scale, 1) if scale else 0
    mark = f'<u style="left:{100 * min(level / scale, 1):.1f}%"></u>' if level is not None and scale else ""
    small = row["rank"] is None
    note = f'<span class="gd-sub">{escape(view.say("table.too_few"))}</span>' if small else ""
    return (
        '<div class="gd-cell"><span class="gd-track" aria-hidden="true">'
        f'<i style="width:{width:.1f}%"></i>{mark}</span>'
        f'<span class="gd-value">{text}</span></div>{note}'
    )


def _scale(measure: Measure, rows: pl.DataFrame) -> float:
    """Where a bar is full: at 100 %, at the maximum score, or at the largest value shown."""
    if measure.kind == "share":
        return 100.0
    return measure.max_score or float(rows.get_column("value").max() or 0)


def sparklines(months: pl.DataFrame, units: Sequence[str], colour: str, name: str) -> dict[str, str]:
    """An SVG line per unit over its last twelve months; a month without a figure breaks the line."""
    recent = months.filter(
        pl.col("unit_code").is_in(list(units)),
        pl.col("period_start").is_in(months.get_column("period_start").unique().sort().tail(12).to_list()),
    )
    starts = recent.get_column("period_start").unique().sort().to_list()
    if len(starts) < 3:
        return {}
    low, high = recent.get_column("value").min(), recent.get_column("value").max()
    place = {start: 2 + 88 * n / (len(starts) - 1) for n, start in enumerate(starts)}
    lines = {}
    for (code,), rows in recent.group_by("unit_code"):
        points = [(place[s], v) for s, v in rows.sort("period_start").select("period_start", "value").iter_rows()]
        lines[str(code)] = _spark(points, low, high, colour, name)
    return lines


def _spark(points: list[tuple[float, float | None]], low: float, high: float, colour: str, name: str) -> str:
    reach = (high - low) or 1
    path, pen_up, last = "", True, None
    for x, value in points:
        if value is None:
            pen_up = True
            continue
        y = 20 - 18 * (value - low) / reach
        path += f"{'M' if pen_up else 'L'}{x:.1f} {y:.1f}"
        pen_up, last = False, (x, y)
    dot = f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2" fill="{colour}"/>' if last else ""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 92 22" width="92" height="22">'
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/>{dot}</svg>'
    )
    return f'<img class="gd-spark" alt="{escape(name)}" src="data:image/svg+xml,{quote(svg)}">'
