"""What is on screen, as files that open safely in a spreadsheet and explain themselves a year later."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

VALUES = ("value", "value_low", "value_high")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Sheet:
    """A table to hand out: `headers`, `rows`, and `notes` that say what it is (name, text).

    `decimals`: how many a spreadsheet shows of the values of each row (the columns of `VALUES`); the cells hold all
    their digits, and spreadsheets show a half rounded away from zero, as the pages do. Without it, up to three.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[object]]
    notes: Sequence[tuple[str, str]]
    decimals: Sequence[int] = ()


def to_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a byte order mark; a text that a spreadsheet would run as a formula gets a quote before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def to_excel(sheet: Sheet, titles: tuple[str, str]) -> bytes:
    """A workbook with the table on one sheet and its notes on a second; texts are never taken for formulas."""
    import xlsxwriter  # the site and most replies never write a workbook, and it takes its time to load

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        figure = book.add_format({"num_format": "#,##0.0##"})
        own = {n: book.add_format({"num_format": "#,##0" + ("." + "0" * n if n else "")}) for n in set(sheet.decimals)}
        values = {column for column, name in enumerate(sheet.headers) if name in VALUES}
        table = book.add_worksheet(titles[0])
        table.write_row(0, 0, sheet.headers, bold)
        for number, row in enumerate(sheet.rows, 1):
            shown = own[sheet.decimals[number - 1]] if sheet.decimals else None
            for column, value in enumerate(row):
                look = shown if column in values else None
                table.write(number, column, value, look or (figure if isinstance(value, float) and value % 1 else None))
        table.freeze_panes(1, 2)
        table.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.headers) - 1)
        table.autofit(260)
        about = book.add_worksheet(titles[1])
        about.set_column(0, 0, 24, bold)
        about.set_column(1, 1, 90, wrap)
        for number, note in enumerate(sheet.notes):
            about.write_row(number, 0, note)
    return out.getvalue()


def to_zip(sheet: Sheet, metadata: Mapping[str, object], readme: str, name: str) -> bytes:
    """CSV, metadata.json and README.txt in one archive, the same bytes for the same content."""
    files = {
        f"{name}.csv": to_csv(sheet.headers, sheet.rows),
        "metadata.json": json.dumps(metadata, ensure_ascii=False, indent=1, default=str).encode("utf-8"),
        "README.txt": readme.encode("utf-8"),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
