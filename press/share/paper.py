"""A chart or table of a page on A4 or A3, as PDF/UA: the same finding, drawing and figures as on the page."""

from __future__ import annotations

from functools import partial
from typing import Literal

from display.drawing import swatches
from display.drawing.plotted import Room
from display.words.view import View
from press.brief.content import PRINT, column
from press.brief.pdf import typeset
from press.share import picture, words
from press.share.shareable import Listed, Shared

Paper = Literal["a4", "a3"]
PAPERS: tuple[Paper, ...] = ("a4", "a3")
_TEMPLATE = "part.typ"
_WIDTHS = {"a4": 760, "a3": 1200}
_MOST_ROWS, _LONGEST, _SHORTEST = 600, 40, 11
_TALLEST = {"a4": 0.72, "a3": 0.48}
"""Of a drawing, as a part of its width: its legend stays on its page."""


def pdf(view: View, shared: Shared, paper: Paper, at: str = "") -> bytes:
    """The PDF; `at`: the address of any page of the app, for the foot. A table of more rows than anybody prints is left
    out where there is a drawing, else it ends with them."""
    shared = picture.spoken(shared, view.say("bulletin.to"))
    simulated = view.snapshot.manifest.nature == "simulated"
    width = _WIDTHS[paper]
    room = Room(
        width, round(width * min(shared.ratio, _TALLEST[paper])), PRINT, partial(picture.written, view.language)
    )
    svg = shared.draw(room) if shared.draw else ""
    listed = shared.listed
    rows = listed.rows if len(listed.rows) <= _MOST_ROWS or not svg else ()
    data = {
        "title": shared.title,
        "finding": "" if shared.finding == shared.title else shared.finding,
        "language": view.language,
        "paper": paper,
        "across": view.say("brief.across") if simulated else "",
        "foot": [f"{shared.source} {picture.snapshot_line(view)}", at and words.address(shared.page, at)],
        "page": view.say("brief.page", page="{page}"),
        "colours": {"ink": PRINT.ink, "quiet": PRINT.quiet, "line": PRINT.line},
        "svg": svg.replace("→", view.say("bulletin.to")),
        "said": shared.finding or shared.title,
        "legend": [(swatches.document(look, PRINT), said) for look, said in shared.legend],
        "reading": shared.reading,
        "columns": _columns(listed) if rows else [],
        "rows": [list(row) for row in rows[:_MOST_ROWS]],
        "list": view.say("share.table"),
    }
    return typeset(data, view.snapshot.manifest.captured_at, _TEMPLATE)


def _columns(listed: Listed) -> list[dict[str, object]]:
    """Figures as wide as they are; words share the rest by the length of their longest cell."""
    longest = [max([len(header), *(len(row[n]) for row in listed.rows)]) for n, header in enumerate(listed.headers)]
    return [
        column(
            header,
            0.0 if n in listed.figures else float(max(min(longest[n], _LONGEST), _SHORTEST)),
            n in listed.figures,
        )
        for n, header in enumerate(listed.headers)
    ]
