"""The tables of form II.06 in a workbook: title block and rows, in one sheet or in several.

A table goes on below headings that stand again, as on every printed page, and in a sheet that has the same headings and
says nothing else in its title, or has none and holds rows of the same form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from etl.forms.grid import UNCALCULATED, Cells, Grid
from etl.forms.layout import Headings, folded, heading_rows, headings, repeats_headings
from etl.forms.periods import title_periods
from etl.forms.title import reporting_unit
from etl.workbooks.formulas import address
from files.faults import BadInput
from ranking.names import fold, tidy

_ORDINAL = re.compile(r"\(?(\d+(\.\d+)*|[IVXLC]+|[A-Za-z])[.)]{0,2}")
_SIGNATURES = re.compile(
    r"nguoi (lap|bao cao|tong hop)|thu truong|\(?ky(,| ten)|noi nhan|lanh dao|chu tich|giam doc|(tm|kt|tl|tuq)\. ?"
    r"|.*\bngay [\d. …]+ ?thang "
)
_COMMUNE_SHEET = re.compile(r"(ubnd )?(xa|phuong|dac khu|p\.|x\.)\s*\S", re.IGNORECASE)
EXPLANATIONS = "Giải thích cách điền biểu II.06"
"""What stands in the first cell of the template's second sheet, which is of no use to the importer."""
_MANY = {"chuc": "tens", "tram": "hundreds", "nghin": "thousands", "ngan": "thousands", "trieu": "millions"}
_IN_MANY = re.compile(rf"(?:don vi(?: tinh)?|dvt) ?:? ?\(?({'|'.join(_MANY)}) ?(?:ho so|tthc)")
_OFFICE = re.compile(r"^(?:ubnd|uy ban nhan dan|van phong ubnd) (?:tinh|thanh pho|tp)\b")
_COVER_ROWS_MAX = 40
_NAMED_MAX = 8


@dataclass(frozen=True)
class Row:
    """One line of the table: where it stands, TT, code and name, field, and its cells by form column (3 to 13).

    `columns`: form column → column of the sheet from 0. `merged`: the first range of merged cells that makes one figure
    stand for several.
    """

    place: str
    number: int
    ordinal: str | None
    code: str | None
    name: str | None
    field: str | None
    cells: dict[int, str | float | None]
    columns: dict[int, int]
    merged: str | None = None

    @property
    def is_empty(self) -> bool:
        """No figure at all, which is a silence and not a zero."""
        return all(cell is None for cell in self.cells.values())

    def address(self, form_column: int) -> str:
        return address(self.number - 1, self.columns[form_column])


@dataclass(frozen=True)
class Table:
    """A table: its place for messages, title block, what a row is, rows, doubts, and what stood on sheets before it.

    `by_field`: rows are fields of one unit; `by_both`: rows are fields of the unit beside or above them.
    """

    place: str
    sheet: str
    title: list[list[str]]
    by_field: bool
    by_both: bool
    rows: list[Row]
    warnings: list[str]
    cover: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """The tables of a workbook, remarks, and what was not read: sheets, and rows below the signatures."""

    tables: list[Table]
    skipped: list[str]
    warnings: list[str]


def find_tables(file: str, grids: Sequence[Grid]) -> Found:
    """The tables of form II.06 in the sheets of a workbook.

    Raises BadInput where no sheet holds one, a sheet says it is another form, or a column is missing.
    """
    tables: list[Table] = []
    skipped: list[str] = []
    warnings: list[str] = []
    cover: list[list[str]] = []
    last: Headings | None = None
    told = [grid for grid in grids if grid.cells[0][0] != EXPLANATIONS]
    for grid in told:
        place = file if len(told) == 1 else f"{file}, sheet {grid.name!r}"
        starts = heading_rows(grid.cells)
        if starts:
            for table, columns in _tables(place, grid, starts, skipped):
                _add(tables, replace(table, cover=cover))
                last = columns
        elif tables and last and (rows := _going_on(place, grid, last)):
            tables[-1] = replace(tables[-1], rows=[*tables[-1].rows, *rows])
            warnings.append(f"{place}: has no headings; it was read as going on from the sheet before")
        else:
            skipped.append(f"sheet {grid.name!r}: holds no form II.06")
            cover = [*cover, *_title(grid.cells[:_COVER_ROWS_MAX])]
    if not tables:
        raise BadInput(
            file, "is not form II.06: no row has the headings 'Tiếp nhận', 'Đã giải quyết' and 'Đang giải quyết'"
        )
    return Found(tables, skipped, warnings)


def _tables(place: str, grid: Grid, starts: list[int], skipped: list[str]) -> Iterator[tuple[Table, Headings]]:
    """Each table of a sheet with its headings; what stands between two is the title block of the second."""
    above = 0
    for n, start in enumerate(starts):
        end = starts[n + 1] if n + 1 < len(starts) else len(grid.cells)
        title = _title(grid.cells[above:start])
        _refuse_other_form(place, title)
        found = headings(place, grid, start)
        rows, above = _rows(place, grid, found, end)
        lost = [i + 1 for i in range(above, end) if _holds_figures(grid.cells[i], found)]
        if lost:
            named = ", ".join(map(str, lost[:_NAMED_MAX])) + (" and more" if len(lost) > _NAMED_MAX else "")
            skipped.append(f"{place}: rows {named} stand below the signatures and were not read")
        yield (
            Table(
                place, grid.name, title, found.name is None, None not in (found.name, found.field), rows, found.doubts
            ),
            found,
        )


def _add(tables: list[Table], table: Table) -> None:
    """A table by itself, or the rows of the one before that it goes on with."""
    if tables and _goes_on(tables[-1], table):
        before = tables[-1]
        tables[-1] = replace(before, rows=[*before.rows, *table.rows], warnings=[*before.warnings, *table.warnings])
    else:
        tables.append(table)


def _goes_on(before: Table, table: Table) -> bool:
    if (before.by_field, before.by_both) != (table.by_field, table.by_both):
        return False
    other_sheet = before.sheet != table.sheet
    if other_sheet and before.by_field and _COMMUNE_SHEET.match(fold(table.sheet)) and not reporting_unit(table.title):
        return False
    return all(new is None or new == old for old, new in zip(_said(before), _said(table), strict=True)) and not (
        other_sheet and _period_of_sheet(before.sheet) != _period_of_sheet(table.sheet)
    )


def _said(table: Table) -> tuple[object, object, object]:
    """(periods, reporting unit, the provinces' offices above it) that a title block names, None for what it doesn't."""
    offices = sorted({plain for row in table.title for text in row if _OFFICE.match(plain := fold(text))})
    return title_periods(table.place, table.title) or None, reporting_unit(table.title), offices or None


def _period_of_sheet(name: str) -> tuple[bool, str | None]:
    """(whether a sheet is named after the year so far, the number of the month that it is named after)."""
    found = re.search(r"\b(?:thang|t)[ ._-]?(\d{1,2})\b", fold(name))
    return "luy ke" in fold(name), found[1].zfill(2) if found else None


def _title(cells: Sequence[Cells]) -> list[list[str]]:
    """The texts above the headings, row by row, a cell of several lines as several texts."""
    rows = [[tidy(line) for cell in row if cell is not None for line in str(cell).splitlines()] for row in cells]
    return [[text for text in row if text] for row in rows if any(row)]


def _refuse_other_form(place: str, title: list[list[str]]) -> None:
    for text in (text for row in title for text in row):
        if counted := _IN_MANY.search(fold(text)):
            raise BadInput(place, f"says that its figures are in {_MANY[counted[1]]}; give the dossiers themselves")
        found = re.search(r"bieu (?:mau )?(?:so )?:? ?(i{1,3}\.\d+\w?)", fold(text))
        if found and not found.group(1).startswith("ii.06"):
            raise BadInput(place, f"says it is form {found.group(1).upper()}: only form II.06/VPCP/KSTT can be read")


def _rows(place: str, grid: Grid, found: Headings, end: int) -> tuple[list[Row], int]:
    """(rows with a name or a figure, the row where they end): up to the signatures, below which names stand."""
    rows: list[Row] = []
    unread = found.end
    for i in range(found.end, end):
        line = grid.cells[i]
        if repeats_headings(line):
            continue
        row = _row(place, grid, i, found)
        if (row.is_empty and any(_SIGNATURES.match(text) for text in folded(line))) or _signed_in_figures(row):
            return rows, i
        if row.name or row.field or not row.is_empty:
            rows.append(row)
        if row.ordinal or not row.is_empty:
            unread = i + 1
    # Names without figures at the end of a page belong to the title block of the next table, not to this one.
    following = end < len(grid.cells)
    return [row for row in rows if row.number <= unread] if following else rows, unread if following else end


def _row(place: str, grid: Grid, i: int, found: Headings) -> Row:
    """TT stands somewhere left of the name; so does the name of a total, in cells merged with TT."""
    line = grid.cells[i]
    name = found.field if found.name is None else found.name
    assert name is not None
    left = [text for j, cell in enumerate(line[:name]) if j not in (found.code, found.field) and (text := _text(cell))]
    ordinal = next((text.strip("().") for text in left if _ORDINAL.fullmatch(text)), None)
    label = _text(line[name]) or next((text for text in left if not _ORDINAL.fullmatch(text)), None)
    row = Row(
        place,
        i + 1,
        ordinal,
        _text(line[found.code]) if found.code is not None else None,
        label,
        _text(line[found.field]) if found.field is not None and found.name is not None else None,
        {form: _cell(line[j]) for form, j in found.figures.items()},
        found.figures,
        _merged(grid, i, found),
    )
    _refuse_uncalculated(row, name)
    return row


def _refuse_uncalculated(row: Row, name: int) -> None:
    at = [row.address(form) for form, cell in row.cells.items() if cell == UNCALCULATED]
    at += [address(row.number - 1, name)] if UNCALCULATED in (row.name, row.field) else []
    if at:
        what = f"the formulas of this file were never calculated (first in {at[0]}); open it in Excel and save it again"
        raise BadInput(row.place, what, row=row.number)


def _merged(grid: Grid, i: int, found: Headings) -> str | None:
    """Merged cells make one figure stand for several rows or columns, and nobody can tell for which."""
    for top, left, bottom, right in grid.merged:
        if top <= i <= bottom and top >= found.end:
            columns = [j for j in found.figures.values() if left <= j <= right]
            if columns and (bottom > top or len(columns) > 1) and left in columns and grid.cells[top][left] is not None:
                return f"{address(top, left)}:{address(bottom, right)}"
    return None


def _holds_figures(line: Cells, found: Headings) -> bool:
    return sum(_is_count(line[j]) for j in found.figures.values() if j < len(line)) >= 3


def _going_on(place: str, grid: Grid, found: Headings) -> list[Row]:
    """The rows of a sheet without headings, if they are like those of the sheet before: names, and sums that hold."""
    if grid.cells and len(grid.cells[0]) <= max(found.figures.values()):
        return []
    start = replace(found, begin=0, end=0)
    filled = [line for line in grid.cells if any(cell is not None for cell in line)]
    like = [line for line in filled if all(_is_count(line[j]) for j in found.figures.values())]
    if not like or 2 * len(like) < len(filled) or not all(_adds_up(line, found) for line in like[:_NAMED_MAX]):
        return []
    return _rows(place, grid, start, len(grid.cells))[0]


def _is_count(cell: str | float | None) -> bool:
    return isinstance(cell, str) and cell.isascii() and cell.isdigit()


def _adds_up(line: Cells, found: Headings) -> bool:
    whole, *parts = (int(str(line[found.figures[n]])) for n in (3, 4, 5, 6))
    return whole == sum(parts)


def _text(cell: str | float | None) -> str | None:
    if isinstance(cell, str) and cell.isascii() and cell.isdigit():
        return cell
    return tidy(str(cell)) or None if cell is not None else None


def _cell(cell: str | float | None) -> str | float | None:
    return cell if isinstance(cell, float) else _text(cell)


def _signed_in_figures(row: Row) -> bool:
    """A nameless row whose figures are words: the place and date above the signatures."""
    if row.name is not None:
        return False
    return any(isinstance(cell, str) and _SIGNATURES.match(fold(cell)) for cell in row.cells.values())
