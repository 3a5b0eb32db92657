"""Which lines of a CSV file are records, where they are not all alike; the others with their number and reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from etl.dossiers.headers import Rearranged

BROKEN_OFF = "the line breaks off: it has fewer cells than there are headings"
TOO_MANY = "the line has more cells than there are headings; a separator stands inside a cell"
STRAY_QUOTE = "a quotation mark stands inside a cell that is not quoted"
NEVER_CLOSED = "a quotation mark is opened and never closed"
ROWS_INSIDE = "a quotation mark is opened and not closed in its line: rows stand inside the cell"
NOT_UTF8 = "the line holds letters that are not written in UTF-8"
_LINES_AHEAD = 100
_CODE = re.compile(r"(?=[^\d]*\d)[\w./\-]{4,60}")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{5}")


@dataclass(frozen=True)
class Broken:
    """A line that is no record: its number and why."""

    row: int
    reason: str


@dataclass(frozen=True)
class Records:
    """Records with the numbers of their first lines; what is left over belongs to the lines that follow."""

    rows: pl.Series
    texts: pl.Series
    broken: list[Broken]
    left_over: bytes
    next_line: int


def records(
    chunk: bytes,
    separator: str,
    width: int,
    first: int,
    columns: dict[str, int],
    *,
    last: bool,
    is_odd: Callable[[str], bool],
) -> Records:
    """Sort the lines of a chunk; `first` is the number of its first line, `last` whether the file ends with it.

    Rearranged where a line that is no record says headings that are not the file's own, as `is_odd` tells.
    """
    try:
        text, whole = chunk.decode("utf-8"), True
    except UnicodeDecodeError:
        text, whole = chunk.decode("utf-8", errors="replace"), False
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    frame = pl.DataFrame({"text": pl.Series(lines, dtype=pl.String)}).with_row_index("at")
    mark = pl.col("text").str.count_matches(separator, literal=True)
    frame = frame.with_columns(
        seps=mark,
        quotes=pl.col("text").str.count_matches('"', literal=True),
        bad=pl.col("text").str.contains("\ufffd", literal=True) if not whole else pl.lit(False),
    )
    frame = _cut(frame, separator, width)
    sound = (pl.col("quotes") == 0) & (pl.col("seps") == width - 1) & ~pl.col("bad")
    good = frame.filter(sound)
    quoted = frame.filter((pl.col("quotes") > 0) & ~pl.col("bad"))
    quoted = quoted.filter(_well_formed(separator, width))
    rest = frame.join(pl.concat([good, quoted]), on="at", how="anti").filter(pl.col("text").str.strip_chars() != "")
    for at, text in rest.filter(~pl.col("text").str.contains(r"\d")).select("at", "text").iter_rows():
        if is_odd(text):
            raise Rearranged(first + at)
    sorter = _Sorter(lines, separator, width, first, columns, {*rest["at"].to_list()}, last=last)
    sorter.cut_off = last and not chunk.endswith(b"\n")
    for at, bad in rest.select("at", "bad").iter_rows():
        sorter.take(at, bad=bad)
    put = pl.DataFrame({"at": sorter.rows, "text": sorter.texts}, schema={"at": pl.UInt32, "text": pl.String})
    alone = pl.concat([good.select("at", "text"), quoted.select("at", "text")])
    inside = pl.Series(sorted(sorter.inside), dtype=pl.UInt32).implode()
    kept = pl.concat([alone.filter(~pl.col("at").is_in(inside)), put]).sort("at")
    end = sorter.held if sorter.held is not None else len(lines)
    if end < len(lines):
        kept = kept.filter(pl.col("at") < end)
    left = "\n".join(lines[end:]) + "\n" if end < len(lines) else ""
    rows = (kept["at"].cast(pl.Int64) + first).alias("row")
    return Records(rows, kept["text"], sorter.broken, left.encode(), first + end)


def _cut(frame: pl.DataFrame, separator: str, width: int) -> pl.DataFrame:
    """Empty cells too many at the end of a line are no cells."""
    if not frame.select(((pl.col("seps") >= width) & (pl.col("quotes") == 0)).any()).item():
        return frame
    over = (pl.col("seps") >= width) & (pl.col("quotes") == 0)
    bare = pl.col("text").str.strip_chars_end(separator + " \t")
    left = bare.str.count_matches(separator, literal=True).cast(pl.Int64)
    ends = {n: separator * (width - 1 - n) for n in range(width)}
    filled = bare + left.replace_strict(ends, default="", return_dtype=pl.String)
    fits = over & (left < width)
    return frame.with_columns(
        text=pl.when(fits).then(filled).otherwise("text"),
        seps=pl.when(fits).then(width - 1).otherwise(pl.col("seps").cast(pl.Int64)),
    ).with_columns(pl.col("seps").cast(frame.schema["seps"]))


def _cell_pattern(separator: str) -> tuple[str, str]:
    mark = re.escape(separator)
    return mark, rf'(?:\s*"(?:[^"]|"")*"\s*|[^"{mark}]*)'


def _well_formed(separator: str, width: int) -> pl.Expr:
    """A line of so many cells in which every quotation mark opens, closes or is doubled inside a quoted cell."""
    mark, cell = _cell_pattern(separator)
    return pl.col("text").str.contains(rf"^{cell}(?:{mark}{cell}){{{width - 1}}}$")


class _Sorter:
    """Takes the odd lines one by one: joins what belongs together, and names what is no record."""

    def __init__(
        self,
        lines: list[str],
        separator: str,
        width: int,
        first: int,
        columns: dict[str, int],
        odd: set[int],
        *,
        last: bool,
    ) -> None:
        self.rows: list[int] = []
        self.texts: list[str] = []
        self.broken: list[Broken] = []
        self.inside: set[int] = set()
        self.held: int | None = None
        self.cut_off = False
        self._lines, self._separator, self._width, self._first = lines, separator, width, first
        self._odd, self._last, self._done = odd, last, -1
        self._code, self._received = columns.get("code", 0), columns.get("received")
        mark, cell = _cell_pattern(separator)
        self._pattern = re.compile(rf"{cell}(?:{mark}{cell}){{{width - 1}}}", re.DOTALL)
        self._quoted = re.compile(r'"(?:[^"]|"")*"', re.DOTALL)

    def take(self, at: int, *, bad: bool) -> None:
        if at <= self._done or self.held is not None:
            return
        line = self._lines[at]
        if bad:
            self._name(at, NOT_UTF8)
        elif line.count('"') % 2:
            self._open(at)
        elif '"' in line:
            seps = self._quoted.sub("", line).count(self._separator)
            self._name(
                at, BROKEN_OFF if seps < self._width - 1 and self._quoted.sub("", line).count('"') else STRAY_QUOTE
            )
        elif line.count(self._separator) >= self._width:
            self._name(at, TOO_MANY)
        else:
            self._short(at)

    def _name(self, at: int, reason: str) -> None:
        self.broken.append(Broken(self._first + at, reason))

    def _open(self, at: int) -> None:
        """A cell with line breaks is put together; where rows stand inside it, its first line alone is named."""
        text, reason = self._lines[at], NEVER_CLOSED
        for end in range(at + 1, min(at + _LINES_AHEAD, len(self._lines))):
            line = self._lines[end]
            if self._is_record(line):
                reason = ROWS_INSIDE
                break
            text += "\n" + line
            if line.count('"') % 2 and self._pattern.fullmatch(text):
                if any("\n" in cell and cell.count(self._separator) > 1 for cell in self._quoted.findall(text)):
                    reason = ROWS_INSIDE
                    break
                self._put(at, end, text.replace("\n", " "))
                return
        else:
            if not self._last and at + _LINES_AHEAD >= len(self._lines):
                self.held = at
                return
        if not self._closes(at):
            self._name(at, reason)
        else:
            self._name(at, STRAY_QUOTE)

    def _closes(self, at: int) -> bool:
        """Whether the odd mark stands inside a cell, so that it opens nothing."""
        mark = self._separator
        return not any(cell.lstrip().startswith('"') for cell in self._quoted.sub("", self._lines[at]).split(mark))

    def _short(self, at: int) -> None:
        """Fewer cells than headings: broken in two by a line break, or its empty cells at the end are left out."""
        text, end = self._lines[at], at
        begins = self._is_begun(text)
        while begins and end + 1 < len(self._lines) and end - at < _LINES_AHEAD:
            following = self._lines[end + 1]
            if end + 1 not in self._odd and following.strip():
                break
            if self._is_begun(following) or '"' in following:
                break
            text, end = text + " " + following, end + 1
            if text.count(self._separator) >= self._width - 1:
                break
        if end > at and text.count(self._separator) == self._width - 1:
            self._put(at, end, text)
        elif begins and not (at == len(self._lines) - 1 and self.cut_off) and not self._followed_by_a_piece(at):
            self._put(
                at, at, self._lines[at] + self._separator * (self._width - 1 - self._lines[at].count(self._separator))
            )
        else:
            self._name(at, BROKEN_OFF)

    def _followed_by_a_piece(self, at: int) -> bool:
        following = self._lines[at + 1] if at + 1 < len(self._lines) else ""
        return at + 1 in self._odd and bool(following.strip()) and not self._is_begun(following)

    def _put(self, at: int, end: int, text: str) -> None:
        self.rows.append(at)
        self.texts.append(text)
        self.inside |= {*range(at + 1, end + 1)}
        self._done = end

    def _is_record(self, line: str) -> bool:
        """A whole record by itself."""
        whole = line.count(self._separator) >= self._width - 1 and line.count('"') % 2 == 0
        return whole and self._is_begun(line)

    def _is_begun(self, line: str) -> bool:
        """A line that begins as a record does: a code stands where codes stand, a date where days of reception do."""
        cells = line.split(self._separator)
        code = cells[self._code].strip(' "') if self._code < len(cells) else ""
        if not _CODE.fullmatch(code):
            return False
        if self._received is None or self._received >= len(cells):
            return True
        return bool(_DATE.search(cells[self._received])) or not cells[self._received].strip()
