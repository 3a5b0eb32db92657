"""The outline of a sheet of an .xlsx, from its XML as it is unpacked: never the whole of it in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from etl.workbooks.formulas import NotPlain, column_number, parsed
from etl.workbooks.outline import Area, Outline

_CHUNK = 1 << 20
_TAG_MAX = 1 << 16
# Nearly all programs write the address first. Cells that end in /> hold nothing.
_CELL = re.compile(rb'<c r="([A-Z]{1,3}+)(\d{1,7}+)"[^>/]*+>')
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\s(?=[^>]*?\bhidden=[\"'](?:1|true))[^>]*?\br=[\"'](\d{1,7})[\"']")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\s(?=[^>]*?\bhidden=[\"'](?:1|true))([^>]*)>")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")


class TooLarge(ValueError):
    """More XML than a sheet may have."""


class Odd(ValueError):
    """XML that no spreadsheet writes."""


def outline(part: IO[bytes], bytes_max: int) -> tuple[Outline, bool]:
    """(a sheet's outline without its formulas, whether it is to be read tag by tag); TooLarge or Odd if neither."""
    found, whole = Outline(), False
    for piece in _pieces(part, bytes_max):
        cells = _CELL.findall(piece)
        if cells:
            rows = [int(row) - 1 for row in {row for _, row in cells}]
            columns = [column_number(letters.decode()) for letters in {letters for letters, _ in cells}]
            found.add(min(rows), min(columns), max(rows), max(columns), len(cells))
        if b"hidden=" in piece:
            found.hidden_rows |= {int(row) - 1 for row in _HIDDEN_ROW.findall(piece)}
            found.hidden_columns |= {n for said in _HIDDEN_COLUMN.findall(piece) for n in _columns(said)}
        if b"mergeCell" in piece:
            found.merged += _areas(piece)
        whole = whole or _is_unusual(piece)
    return found, whole


def _is_unusual(piece: bytes) -> bool:
    """Whether there are formulas, tags with a prefix such as <x:c>, cells without an address or with another order."""
    if b"<f>" in piece or b"<f " in piece or b"<f/" in piece or b":c " in piece or b":c>" in piece or b"<c>" in piece:
        return True
    return piece.count(b"<c ") != piece.count(b'<c r="')


def _pieces(part: IO[bytes], bytes_max: int) -> Iterator[bytes]:
    """The XML in pieces that end where a tag begins."""
    rest, read = b"", 0
    while chunk := part.read(_CHUNK):
        read += len(chunk)
        if read > bytes_max:
            raise TooLarge
        if read == len(chunk) and (b"\0" in chunk[:64] or chunk.startswith((b"\xff\xfe", b"\xfe\xff"))):
            raise Odd
        piece = rest + chunk
        cut = piece.rfind(b"<")
        if len(piece) - cut > _TAG_MAX + _CHUNK:
            raise Odd
        yield piece[:cut]
        rest = piece[cut:]
    yield rest


def _columns(said: bytes) -> range:
    found = {name: int(n) for name, n in re.findall(rb"\b(min|max)=[\"'](\d{1,5})[\"']", said)}
    first = found.get(b"min", 1)
    return range(first - 1, min(found.get(b"max", first), 16_384))


def _areas(piece: bytes) -> Iterator[Area]:
    for left, top, right, bottom in _MERGED.findall(piece):
        yield int(top) - 1, column_number(left.decode()), int(bottom) - 1, column_number(right.decode())


def read_whole(part: IO[bytes], found: Outline) -> None:
    """Where exactly the cells lie that hold something, and the sheet's formulas, tag by tag."""
    _Reader(found).read(part)


class _Reader:
    def __init__(self, found: Outline) -> None:
        self._found = found
        found.top, found.filled = None, 0
        self._row, self._column = -1, -1
        self._said: dict[str, str] = {}
        self._formula: dict[str, str] | None = None
        self._texts = {"f": "", "v": ""}
        self._seen: set[str] = set()
        self._within: str | None = None
        self._shared: dict[str, tuple[str, tuple[int, int]]] = {}

    def read(self, part: IO[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True
        try:
            parser.ParseFile(part)
        except expat.ExpatError:
            raise Odd from None

    def _start(self, name: str, said: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self._row, self._column = _place(said.get("r"), self._row + 1), -1
        elif name == "c":
            found = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", said.get("r", ""))
            self._column = column_number(found[1]) if found else self._column + 1
            if found:
                self._row = int(found[2]) - 1
            self._said, self._formula, self._texts, self._seen = said, None, {"f": "", "v": ""}, set()
        elif name in ("f", "v", "is"):
            self._seen.add(name)
            self._within = name if name != "is" else None
            if name == "f":
                self._formula = said

    def _text(self, text: str) -> None:
        if self._within:
            self._texts[self._within] += text

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == self._within:
            self._within = None
        elif name == "c":
            if self._texts["v"] or "is" in self._seen or ("v" in self._seen and self._said.get("t") == "str"):
                self._found.add(self._row, self._column, self._row, self._column, 1)
            if self._formula is not None:
                self._keep((self._row, self._column), self._formula)

    def _keep(self, cell: tuple[int, int], said: dict[str, str]) -> None:
        text, shift = self._texts["f"], (0, 0)
        shared = said.get("si") if said.get("t") == "shared" else None
        if shared is not None and text:
            self._shared[shared] = text, cell
        elif shared in self._shared:
            text, origin = self._shared[shared]
            shift = cell[0] - origin[0], cell[1] - origin[1]
        try:
            self._found.formulas[cell] = parsed(text, shift)
        except NotPlain:
            self._found.formulas[cell] = None
        if self._texts["v"].strip() in ("", "0"):
            self._found.without_value[cell] = self._texts["v"].strip()


def _place(said: str | None, usual: int) -> int:
    return int(said) - 1 if said and said.isascii() and said.isdigit() and len(said) <= 7 else usual
