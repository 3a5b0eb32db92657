"""CSV as exports really are: which encoding, separator and heading row, and which lines are records.

Chunks in which every line has as many separators as the headings, and no quotation mark, are read as they are. In
others each line is looked at: a cell with line breaks is put together, cells too many that are empty are cut off, and a
line that can be no record is named with its number and its reason, never with its words. Rows are numbered as lines.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl

from etl.dossiers.csv_lines import Broken, records
from etl.dossiers.headers import FEWEST_HEADERS, headings_in, known_headings
from etl.dossiers.lists import Lists
from files.faults import BadInput

CHUNK = 64 << 20
_HEAD = 1 << 18
_LARGE, _ROWS_A_TEXT = 1 << 20, 4
_PIECE = 1 << 16
_SEPARATORS = ";,\t|^~\x1f¦§#:"
_TITLE_LINES_MAX = 200
_HEADING_LINES_MAX = 12
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class CsvFile:
    """What a CSV file turned out to be. `first`: number of the first line below the headings."""

    path: Path
    encoding: str
    skip: int
    bare_cr: bool
    separator: str
    headers: list[str]
    first: int
    lists: Lists

    def chunks(self, columns: dict[str, int]) -> Iterator[tuple[pl.DataFrame, list[Broken]]]:
        """(rows as `row` and the wanted columns by our names, lines that are no records), chunk by chunk."""
        line, width = 1, len(self.headers)
        kinds: dict[str, pl.DataType | type[pl.DataType]] = {}
        below = self.first - 1
        carry = b""
        for raw, last in _lines(self):
            chunk = carry + raw
            carry = b""
            if not chunk:
                continue
            if below:
                chunk, dropped = _without_lines(chunk, below)
                below -= dropped
                line += dropped
                if below:
                    continue
            chunk = _without_formulas(chunk, self.separator)
            plain = _plain(chunk, self.separator, width, columns, kinds)
            if plain is not None:
                yield plain.with_row_index("row", line).with_columns(pl.col("row").cast(pl.Int64)), []
                line += plain.height
                continue
            found = records(chunk, self.separator, width, line, columns, last=last, is_odd=self._are_other_headings)
            carry, line = found.left_over, found.next_line
            yield _cells(found.rows, found.texts, self.separator, width, columns), found.broken

    def _are_other_headings(self, text: str) -> bool:
        """Whether a line says headings, but not ours."""
        cells = [cell.strip(' "') for cell in text.split(self.separator)]
        known = known_headings(cells, self.lists) >= FEWEST_HEADERS
        return known and [*filter(None, cells)] != [header.strip() for header in self.headers if header.strip()]


def open_csv(path: Path, lists: Lists) -> CsvFile:
    """Find encoding, separator and headings. BadInput where the file is empty or in an encoding that is not known."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise BadInput(path.name, "the file is empty")
    encoding, skip = _encoding(path, head)
    text = head[skip : skip + (len(head) - skip) // 2 * 2].decode(encoding, errors="ignore").replace("\0", "")
    bare_cr = "\n" not in text and "\r" in text
    lines = text.replace("\r\n", "\n").replace("\r", "\n" if bare_cr else " ").split("\n")
    separator, start, headers, used = _headings(lines, lists)
    return CsvFile(path, encoding, skip, bare_cr, separator, headers, start + used + 1, lists)


def _encoding(path: Path, head: bytes) -> tuple[str, int]:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    pairs = len(head) // 2
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if pairs > 8 and head[offset : 2 * pairs : 2].count(0) > 0.4 * pairs:
            return name, 0
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        sound = head.decode("utf-8", errors="replace")
        if sound.count("\ufffd") > max(3, sum(letter > "\x7f" for letter in sound) // 10):
            raise BadInput(path.name, "is not written in UTF-8; save it as CSV UTF-8") from None
    return "utf-8", 0


def _headings(lines: list[str], lists: Lists) -> tuple[str, int, list[str], int]:
    """(separator, number of the line from 0, headings, lines that they take): tried under each mark, from each line."""
    for start in range(min(len(lines), _TITLE_LINES_MAX)):
        best: tuple[int, str, list[str], int] = (0, ",", [], 1)
        for mark in _SEPARATORS:
            if mark not in lines[start]:
                continue
            for text, used in _beginning(lines, start):
                below, more = next(_beginning(lines, start + used), ("", 0))
                found = headings_in([_split(text, mark), _split(below, mark)], lists)
                if found and found[0] == 0 and (known := known_headings(found[2], lists)) > best[0]:
                    best = known, mark, [str(cell or "") for cell in found[2]], used + more * (found[1] - 1)
        if best[0] >= FEWEST_HEADERS:
            return best[1], start, best[2], best[3]
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    mark = max(_SEPARATORS[:4], key=lines[first].count)
    return mark, first, _split(lines[first], mark), 1


def _split(text: str, mark: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])


def _beginning(lines: list[str], start: int) -> Iterator[tuple[str, int]]:
    """A line by itself, or where a quotation mark stays open, with the lines that close it."""
    if start >= len(lines):
        return
    if lines[start].count('"') % 2 == 0:
        yield lines[start], 1
        return
    for used in range(2, _HEADING_LINES_MAX):
        text = "\n".join(lines[start : start + used])
        if text.count('"') % 2 == 0:
            yield text, used
            return


def _lines(file: CsvFile) -> Iterator[tuple[bytes, bool]]:
    """(whole lines in UTF-8 that end in a line feed, whether they are the last)."""
    decoder = codecs.getincrementaldecoder(file.encoding)(errors="replace")
    rest = b""
    with file.path.open("rb") as source:
        source.seek(file.skip)
        while True:
            if file.encoding == "utf-8" and not file.bare_cr and not rest and (size := _whole_lines(source)):
                yield _tidied(source.read(size), file.bare_cr, False), False
                continue
            raw = source.read(CHUNK)
            ended = not raw
            text = raw if file.encoding == "utf-8" else decoder.decode(raw, final=ended).encode()
            chunk = _tidied(rest + text, file.bare_cr, ended)
            cut = len(chunk) if ended else chunk.rfind(b"\n") + 1
            rest = chunk[cut:]
            if cut or ended:
                yield chunk[:cut], ended
            if ended:
                return


def _whole_lines(source: BinaryIO) -> int:
    """How many bytes of the next chunk end in a line feed: read so, a large chunk is never copied. 0 at the end."""
    start = source.tell()
    end = min(source.seek(0, os.SEEK_END), start + CHUNK)
    at = end
    try:
        while at > start:
            at = max(start, at - _PIECE)
            source.seek(at)
            if (cut := source.read(min(_PIECE, end - at)).rfind(b"\n")) >= 0:
                return at + cut + 1 - start
        return 0
    finally:
        source.seek(start)


def _tidied(chunk: bytes, bare_cr: bool, ended: bool) -> bytes:
    """No NUL; lines end in a line feed. A carriage return inside a line is a blank."""
    if b"\0" in chunk:
        chunk = chunk.replace(b"\0", b"")
    if b"\r" not in chunk:
        return chunk
    if bare_cr:
        return chunk.replace(b"\r", b"\n")
    kept = b"\r" if chunk.endswith(b"\r") and not ended else b""
    chunk = chunk[: len(chunk) - len(kept)].replace(b"\r\n", b"\n")
    return (chunk.replace(b"\r", b" ") if b"\r" in chunk else chunk) + kept


def _without_lines(chunk: bytes, number: int) -> tuple[bytes, int]:
    """The chunk less so many of its first lines, and how many there were to drop."""
    at = 0
    for dropped in range(number):
        found = chunk.find(b"\n", at)
        if found < 0:
            return b"", dropped + (len(chunk) > at)
        at = found + 1
    return chunk[at:], number


def _without_formulas(chunk: bytes, separator: str) -> bytes:
    """`="0012"`, by which some programs make Excel keep a text as it is, is that text."""
    if b'="' not in chunk:
        return chunk
    mark = re.escape(separator.encode())
    return re.sub(rb"(?m)(^|" + mark + rb')="([^"\n]*)"(?=' + mark + rb"|$)", rb'\1"\2"', chunk)


def _plain(
    chunk: bytes, separator: str, width: int, columns: dict[str, int], kinds: dict[str, pl.DataType | type[pl.DataType]]
) -> pl.DataFrame | None:
    """The rows of a chunk in which every line is a whole record without quotation marks; else None.

    `kinds`: what each column is read as, found by the first large chunk and kept for the others: a column of few
    distinct texts is read as numbers of them, which are hashed but once.
    """
    if b'"' in chunk or not chunk or len(separator.encode()) > 1:
        return None
    lines = _count(chunk, "\n") + (not chunk.endswith(b"\n"))
    if _count(chunk, separator) != lines * (width - 1):
        return None
    try:
        if not kinds and len(chunk) > _LARGE:
            head = chunk[: chunk.find(b"\n", _LARGE // 8) + 1]
            kinds |= _kinds(_parsed(head, separator, width, columns, quoted=False))
        rows = _parsed(chunk, separator, width, columns, quoted=False, kinds=kinds)
    except pl.exceptions.PolarsError:
        return None
    return rows if rows.height == lines else None


def _count(chunk: bytes, separator: str) -> int:
    """How often a byte stands in a chunk; piece by piece, so that each stays in the processor's cache."""
    letters, mark = np.frombuffer(chunk, np.uint8), ord(separator)
    return sum(int(np.count_nonzero(letters[at : at + _PIECE] == mark)) for at in range(0, len(letters), _PIECE))


def _kinds(rows: pl.DataFrame) -> dict[str, pl.DataType | type[pl.DataType]]:
    few = [name for name in rows.columns if name != "code" and rows[name].n_unique() * _ROWS_A_TEXT < rows.height]
    return {name: pl.Categorical(pl.Categories.random()) if name in few else pl.String for name in rows.columns}


def _parsed(
    text: bytes,
    separator: str,
    width: int,
    columns: dict[str, int],
    *,
    quoted: bool,
    kinds: dict[str, pl.DataType | type[pl.DataType]] | None = None,
) -> pl.DataFrame:
    names = [f"column_{n + 1}" for n in range(width)]
    schema: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(names, pl.String)
    schema |= {names[columns[name]]: kind for name, kind in (kinds or {}).items()}
    rows = pl.read_csv(
        text,
        separator=separator,
        has_header=False,
        quote_char='"' if quoted else None,
        schema=schema,
        columns=[names[place] for place in sorted(columns.values())],
        encoding="utf8",
    )
    return rows.select(pl.col(names[place]).alias(name) for name, place in columns.items())


def _cells(rows: pl.Series, texts: pl.Series, separator: str, width: int, columns: dict[str, int]) -> pl.DataFrame:
    """The cells of lines that are known to be records."""
    if not rows.len():
        return pl.DataFrame(schema={"row": pl.Int64} | dict.fromkeys(columns, pl.String))
    whole = texts.str.join("\n").item()
    simple = len(separator.encode()) == 1
    if simple:
        try:
            cells = _parsed(whole.encode(), separator, width, columns, quoted='"' in whole)
            if cells.height == rows.len():
                return cells.with_columns(row=rows)
        except pl.exceptions.PolarsError:
            pass
    found = [next(csv.reader([text], delimiter=separator)) for text in texts]
    cells = pl.DataFrame({name: [row[place] for row in found] for name, place in columns.items()}, strict=False)
    return cells.cast(pl.String).with_columns(row=rows)
