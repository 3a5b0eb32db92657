"""Workbooks of dossiers: every visible sheet that has headings, and sheets that go on without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from etl.dossiers.headers import Layout, header_row, layout
from etl.dossiers.lists import Lists
from files.faults import BadInput

_TITLE_ROWS_MAX = 200
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{5}")


@dataclass(frozen=True)
class Sheet:
    """A sheet's dossiers: `rows` holds the number of each row as Excel counts them, and the columns by our names."""

    place: str
    layout: Layout
    rows: pl.DataFrame


def sheets_in(path: Path, lists: Lists) -> tuple[list[Sheet], list[str]]:
    """(the sheets with dossiers, remarks on those left out). BadInput where none has headings that are known."""
    shown, hidden = _cells(path)
    found: list[Sheet] = []
    remarks = [f"sheet {name!r} is hidden and was not read" for name in hidden]
    unread: list[tuple[str, pl.DataFrame]] = []
    for name, cells in shown:
        place = f"{path.name}, sheet {name!r}" if len(shown) > 1 else path.name
        start = header_row(cells.head(_TITLE_ROWS_MAX).rows(), lists)
        if start is not None:
            here = layout(place, [None if cell is None else str(cell) for cell in cells.row(start)], lists)
            found.append(Sheet(place, here, _below(cells, start + 1, here)))
        elif found and _goes_on(cells, found[-1].layout):
            found.append(Sheet(place, found[-1].layout, _below(cells, 0, found[-1].layout)))
            remarks.append(f"sheet {name!r} has no headings; it was read as going on from the sheet before")
        elif cells.height:
            unread.append((name, cells))
    if not found:
        _, cells = unread[0] if unread else ("", pl.DataFrame())
        layout(path.name, [None if c is None else str(c) for c in cells.row(0)] if cells.height else [], lists)
    remarks += [f"sheet {name!r} has no row of headings and was not read" for name, _ in unread]
    return found, remarks


def _cells(path: Path) -> tuple[list[tuple[str, pl.DataFrame]], list[str]]:
    """(the cells of each visible sheet as text, the names of hidden sheets); an error of Excel is the text #N/A."""
    # Imported late: reading CSV needs nothing of it.
    import fastexcel

    shown, hidden = [], []
    try:
        reader = fastexcel.read_excel(path.read_bytes())
        for name in reader.sheet_names:
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            if sheet.visible != "visible":
                hidden.append(name)
                continue
            if not sheet.width:
                continue
            table, errors = sheet.to_arrow_with_errors()
            cells = pl.DataFrame(pl.from_arrow(table)).cast(pl.String)
            shown.append((name, _with_errors(cells, errors)))
    except Exception:  # the reader raises errors of its own kinds, in words that may hold cells
        raise BadInput(
            path.name,
            "is damaged, locked with a password or no workbook; open it in Excel and save it again as .xlsx",
        ) from None
    if not shown:
        raise BadInput(path.name, "the workbook is empty: no visible sheet has anything in it")
    return shown, hidden


def _with_errors(cells: pl.DataFrame, errors: object) -> pl.DataFrame:
    places: dict[int, list[int]] = {}
    for error in getattr(errors, "errors", None) or []:
        row, column = error.offset_position
        places.setdefault(column, []).append(row)
    for column, rows in places.items():
        name = cells.columns[column]
        at = pl.int_range(pl.len()).is_in(rows)
        cells = cells.with_columns(pl.when(at).then(pl.lit("#N/A")).otherwise(pl.col(name)).alias(name))
    return cells


def _below(cells: pl.DataFrame, start: int, found: Layout) -> pl.DataFrame:
    body = cells.with_row_index("row", 1).slice(start)
    names = cells.columns
    cells_of = {
        name: pl.col(names[at]) if at < len(names) else pl.lit(None, pl.String) for name, at in found.places.items()
    }
    return body.select(pl.col("row").cast(pl.Int64), **cells_of)


def _goes_on(cells: pl.DataFrame, found: Layout) -> bool:
    """Whether a sheet without headings holds rows like the sheet before: codes and dates where they stood there."""
    if cells.width <= max(found.places["code"], found.places["received"]):
        return False
    code, received = (cells.columns[found.places[name]] for name in ("code", "received"))
    first = cells.head(_TITLE_ROWS_MAX).drop_nulls([code, received])
    like = first.filter(pl.col(code).str.contains(r"\d"), pl.col(received).str.contains(_DATE.pattern))
    return bool(first.height) and like.height == first.height
