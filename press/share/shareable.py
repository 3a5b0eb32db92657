"""One chart or table that leaves its page: what it shows and says, before it is a picture, a sheet or a citation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from display.drawing.plotted import Room
from files.sheets import Sheet


@dataclass(frozen=True)
class Listed:
    """A table in the page's words: `figures` are the columns whose texts stand to the right.

    `both_ends`: where a picture has no room for all rows it leaves out those in the middle, else the last ones.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: frozenset[int] = frozenset()
    both_ends: bool = False


@dataclass(frozen=True)
class Shared:
    """What is handed out of one chart or table, as its reader sees it on the page.

    `name`: of the files, in letters that any system keeps. `title`: what it is of. `finding`: the sentence over it.
    `source`: basis, period and day of capture. `page`: the page's own address below the app's. `draw`: the drawing in a
    given room; without it, or where it is empty, the picture is that of `listed`, and `ratio` is its height to its
    width. `legend`: (colour, words) in light colours. `reading`: how it is read. `embed`: the address of the same for
    an iframe, where there is one. `raw`: the figures that it is made of, of which files hold the columns that are
    explained (`data/texts/columns.yaml`); `sheet`: in place of both where there is a sheet of its own.
    """

    name: str
    title: str
    finding: str
    source: str
    listed: Listed
    page: str
    draw: Callable[[Room], str] | None = None
    ratio: float = 0.5
    legend: Sequence[tuple[str, str]] = ()
    reading: str = ""
    embed: str = ""
    raw: Callable[[], pl.DataFrame] | None = None
    sheet: Callable[[], Sheet] | None = None
