"""Time of the whole import of a province's month in form II.06: each commune's own form by field, .xlsx and .xls."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import xlsxwriter

# For benchmarks and tests only: nobody maintains a writer of the old format, but offices still send such files.
import xlwt

from etl.dossiers.lists import lists_of
from files.places import HOME
from press.form_template import headings
from store.reference import reference_table

PROVINCE = "38"
COMMUNES, FIELDS = 166, 20
TINY = {"communes": 3, "fields": 2, "times": 1}
_RECEIVED, _HANDLED, _OPEN = (110, 60, 40, 10), (85, 50, 30, 5), (25, 20, 5)
Cell = tuple[int, int, object]


def run(communes: int = COMMUNES, fields: int = FIELDS, times: int = 3) -> list[tuple[str, float, str]]:
    """(file, figure, unit): the least time of several, each in a process of its own with a data folder of its own."""
    names = reference_table("units").filter(pl.col("province_code") == PROVINCE)["full_name"].head(communes)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [_xlsx(folder / "month.xlsx", names, fields), _xls(folder / "month.xls", names, fields)]
        return [
            (f"{len(names)} communes by {fields} fields, {path.suffix}: {figure}", value, unit)
            for path in files
            for figure, value, unit in _measured(path, folder, times)
        ]


def _measured(path: Path, folder: Path, times: int) -> Iterator[tuple[str, float, str]]:
    taken = []
    for n in range(times):
        command = ["import-form", str(path), "--province", PROVINCE, "--data", str(folder / f"{path.suffix}{n}")]
        started, before = time.perf_counter(), os.times()
        done = subprocess.run(
            [sys.executable, "-m", "etl", *command], cwd=HOME, capture_output=True, text=True, check=False
        )
        after = os.times()
        if done.returncode or "published" not in done.stdout:
            raise RuntimeError(f"the import failed: {done.stderr}")
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        taken.append((time.perf_counter() - started, spent))
    yield "whole import", min(wall for wall, _ in taken), "s"
    yield "of it, time of the processors", min(spent for _, spent in taken), "s"


def _cells(name: str, fields: int) -> Iterator[Cell]:
    """One commune's form of August 2026, the first one at 0, 0."""
    yield 0, 0, "Biểu số II.06/VPCP/KSTT"
    yield 0, 2, f"Đơn vị báo cáo: UBND {name}"
    yield 1, 2, "Từ ngày 01/08/2026 đến ngày 31/08/2026"
    yield from headings(3, "Lĩnh vực")
    known = sorted({*lists_of().fields.values()})
    for n in range(fields):
        yield 7 + n, 0, n + 1
        yield 7 + n, 1, known[n]
        yield from ((7 + n, 2 + j, figure) for j, figure in enumerate((*_RECEIVED, *_HANDLED, *_OPEN)))


def _xlsx(path: Path, names: pl.Series, fields: int) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for n, name in enumerate(names):
            sheet = book.add_worksheet(f"{n + 1}")
            for row, column, value in _cells(name, fields):
                sheet.write(row, column, value)
    return path


def _xls(path: Path, names: pl.Series, fields: int) -> Path:
    book = xlwt.Workbook(encoding="utf-8")
    for n, name in enumerate(names):
        sheet = book.add_sheet(f"{n + 1}")
        for row, column, value in _cells(name, fields):
            sheet.write(row, column, value)
    book.save(str(path))
    return path
