"""The files of a bulletin, all of one content: what each is called and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from display.words import rankings
from display.words.selection import Selection
from display.words.view import View
from press import ranking_sheet
from press.brief.content import PRINT
from press.bulletin import document, map_picture, pdf, phone, slides
from press.bulletin.content import Bulletin, content
from ranking.periods import Period

_NO_MAP: Mapping[str, Any] = {"svg": "", "legend": [], "said": "", "borders": ""}


def made(view: View, scope: str, chosen: Selection | None, period: Period) -> dict[str, bytes]:
    """The files by name; `chosen` None where no commune of the province is ranked in the period."""
    said = content(view, scope, chosen, period)
    return {f"{said.stem}.{ending}": make(view, chosen, said) for ending, make in WRITERS.items()}


def one(view: View, chosen: Selection, ending: str) -> bytes:
    """One of the files, of a province whose communes are ranked; `ending`: a key of `WRITERS`."""
    return WRITERS[ending](view, chosen, content(view, chosen.scope, chosen, chosen.period))


def _pdf(view: View, chosen: Selection | None, said: Bulletin) -> bytes:
    return pdf.pdf(said, _map(view, chosen), view.snapshot.manifest.captured_at)


def _docx(view: View, chosen: Selection | None, said: Bulletin) -> bytes:
    return document.docx(said, view.snapshot.manifest.captured_at, map_picture.of(_map(view, chosen)))


def _pptx(view: View, chosen: Selection | None, said: Bulletin) -> bytes:
    return slides.pptx(said, view.snapshot.manifest.captured_at, map_picture.of(_map(view, chosen)))


def _map(view: View, chosen: Selection | None) -> Mapping[str, Any]:
    paper = replace(view, palette=PRINT, narrow=False)
    return ranking_sheet.tier_map(paper, chosen, rankings.rows_of(view, chosen)) if chosen else _NO_MAP


def _svg(view: View, chosen: Selection | None, said: Bulletin) -> bytes:
    return phone.svg(said).encode()


def _png(view: View, chosen: Selection | None, said: Bulletin) -> bytes:
    return phone.png(said)


WRITERS: Mapping[str, Callable[[View, Selection | None, Bulletin], bytes]] = {
    "pdf": _pdf,
    "docx": _docx,
    "pptx": _pptx,
    "svg": _svg,
    "png": _png,
}
"""By the ending of the file."""
