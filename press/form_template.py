"""`python -m etl form-template`: form II.06 as a workbook to fill in, with all communes of a province."""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from etl.forms.figures import SUMS
from etl.forms.tables import EXPLANATIONS
from etl.forms.title import province_code
from files import whole
from files.faults import Fault
from files.places import DATA
from ranking import yaml_text
from ranking.collation import name_order
from ranking.periods import Period, calendar_period, local_day, parse
from store.reference import reference_table

_WORDS = DATA / "forms" / "ii06.yaml"
_TOP = 5
"""The row of the first heading, from 0; above it stand the title block and a blank line."""
_PERIOD_CELL = 2, 2
_FIRST_FIGURE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl form-template`."""
    parser.add_argument("--province", required=True, help="code (25), state code (H44) or name")
    parser.add_argument("--period", help="what the title block says, such as 2026-08 (default: the last whole month)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the .xlsx to write")


def run(args: argparse.Namespace) -> int:
    """Write the template and say so; Fault where the province or the period is none, or the file cannot be written."""
    code = province_code(args.province, reference_table("provinces"))
    try:
        period = parse(args.period) if args.period else last_month(datetime.now(UTC))
    except ValueError as error:
        raise Fault(f"--period: {error}") from None
    try:
        whole.write(args.out, content(code, period))
    except OSError as error:
        raise Fault(f"{args.out}: {error.strerror}; the template was not written") from None
    print(
        f"wrote {args.out}: fill it in and bring it back with `python -m etl import-form {args.out} --province {code}`"
    )
    return 0


def last_month(moment: datetime) -> Period:
    """The last month that is over in Vietnam."""
    today = local_day(moment)
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return calendar_period("month", year, month)


def content(province: str, period: Period) -> bytes:
    """The workbook: a sheet to fill in, its headings, names and sums protected, and a sheet of explanations."""
    import xlsxwriter  # takes its time to load, and most programs that name this file never write

    words = _words()
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(words["sheet"])
        looks = _looks(book)
        _title(sheet, looks, words, province, period)
        _headings(sheet, looks, words["columns"])
        first = _TOP + max(map(len, words["columns"].values())) + 1
        names = communes(province)
        for n, name in enumerate(names):
            _row(sheet, looks, first + n, n + 1, name)
        last = first + len(names) - 1
        sheet.data_validation(first, _FIRST_FIGURE, last, max(words["columns"]) - 1, _whole_number())
        sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})
        sheet.freeze_panes(first, 2)
        sheet.repeat_rows(_TOP, first - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        _explanations(book, looks, words["explained"], province)
    return out.getvalue()


def communes(province: str) -> list[str]:
    """The names of a province's communes, as they are sorted in Vietnamese."""
    own = reference_table("units").filter(pl.col("province_code") == province)
    return sorted(own["full_name"], key=name_order)


def headings(top: int, second: str) -> Iterator[tuple[int, int, str]]:
    """(row, column, text) of the form's headings and the numbers below them, unmerged; `second`: what rows are."""
    paths = list((_words()["columns"] | {2: [second]}).values())
    for j, path in enumerate(paths):
        for level, text in enumerate(path):
            if j == 0 or paths[j - 1][: level + 1] != path[: level + 1]:
                yield top + level, j, text
    yield from ((top + max(map(len, paths)), j, f"({j + 1})") for j in range(len(paths)))


@cache
def _words() -> Mapping[str, Any]:
    return yaml_text.load(_WORDS.read_text(encoding="utf-8"))


def _looks(book: Any) -> dict[str, Any]:
    framed = {"border": 1, "valign": "vcenter", "font_name": "Times New Roman"}
    filled = {"bg_color": "#FFF7D6", "locked": False}
    heading = framed | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#E8EEF4"}
    return {
        "title": book.add_format({"bold": True, "font_name": "Times New Roman"}),
        "period": book.add_format(
            {"font_name": "Times New Roman", "bg_color": "#FFF7D6", "locked": False, "border": 1}
        ),
        "heading": book.add_format(heading),
        "number": book.add_format(framed | {"italic": True, "align": "center"}),
        "name": book.add_format(framed),
        "sum": book.add_format(framed | {"num_format": "#,##0", "bg_color": "#F2F2F2"}),
        "figure": book.add_format(framed | filled | {"num_format": "#,##0"}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _title(sheet: Any, looks: Mapping[str, Any], words: Mapping[str, Any], province: str, period: Period) -> None:
    full_name = reference_table("provinces").filter(pl.col("code") == province)["full_name"][0]
    name = full_name[:1].lower() + full_name[1:]
    sheet.write(0, 0, words["number"], looks["title"])
    sheet.write(0, 2, words["title"], looks["title"])
    sheet.write(1, 2, words["reporting"].format(province=name), looks["title"])
    said = words["period"].format(start=f"{period.start:%d/%m/%Y}", end=f"{period.end:%d/%m/%Y}")
    row, column = _PERIOD_CELL
    sheet.merge_range(row, column, row, column + 5, said, looks["period"])
    sheet.write(3, 2, words["counted"], looks["title"])


def _headings(sheet: Any, looks: Mapping[str, Any], columns: Mapping[int, list[str]]) -> None:
    """Headings merged to the right over equal ones and, at the end of a path, down to the last row; numbers below."""
    paths = list(columns.values())
    depth = max(map(len, paths))
    for level in range(depth):
        for path, group in groupby(range(len(paths)), key=lambda j: tuple(paths[j][: level + 1])):
            across = list(group)
            if len(path) == level + 1:
                down = depth - 1 if len(paths[across[0]]) == level + 1 else level
                _merged(sheet, _TOP + level, across[0], _TOP + down, across[-1], path[-1], looks["heading"])
    for number in columns:
        sheet.write(_TOP + depth, number - 1, f"({number})", looks["number"])
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, len(columns) - 1, 11)


def _merged(sheet: Any, top: int, left: int, bottom: int, right: int, text: str, look: Any) -> None:
    if (top, left) == (bottom, right):
        sheet.write(top, left, text, look)
    else:
        sheet.merge_range(top, left, bottom, right, text, look)


def _row(sheet: Any, looks: Mapping[str, Any], row: int, number: int, name: str) -> None:
    """A commune: its sums stay blank until one of its figures is filled in, for no figure is a silence and no zero."""
    sheet.write(row, 0, number, looks["name"])
    sheet.write(row, 1, name, looks["name"])
    for total, (_, parts) in SUMS.items():
        cells = f"{_letter(parts[0])}{row + 1}:{_letter(parts[-1])}{row + 1}"
        sheet.write_formula(row, total - 1, f'=IF(COUNT({cells})=0,"",SUM({cells}))', looks["sum"], "")
        for part in parts:
            sheet.write_blank(row, part - 1, None, looks["figure"])


def _letter(form_column: int) -> str:
    return chr(ord("A") + form_column - 1)


def _whole_number() -> dict[str, object]:
    return {
        "validate": "integer",
        "criteria": ">=",
        "value": 0,
        "error_title": "Số hồ sơ",
        "error_message": "Chỉ nhận số nguyên từ 0 trở lên.",
    }


def _explanations(book: Any, looks: Mapping[str, Any], words: Mapping[str, Any], province: str) -> None:
    sheet = book.add_worksheet(words["sheet"])
    sheet.write(0, 0, EXPLANATIONS, looks["title"])
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 100)
    for n, (name, text) in enumerate(words["lines"], 2):
        sheet.write(n, 0, name, looks["title"])
        sheet.write(n, 1, text.replace("{code}", province), looks["wrapped"])
    sheet.protect()
