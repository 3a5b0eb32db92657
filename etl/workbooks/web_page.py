"""Tables of a web page that was saved under an Excel name, as a grid of cells."""

from __future__ import annotations

import codecs
import re
from html.parser import HTMLParser

_SPAN_MAX = 200
_ROWS_MAX = 200_000
_CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)
_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "center", "caption", "li"}
_UNREAD = {"style", "script", "head", "title", "xml"}
Grid = list[list[str | None]]


def grid(content: bytes) -> Grid:
    """The rows of all tables, one below the other, and what stands between; a cell that spans others stands once."""
    page = _Page()
    page.feed(_decoded(content))
    page.close()
    page.end_line()
    width = max(map(len, page.rows), default=0)
    return [[*row, *[None] * (width - len(row))] for row in page.rows]


def _decoded(content: bytes) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(name, errors="replace")
    said = _CHARSET.search(content[:2_000])
    try:
        return content.decode(said[1].decode() if said else "utf-8", errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: Grid = []
        self._held: dict[int, int] = {}
        """Columns that a cell above reaches down into, and through how many rows more."""
        self._row: list[str | None] | None = None
        self._cell: list[str] | None = None
        self._span = 1, 1
        self._line: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread += 1
        elif tag == "tr":
            self._end_row()
            self.end_line()
            self._row = []
        elif tag in ("td", "th"):
            self._end_cell()
            if self._row is None:
                self._row = []
            said = dict(attrs)
            self._cell, self._span = [], (_number(said.get("rowspan")), _number(said.get("colspan")))
        elif tag == "br":
            (self._line if self._cell is None else self._cell).append("\n")
        elif tag in _BLOCKS or tag == "table":
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self._unread = max(0, self._unread - 1)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()
            if tag == "table":
                self._held = {}
        elif tag in _BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if not self._unread and self._row is None:
            self._line.append(data)
        elif not self._unread and self._cell is not None:
            self._cell.append(data)

    def _break(self) -> None:
        if self._cell is not None:
            self._cell.append("\n")
        elif self._row is None:
            self.end_line()

    def end_line(self) -> None:
        """What stands outside a table is a row of one cell for each line."""
        for line in "".join(self._line).split("\n"):
            if text := " ".join(line.split()):
                self._add([text])
        self._line = []

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        self._skip_held()
        lines = (" ".join(line.split()) for line in "".join(self._cell).split("\n"))
        down, across = self._span
        if down > 1:
            self._held |= {len(self._row) + n: down for n in range(across)}
        self._row += ["\n".join(line for line in lines if line) or None, *[None] * (across - 1)]
        self._cell = None

    def _skip_held(self) -> None:
        while self._row is not None and self._held.get(len(self._row)):
            self._row.append(None)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self._add(self._row)
            self._held = {column: left - 1 for column, left in self._held.items() if left > 1}
        self._row = None

    def _add(self, row: list[str | None]) -> None:
        if len(self.rows) < _ROWS_MAX:
            self.rows.append(row)


def _number(text: str | None) -> int:
    return (
        min(int(text), _SPAN_MAX) if text and text.isascii() and text.isdigit() and len(text) < 6 and int(text) else 1
    )
