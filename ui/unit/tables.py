"""The summary table of a commune: one row per measure, with its marks; a list of cards on a phone."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import partial
from html import escape
from types import MappingProxyType
from typing import Any

from display.drawing import one_line, svg_images, variation_icons
from display.drawing.place_cells import place_cell, rank_whisker
from display.portraits import replies as portraits_replies
from display.portraits import summary as portraits_summary
from display.portraits.histories import SPECIAL
from display.portraits.replies import Figure
from display.portraits.summary import RISING_IS_GOOD, Row
from display.portraits.summary_words import Words, row_words
from display.words import addresses, numbers, places, replies
from display.words.view import View
from press.brief import table as brief_table
from press.share.markup import listed
from ranking.measures import Measure
from store import units
from ui.frame import html
from ui.parts import tables
from ui.unit import sharing

_COLUMNS = ("measure", "value", "n", "target", "variation", "assurance", "rank", "peers", "band", "trend")
_RIGHT = frozenset({"value", "n", "target", "peers"})
_TREND = 12


def summary(view: View, code: str) -> None:
    """The table, how to read it, and what the source has nothing of."""
    found = portraits_summary.rows(view.snapshot, code)
    shown = table(view, code, found, replies.beside(view, portraits_replies.of_unit(view, code)))
    reading = " ".join(_reading(view, found))
    html.show(shown)
    html.caption(reading)
    sharing.control(
        view,
        code,
        "summary",
        view.say("unit.summary.title"),
        lambda: listed(shown),
        reading=reading,
        sheet=partial(brief_table.sheet, view, code),
        embed=addresses.embedded(view, "unit", unit=code),
    )
    if any(row.firm is False for row in found):
        html.caption(view.say("unit.summary.few_months"))
    if absent := portraits_summary.missing(view.snapshot, code):
        html.show(_absent(view, absent))


def _absent(view: View, measures: Sequence[Measure]) -> str:
    """What the dataset has nothing of, folded: the list is long where there is one source only."""
    names = "; ".join(measure.short.in_language(view.language) for measure in measures)
    title = view.say("unit.summary.absent", n=len(measures))
    return f'<details class="gd-caption gd-fold"><summary>{escape(title)}</summary><p>{escape(names)}.</p></details>'


def _reading(view: View, found: Sequence[Row]) -> list[str]:
    """How to read the columns that are there."""
    special = [name for name in ("rank", "peers", "variation", "assurance") if name not in _empty(found)]
    return [
        view.say("unit.summary.reading"),
        *(view.say(f"unit.summary.reading.{name}") for name in special),
        *_months(view, portraits_summary.usual_place(found)),
    ]


def _months(view: View, usual: Mapping[str, Any] | None) -> list[str]:
    """The months that most places come from: on a phone the table has no headers to name them."""
    if usual is None:
        return []
    key = "places.window.period" if usual["window"] == "period" else "places.window"
    return [view.say(key, window=places.window_words(view.say, usual))]


def table(view: View, code: str, found: Sequence[Row], said: Mapping[Figure, str] = MappingProxyType({})) -> str:
    """One row per measure of `unit_summary.rows`; `said`: what the commune says of a figure, in words. Markup."""
    title = escape(view.say("unit.summary.caption", unit=units.known(code)["full_name"]))
    shown, usual = [name for name in _COLUMNS if name not in _empty(found)], portraits_summary.usual_place(found)
    head = "".join(
        f'<th scope="col" class="{"gd-n" if name in _RIGHT else ""}">{escape(_header(view, name))}'
        f"{_window(view, usual) if name == 'rank' else ''}</th>"
        for name in shown
    )
    remarks = [said.get((row.measure.id, row.basis, row.period.id), "") for row in found]
    lines = [_line(view, code, row, shown, usual, text) for row, text in zip(found, remarks, strict=True)]
    body = "".join(lines)
    return (
        f'<div class="gd-scroll"><table class="gd-table gd-summary"><caption>{title}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _empty(found: Sequence[Row]) -> set[str]:
    """Columns that would have nothing in any row: a single pull has no trends, its scores no bands."""
    without = {"trend", "variation", "assurance"} if all(row.variation == "none" for row in found) else set()
    if all(row.assurance is None for row in found):
        without.add("assurance")
    without |= {"target"} if all(row.target is None for row in found) else set()
    without |= {"band"} if all(row.band is None for row in found) else set()
    return without | ({"peers"} if all(row.peer_rank is None for row in found) else set())


def _header(view: View, name: str) -> str:
    return view.say(f"unit.column.{name}")


def _window(view: View, usual: Mapping[str, Any] | None) -> str:
    """The months that most places come from, under the column's name. Markup."""
    return f'<span class="gd-sub">{escape(places.window_words(view.say, usual))}</span>' if usual else ""


def _line(view: View, code: str, row: Row, shown: Sequence[str], usual: Mapping[str, Any] | None, remark: str) -> str:
    words = row_words(view, row)
    cells = {
        "value": _value(row, words),
        "n": escape(words.n) or numbers.MISSING,
        "target": escape(words.target) or numbers.MISSING,
        "variation": _variation(view, row, words),
        "assurance": _assurance(view, row, words),
        "rank": _rank(view, row, words, usual),
        "peers": escape(words.peers) or numbers.MISSING,
        "band": tables.band_chip(view, row.measure, row.band) or numbers.MISSING,
        "trend": _trend(view, row),
    }
    rest = "".join(
        f'<td class="{"gd-n" if name in _RIGHT else ""}{" gd-void" if cells[name] == numbers.MISSING else ""}" '
        f'data-label="{escape(_header(view, name))}"><div>{cells[name]}</div></td>'
        for name in shown[1:]
    )
    return f"<tr>{_name(view, code, row, words, remark)}{rest}</tr>"


def _name(view: View, code: str, row: Row, words: Words, remark: str) -> str:
    """The measure's name as a link to the ranking that its figure stands in, and what the commune says of it."""
    province = units.known(code)["province_code"]
    link = addresses.anchor(
        view, words.measure, "rankings", province=province, measure=row.measure.id, period=row.period.id
    )
    notes = [
        words.period,
        *words.notes,
        *([_direction(view, row.measure)] if row.measure.direction != "higher" else []),
    ]
    said = f'<span class="gd-sub"><bdi>{escape(remark)}</bdi></span>' if remark else ""
    return f'<th scope="row">{link}<span class="gd-sub">{escape(" · ".join(notes))}</span>{said}</th>'


def _direction(view: View, measure: Measure) -> str:
    return view.say(f"compare.{measure.direction}")


def _value(row: Row, words: Words) -> str:
    if row.value is None:
        return f'<span class="gd-silent">{escape(words.value)}</span>'
    interval = f'<span class="gd-sub">{escape(words.interval)}</span>' if words.interval else ""
    return f'<span class="gd-strong">{escape(words.value)}</span>{interval}'


def _rank(view: View, row: Row, words: Words, usual: Mapping[str, Any] | None) -> str:
    """Tier and expected rank, the likely range as a line, and how its error is known; the months where they differ."""
    if row.rank is None:
        return numbers.MISSING
    if not row.is_placed:
        return f'<span class="gd-nowrap">{escape(words.rank)}</span>{_under(words.known)}'
    ends = f"{places.expected_words(view.say, row.place)}, {places.range_words(view.say, row.place)}"
    line = svg_images.image(rank_whisker(view.say, row.place, view.palette), ends, "gd-whisker")
    own = [places.window_words(view.say, row.place)] if _differs(row, usual) else []
    under = f'<span class="gd-row gd-ranks">{line}{_under(" · ".join([*own, words.known]))}</span>'
    return f"{place_cell(view.say, row.place)}{under}"


def _differs(row: Row, usual: Mapping[str, Any] | None) -> bool:
    return usual is not None and portraits_summary.window_of(row.place) != portraits_summary.window_of(usual)


def _under(text: str) -> str:
    return f'<span class="gd-sub">{escape(text)}</span>' if text else ""


def _variation(view: View, row: Row, words: Words) -> str:
    svg = variation_icons.variation_icon(row.variation, RISING_IS_GOOD[row.measure.direction], view.palette)
    icon = svg_images.image(svg, "", "gd-icon")
    return f'<span class="gd-marked">{icon}<span>{escape(words.variation)}</span></span>'


def _assurance(view: View, row: Row, words: Words) -> str:
    if row.assurance is None:
        return numbers.MISSING
    icon = svg_images.image(variation_icons.assurance_icon(row.assurance, view.palette), "", "gd-icon")
    return f'<span class="gd-marked">{icon}<span>{escape(words.assurance)}</span></span>'


def _trend(view: View, row: Row) -> str:
    """The last twelve months under the latest rules; special months carry a dot."""
    months = row.latest_series[-_TREND:] if row.months else ()
    known = [month.value for month in months if month.value is not None]
    if len(known) < 3:
        return numbers.MISSING
    colours = {"improvement": view.palette.accent, "concern": view.palette.warning}
    dots = [colours.get(m.mark, view.palette.ink) if m.mark in SPECIAL else None for m in months]
    dots[-1] = dots[-1] or view.palette.grey
    ends = (min(known), max(known))
    return one_line.sparkline(
        [month.value for month in months], ends, dots, view.say(f"unit.variation.{row.variation}")
    )


def stacked_table(headers: Sequence[str], rows: Sequence[Sequence[str]], title: str, figures: Container[int]) -> None:
    """A table of texts, on a phone a list of cards; the columns numbered in `figures` stand to the right."""
    style = ["gd-n" if number in figures else "" for number in range(len(headers))]
    head = "".join(f'<th scope="col" class="{s}">{escape(text)}</th>' for s, text in zip(style, headers, strict=True))
    body = "".join(f"<tr>{_stacked(headers, style, row)}</tr>" for row in rows)
    html.show(
        f'<div class="gd-scroll"><table class="gd-table gd-stacks"><caption>{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _stacked(headers: Sequence[str], style: Sequence[str], row: Sequence[str]) -> str:
    rest = "".join(
        f'<td class="{s}" data-label="{escape(label)}"><div>{escape(cell)}</div></td>'
        for s, label, cell in zip(style[1:], headers[1:], row[1:], strict=True)
    )
    return f'<th scope="row">{escape(row[0])}</th>{rest}'
