"""What is on screen, as files that open safely in a spreadsheet and explain themselves a year later."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

VALUES = ("value", "value_low", "value_high")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WIDEST = 260


class Figure(NamedTuple):
    """A number as a page shows it: rounded to so many decimals."""

    value: float
    decimals: int


@dataclass(frozen=True)
class Shown:
    """The same table as its page has it: headings in the reader's language with units, figures rounded, texts.

    `title` and `lines` stand over it: what it is of, and where it comes from.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[str | Figure | None]]
    title: str = ""
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Sheet:
    """A table to hand out: `headers`, `rows`, and `notes` that say what it is (name, text).

    `decimals`: how many a spreadsheet shows of the values of each row (the columns of `VALUES`); the cells hold all
    their digits, and spreadsheets show a half rounded away from zero, as the pages do. Without it, up to three.
    `meanings`: what each column holds. `shown`: the table as people read it, for the first sheet of a workbook.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[object]]
    notes: Sequence[tuple[str, str]]
    decimals: Sequence[int] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    shown: Shown | None = None


def to_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a byte order mark; a text that a spreadsheet would run as a formula gets a quote before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def to_excel(sheet: Sheet, titles: Sequence[str]) -> bytes:
    """A workbook: the table as its page shows it where that is known, the raw columns, then notes and what each column
    holds. `titles` of the sheets in that order. Texts are never taken for formulas."""
    import xlsxwriter  # the site and most replies never write a workbook, and it takes its time to load

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    *first, raw, about = titles
    with xlsxwriter.Workbook(out, options) as book:
        looks = _Looks(book)
        if sheet.shown is not None:
            _shown(book.add_worksheet(first[0] if first else None), looks, sheet.shown)
        _raw(book.add_worksheet(raw), looks, sheet)
        _about(book.add_worksheet(about), looks, sheet)
    return out.getvalue()


def to_zip(sheet: Sheet, metadata: Mapping[str, object], readme: str, name: str) -> bytes:
    """CSV, metadata.json and README.txt in one archive, the same bytes for the same content; where it is known what the
    columns hold, columns.csv with a row for each."""
    files = {
        f"{name}.csv": to_csv(sheet.headers, sheet.rows),
        "metadata.json": json.dumps(metadata, ensure_ascii=False, indent=1, default=str).encode("utf-8"),
        "README.txt": readme.encode("utf-8"),
    }
    if sheet.meanings:
        files["columns.csv"] = to_csv(["column", "meaning"], explained(sheet))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def explained(sheet: Sheet) -> list[tuple[str, str]]:
    """Each column with what it holds, in order; KeyError where that is known of some columns but not of this one."""
    return [(name, sheet.meanings[name]) for name in sheet.headers] if sheet.meanings else []


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


# --- the sheets of a workbook


class _Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book: Any = book
        self._figures: dict[int, Any] = {}
        self.bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.quiet = book.add_format({"font_color": "#5B6B7B"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.name = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.any = book.add_format({"num_format": "#,##0.0##"})

    def figure(self, decimals: int) -> Any:
        if decimals not in self._figures:
            code = "#,##0" + ("." + "0" * decimals if decimals else "")
            self._figures[decimals] = self._book.add_format({"num_format": code})
        return self._figures[decimals]


def _shown(page: Any, looks: _Looks, shown: Shown) -> None:
    above = [(shown.title, looks.title), *((line, looks.quiet) for line in shown.lines)] if shown.title else []
    for number, (text, look) in enumerate(above):
        page.write_string(number, 0, text, look)
    top = len(above) + bool(above)
    page.write_row(top, 0, shown.headers, looks.bold)
    for number, row in enumerate(shown.rows, top + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, Figure):
                page.write_number(number, column, cell.value, looks.figure(cell.decimals))
            elif cell:
                page.write_string(number, column, cell)
    page.freeze_panes(top + 1, 1)
    page.autofilter(top, 0, max(top + len(shown.rows), top + 1), max(len(shown.headers) - 1, 0))
    for column, header in enumerate(shown.headers):
        page.set_column(column, column, _wide(header, [row[column] for row in shown.rows]))
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _wide(header: str, cells: Sequence[str | Figure | None]) -> float:
    """Letters of a column: its longest cell or a third of its heading, which breaks into lines."""
    texts = [f"{cell.value:,.{cell.decimals}f}" if isinstance(cell, Figure) else cell or "" for cell in cells]
    return min(max([len(header) / 2.5, 8, *map(len, texts)]) + 2, 48)


def _raw(page: Any, looks: _Looks, sheet: Sheet) -> None:
    values = {column for column, name in enumerate(sheet.headers) if name in VALUES}
    page.write_row(0, 0, sheet.headers, looks.bold)
    for number, row in enumerate(sheet.rows, 1):
        shown = looks.figure(sheet.decimals[number - 1]) if sheet.decimals else None
        for column, value in enumerate(row):
            look = shown if column in values else None
            page.write(number, column, value, look or (looks.any if isinstance(value, float) and value % 1 else None))
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.headers) - 1)
    page.autofit(_WIDEST)


def _about(page: Any, looks: _Looks, sheet: Sheet) -> None:
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 90, looks.wrap)
    for number, (name, text) in enumerate([*sheet.notes, ("", ""), *explained(sheet)]):
        page.write_string(number, 0, name, looks.name)
        page.write_string(number, 1, text, looks.wrap)
