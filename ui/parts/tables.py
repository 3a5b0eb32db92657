"""Tables of texts as HTML, so that figures stand in the reader's language and a screen reader can read them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from html import escape
from typing import Any

from display.words import bands
from display.words.view import View
from press.share.shareable import Listed
from ranking.measures import Measure
from ui.frame.html import show
from ui.parts import share


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


def shared_table(
    view: View,
    key: str,
    page: Mapping[str, str],
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    title: str,
    figures: Container[int],
    **more: Any,
) -> None:
    """A plain table that can be taken along; `page` and `more` as `ui.parts.share.part` takes them."""
    plain_table(headers, rows, title, figures)
    right = frozenset(number for number in range(len(headers)) if number in figures)
    share.part(view, key, page, title, lambda: Listed(headers, rows, right), **more)


def _cells(style: Sequence[str], row: Sequence[str]) -> str:
    rest = "".join(f'<td class="{s}">{escape(cell)}</td>' for s, cell in zip(style[1:], row[1:], strict=True))
    return f'<th scope="row">{escape(row[0])}</th>{rest}'


def band_chip(view: View, measure: Measure, band: str | None) -> str:
    """A word and a mark for how the unit stands against the level of all together."""
    if band is None:
        return ""
    return f'<span class="gd-band gd-{band}">{escape(bands.marked(view.say, measure, band))}</span>'
