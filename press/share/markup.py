"""A table of a page, which is markup, as headings and cells in plain words."""

from __future__ import annotations

from html.parser import HTMLParser

from display.words import numbers
from press.share.shareable import Listed

_UNSEEN = ("gd-only-phone", "gd-sort")
_VOID = frozenset({"img", "br", "hr", "input", "path", "circle", "rect", "line"})


def listed(markup: str, *, both_ends: bool = False) -> Listed:
    """The first table of some markup. Pictures in cells, and what only a phone shows, are left out; a column of
    pictures alone goes. What stands below a cell's first line follows after a semicolon."""
    reader = _Reader()
    reader.feed(markup)
    head, *body = reader.rows or [[]]
    rows = [row + [""] * (len(head) - len(row)) for row in body]
    kept = [n for n in range(len(head)) if n == 0 or any(row[n] not in ("", numbers.MISSING) for row in rows)]
    figures = frozenset(at for at, n in enumerate(kept) if n in reader.figures)
    return Listed([head[n] for n in kept], [[row[n] for n in kept] for row in rows], figures, both_ends)


class _Reader(HTMLParser):
    """Cells row by row; `figures`: the columns whose cells stand to the right."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.figures: set[int] = set()
        self._cell: list[str] | None = None
        self._hidden = 0
        self._done = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._done or tag in _VOID:
            return
        named = dict(attrs)
        style = named.get("class") or ""
        if self._hidden:
            self._hidden += 1
        elif any(word in style for word in _UNSEEN) or named.get("aria-hidden") == "true" or tag in ("svg", "title"):
            self._hidden = 1
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self._cell = []
            if "gd-n" in style.split():
                self.figures.add(len(self.rows[-1]))
        elif self._cell and any(word in style.split() for word in ("gd-sub", "gd-note")):
            self._cell.append("; ")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden -= tag not in _VOID
        elif tag in ("td", "th") and self._cell is not None:
            said = " ".join("".join(self._cell).split(" ")).strip().removeprefix("; ").removesuffix(";")
            self.rows[-1].append(said.replace("\u2060", ""))
            self._cell = None
        elif tag == "table":
            self._done = True

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden and not self._done:
            self._cell.append(data)
