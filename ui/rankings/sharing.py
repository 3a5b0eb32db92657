"""What can be taken along from the rankings: the picture or chart over the list, and the list."""

from __future__ import annotations

from functools import partial

import polars as pl

from display.words.selection import Selection
from display.words.view import View
from press.share import rankings
from ranking.levels import common
from ui.frame import links
from ui.parts import downloads, share
from ui.rankings import charts


def mine() -> list[str]:
    """The reader's own units, as the link names them."""
    asked = links.asked()
    return [code for code in (links.elsewhere("unit"), *asked.get("units", "").split(",")) if code]


def of_picture(view: View, selection: Selection, rows: pl.DataFrame, found: pl.DataFrame) -> None:
    """Beside the picture of likely ranks."""
    downloads.share_picture(view, selection, rows, found, mine())


def of_chart(view: View, selection: Selection, rows: pl.DataFrame, months: pl.DataFrame, kind: str) -> None:
    """Beside another view of the same units."""
    content = partial(downloads.sheet, view, selection, rows, [])
    level = common(rows, selection.measure)
    draw = share.chart(view, partial(charts.figure_of, kind, rows, months, selection.measure, level))
    words = charts.reading(view, kind, rows)
    share.control(view, "picture", partial(rankings.of_chart, view, selection, rows, draw, words, content, kind))


def of_list(view: View, selection: Selection, shown: pl.DataFrame, filters: list[tuple[str, str]]) -> None:
    """Under the list, of what it shows."""
    content = partial(downloads.sheet, view, selection, shown, filters)
    share.control(view, "list", partial(rankings.of_list, view, selection, shown, content))
