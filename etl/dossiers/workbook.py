"""Workbooks of dossiers: every visible sheet that has headings, and sheets that go on without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from etl.dossiers.date_orders import DATES
from etl.dossiers.headers import Layout, headings_in, layout
from etl.dossiers.lists import Lists
from etl.workbooks import read as workbooks
from etl.workbooks.read import DOSSIERS, UNCALCULATED, read_workbook
from files.faults import BadInput

_TITLE_ROWS_MAX = 200
_FROM_1904 = 1462
"""Days from Excel's usual first day to that of workbooks that count from 1904."""
_DAYS = r"^\s*(\d{4,5}(?:\.\d+)?)\s*$"
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{5}")


@dataclass(frozen=True)
class Sheet:
    """A sheet's dossiers: `rows` holds the number of each row as Excel counts them, and the columns by our names."""

    place: str
    layout: Layout
    rows: pl.DataFrame


def sheets_in(path: Path, lists: Lists) -> tuple[list[Sheet], list[str]]:
    """(the sheets with dossiers, remarks on those left out). BadInput where none has headings that are known."""
    book = read_workbook(path, DOSSIERS)
    found: list[Sheet] = []
    since = _FROM_1904 if book.from_1904 else 0
    remarks = [f"sheet {name!r} is hidden and was not read" for name in book.hidden]
    unread: list[workbooks.Sheet] = []
    for sheet in book.sheets:
        place = f"{path.name}, sheet {sheet.name!r}" if len(book.sheets) > 1 else path.name
        headings = headings_in(sheet.cells.head(_TITLE_ROWS_MAX).rows(), lists)
        if headings is not None:
            start, used, cells = headings
            here = layout(place, [None if cell is None else str(cell) for cell in cells], lists)
            found.append(Sheet(place, here, _below(place, sheet, start + used, here, since)))
        elif found and _goes_on(sheet.cells, found[-1].layout):
            found.append(Sheet(place, found[-1].layout, _below(place, sheet, 0, found[-1].layout, since)))
            remarks.append(f"sheet {sheet.name!r} has no headings; it was read as going on from the sheet before")
        else:
            unread.append(sheet)
            continue
        remarks += [f"sheet {sheet.name!r}: {told}" for told in sheet.hidden]
        if sheet.computed:
            remarks.append(f"sheet {sheet.name!r}: {len(sheet.computed)} cells hold sums that were worked out here")
    if not found:
        layout(path.name, list(unread[0].cells.row(0)), lists)
    remarks += [f"sheet {sheet.name!r} has no row of headings and was not read" for sheet in unread]
    return found, remarks


def _below(place: str, sheet: workbooks.Sheet, start: int, found: Layout, since: int) -> pl.DataFrame:
    """The rows of our columns; a cell that is merged over several rows stands in each of them. `since`: how many days
    after Excel's usual first one the workbook begins to count."""
    names = sheet.cells.columns
    cells_of = {
        name: pl.col(names[at]) if at < len(names) else pl.lit(None, pl.String) for name, at in found.places.items()
    }
    body = sheet.cells.with_row_index("row", 1).slice(start).select(pl.col("row").cast(pl.Int64), **cells_of)
    _refuse_uncalculated(place, body)
    for top, left, bottom, right in sheet.merged:
        if bottom > top >= start and left == right:
            for name in (name for name, at in found.places.items() if at == left):
                inside = pl.col("row").is_between(top + 1, bottom + 1)
                text = body[name][top - start] if top - start < body.height else None
                body = body.with_columns(pl.when(inside).then(pl.lit(text)).otherwise(name).alias(name))
    return body.with_columns(_later(name, since) for name in DATES if name in body.columns) if since else body


def _later(column: str, days: int) -> pl.Expr:
    """The column with its bare numbers of days so many days on."""
    number = pl.col(column).str.extract(_DAYS).cast(pl.Float64)
    return pl.when(number.is_not_null()).then((number + days).cast(pl.String)).otherwise(column).alias(column)


def _refuse_uncalculated(place: str, body: pl.DataFrame) -> None:
    for name in body.columns[1:]:
        rows = body.filter(pl.col(name) == UNCALCULATED)["row"]
        if rows.len():
            what = "the formulas of this file were never calculated; open it in Excel and save it again"
            raise BadInput(place, what, row=rows[0], field=name)


def _goes_on(cells: pl.DataFrame, found: Layout) -> bool:
    """Whether a sheet without headings holds rows like the sheet before: codes and dates where they stood there."""
    if cells.width <= max(found.places["code"], found.places["received"]):
        return False
    code, received = (cells.columns[found.places[name]] for name in ("code", "received"))
    first = cells.head(_TITLE_ROWS_MAX).drop_nulls([code, received])
    like = first.filter(pl.col(code).str.contains(r"\d"), pl.col(received).str.contains(_DATE.pattern))
    return bool(first.height) and like.height == first.height
