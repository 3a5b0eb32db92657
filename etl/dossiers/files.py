"""Exports of dossiers as files: CSV, Excel and Parquet become frames of text, known columns only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from etl.dossiers.ahead import ahead
from etl.dossiers.csv_file import open_csv
from etl.dossiers.csv_lines import Broken
from etl.dossiers.headers import Layout, layout
from etl.dossiers.lists import Lists, lists_of
from etl.dossiers.workbook import sheets_in
from etl.workbooks.kinds import BEGINNING, is_web_page, is_workbook, no_workbook, other_nature
from files.faults import BadInput

KINDS = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xlsm", ".xlsb", ".xls")
ROWS_AT_ONCE = 1_000_000
_NO_EXPORT = ("readme", "doc-toi", "huong-dan", "license", "thumbs.db")


@dataclass(frozen=True)
class Batch:
    """Rows of one table: the number of each in `row` and the mapped columns as text; and broken lines."""

    rows: pl.DataFrame
    broken: list[Broken]


@dataclass(frozen=True)
class Table:
    """A table of a file: a CSV or Parquet file has one, a workbook one on each sheet.

    `batches` can be called again and gives the same rows.
    """

    place: str
    layout: Layout
    batches: Callable[[], Iterator[Batch]]


@dataclass(frozen=True)
class Export:
    """The tables of a file, and remarks on what was left out of it."""

    tables: list[Table]
    remarks: list[str] = field(default_factory=list)


def files_in(paths: list[Path]) -> list[Path]:
    """The exports among `paths`, folders searched, in order of their names.

    In a folder, lock files of open workbooks, hidden files and a README are no exports.
    """
    found = []
    for path in paths:
        if not path.exists():
            raise BadInput(path, "there is no such file or folder")
        inside = sorted(p for p in path.rglob("*") if _is_export(p)) if path.is_dir() else [path]
        if not inside:
            raise BadInput(path, f"the folder holds no export; known are {', '.join(KINDS)}")
        found += inside
    return found


def _is_export(path: Path) -> bool:
    name = path.name.lower()
    return path.is_file() and path.suffix.lower() in KINDS and not name.startswith((".", "~$", "_", *_NO_EXPORT))


def read(path: Path, lists: Lists | None = None) -> Export:
    """The tables of a file, whatever its name says it is: its first bytes decide.

    Only the mapped columns are read; personal and unknown ones never reach memory as a column of ours. BadInput where
    the file cannot be read, with no words of its content.
    """
    lists = lists or lists_of()
    try:
        with path.open("rb") as file:
            begins = file.read(BEGINNING)
    except OSError as error:
        raise BadInput(path.name, f"cannot be opened: {error.strerror}") from None
    if path.suffix.lower() not in KINDS:
        raise BadInput(path.name, f"is no export that can be read; known are {', '.join(KINDS)}")
    if not begins:
        raise BadInput(path.name, "the file is empty (0 bytes)")
    if begins.startswith(b"PAR1") or path.suffix.lower() == ".parquet":
        return _parquet(path, lists)
    if is_workbook(begins) or is_web_page(begins):
        return _workbook(path, lists)
    if nature := other_nature(begins):
        raise BadInput(path.name, no_workbook(nature))
    return _csv(path, lists)


def _csv(path: Path, lists: Lists) -> Export:
    file = open_csv(path, lists)
    found = layout(path.name, file.headers, lists)

    def batches() -> Iterator[Batch]:
        for rows, broken in ahead(file.chunks(found.places)):
            yield Batch(rows, broken)

    return Export([Table(path.name, found, batches)])


def _parquet(path: Path, lists: Lists) -> Export:
    try:
        rows = pl.scan_parquet(path, glob=False)
        schema = rows.collect_schema()
        height = rows.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError):
        raise BadInput(path.name, "is no sound Parquet file") from None
    found = layout(path.name, schema.names(), lists)
    odd = [header for header in found.read.values() if schema[header].is_nested() or schema[header] == pl.Binary]
    if odd:
        raise BadInput(path.name, f"the columns {', '.join(map(repr, odd))} hold no plain values; export them as text")

    def batches() -> Iterator[Batch]:
        for start in range(0, height, ROWS_AT_ONCE):
            part = rows.slice(start, ROWS_AT_ONCE).select(
                _as_text(pl.col(header), schema[header]).alias(name) for name, header in found.read.items()
            )
            numbered = part.collect().with_row_index("row", start + 1)
            yield Batch(numbered.with_columns(pl.col("row").cast(pl.Int64)), [])

    return Export([Table(path.name, found, batches)])


def _as_text(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """Moments with a zone as moments in Vietnam, days and moments without one as they are."""
    if isinstance(kind, pl.Datetime):
        here = column.dt.convert_time_zone("Asia/Ho_Chi_Minh") if kind.time_zone else column
        return here.dt.strftime("%Y-%m-%d %H:%M:%S" + ("+07:00" if kind.time_zone else ""))
    if kind.is_float():
        column = column.fill_nan(None)
    return column.cast(pl.String)


def _workbook(path: Path, lists: Lists) -> Export:
    sheets, remarks = sheets_in(path, lists)
    tables = [Table(sheet.place, sheet.layout, _once(sheet.rows)) for sheet in sheets]
    return Export(tables, remarks)


def _once(rows: pl.DataFrame) -> Callable[[], Iterator[Batch]]:
    return lambda: iter([Batch(rows, [])])
