"""Exports of dossiers as files: CSV, Excel and Parquet become frames of text, known columns only."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from etl.dossiers.headers import Layout, header_row, layout
from files.faults import BadInput

KINDS = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xlsb", ".xls")
ROWS_AT_ONCE = 1_000_000
_EXCEL_BYTES_MAX = 300_000_000
_TITLE_ROWS_MAX = 30


def files_in(paths: list[Path]) -> list[Path]:
    """The exports among `paths`, folders searched, in order of their names."""
    found = []
    for path in paths:
        if not path.exists():
            raise BadInput(path, "there is no such file or folder")
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in KINDS) if path.is_dir() else [path]
        if not inside:
            raise BadInput(path, f"the folder holds no export; known are {', '.join(KINDS)}")
        found += inside
    return found


def read(path: Path) -> tuple[Layout, int, Iterator[pl.DataFrame]]:
    """(layout, number of the first row below the headings, frames of text with our column names, row by row).

    Only the mapped columns are read; personal and unknown ones never reach memory as a column of ours.
    """
    kind = path.suffix.lower()
    if kind == ".parquet":
        return _parquet(path)
    if kind in (".xlsx", ".xlsb", ".xls"):
        return _excel(path)
    if kind in KINDS:
        return _csv(path)
    raise BadInput(path.name, f"is no export that can be read; known are {', '.join(KINDS)}")


def _parquet(path: Path) -> tuple[Layout, int, Iterator[pl.DataFrame]]:
    try:
        rows = pl.scan_parquet(path)
        found = layout(path.name, rows.collect_schema().names())
        height = rows.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(path.name, f"is no sound Parquet file: {str(error).splitlines()[0]}") from None
    parts = (rows.slice(start, ROWS_AT_ONCE) for start in range(0, height, ROWS_AT_ONCE))
    return found, 1, (_ours(part, found).collect() for part in parts)


def _csv(path: Path) -> tuple[Layout, int, Iterator[pl.DataFrame]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for _, line in zip(range(_TITLE_ROWS_MAX), file, strict=False)]
    except UnicodeDecodeError:
        raise BadInput(path.name, "is not written in UTF-8; save it as CSV UTF-8") from None
    separator = max(",;\t|", key=lambda mark: max((line.count(mark) for line in lines), default=0))
    rows = list(csv.reader(lines, delimiter=separator))
    start = header_row(rows) or 0
    headers = rows[start] if rows else []
    found = layout(path.name, headers)
    try:
        text = pl.scan_csv(
            path,
            separator=separator,
            skip_lines=start,
            has_header=True,
            infer_schema=False,
            encoding="utf8",
            new_columns=[header or f"(column {n})" for n, header in enumerate(headers, 1)],
        )
        frames = text.pipe(_ours, found).collect_batches(chunk_size=ROWS_AT_ONCE, maintain_order=True)
    except pl.exceptions.PolarsError as error:
        raise BadInput(path.name, f"is no sound CSV file: {str(error).splitlines()[0]}") from None
    return found, start + 2, iter(frames)


def _excel(path: Path) -> tuple[Layout, int, Iterator[pl.DataFrame]]:
    if path.stat().st_size > _EXCEL_BYTES_MAX:
        raise BadInput(path.name, f"is larger than {_EXCEL_BYTES_MAX / 1e6:.0f} MB; export it as CSV or Parquet")
    try:
        cells = pl.read_excel(path, engine="calamine", has_header=False, infer_schema_length=0, drop_empty_rows=False)
    except Exception as error:  # the reader raises errors of its own kinds for damaged files
        raise BadInput(path.name, f"is no workbook that can be read: {str(error).splitlines()[0]}") from None
    start = header_row(cells.head(_TITLE_ROWS_MAX).rows()) or 0
    headers = [str(cell) if cell is not None else f"(column {n})" for n, cell in enumerate(cells.row(start), 1)]
    found = layout(path.name, headers)
    body = cells.slice(start + 1).rename(dict(zip(cells.columns, headers, strict=True)))
    return found, start + 2, iter([_ours(body.lazy(), found).collect()])


def _ours(rows: pl.LazyFrame, found: Layout) -> pl.LazyFrame:
    """The mapped columns under our names as trimmed text; empty text is null."""
    return rows.select(
        pl.col(header).cast(pl.String).str.strip_chars().replace("", None).alias(name)
        for name, header in found.read.items()
    )
