"""Exports that open safely in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest

from display.words import numbers
from files import sheets
from files.sheets import to_csv


def cells(*row: object) -> list[str]:
    text = to_csv(["a"], [row]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1]


def test_a_byte_order_mark_tells_the_spreadsheet_that_it_is_utf_8():
    assert to_csv(["Tên"], []) == b"\xef\xbb\xbfT\xc3\xaan\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")'])
def test_a_text_that_would_run_as_a_formula_is_quoted(text):
    assert cells(text) == [f"'{text}"]


@pytest.mark.parametrize("text", ["Phường Tân Hòa", "a=b", "1-2", "Kon Rẫy, cũ", 'gọi là "mới"', "hai\ndòng", "'"])
def test_other_texts_stay_as_they_are(text):
    assert cells(text) == [text]


def test_negative_numbers_stay_numbers():
    assert cells(-1.5, -3) == ["-1.5", "-3"]


def test_no_value_is_an_empty_cell_and_no_zero():
    assert cells(None, 0, 0.0) == ["", "0", "0.0"]


def test_rows_end_as_spreadsheets_expect():
    assert to_csv(["a", "b"], [(1, 2)]).endswith(b"a,b\r\n1,2\r\n")


@pytest.mark.parametrize(
    ("value", "decimals", "shown"), [(81.25, 1, "81.3"), (0.05, 1, "0.1"), (2.675, 2, "2.68"), (2870.0, 0, "2,870")]
)
def test_a_workbook_holds_all_digits_and_shows_as_many_as_the_pages(value, decimals, shown):
    """A spreadsheet rounds what it shows as it reads, a half away from zero; so does `numbers.number`."""
    sheet = sheets.Sheet(["name", "value"], [("Xã A", value)], [], [decimals])
    stored, code = _cell(sheets.to_excel(sheet, ("a", "b")), "B2")

    assert float(stored) == value
    assert code == "#,##0" + ("." + "0" * decimals if decimals else "")
    assert numbers.number(value, "en", decimals) == shown


def _cell(content: bytes, place: str) -> tuple[str, str]:
    """(what is stored, the format's code) of a cell of the first sheet."""
    names = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        table, styles = (
            ElementTree.fromstring(book.read(f"xl/{name}.xml")) for name in ("worksheets/sheet1", "styles")
        )
    cell = table.find(f".//m:c[@r='{place}']", names)
    look = styles.findall("m:cellXfs/m:xf", names)[int(cell.get("s"))].get("numFmtId")
    own = {one.get("numFmtId"): one.get("formatCode") for one in styles.findall("m:numFmts/m:numFmt", names)}
    return cell.findtext("m:v", namespaces=names), {"3": "#,##0", "4": "#,##0.00", **own}[look]


def test_the_first_sheet_has_the_page_s_table_then_raw_columns_then_what_each_holds():
    shown = sheets.Shown(["Tên", "Giá trị (%)"], [["=1+1", sheets.Figure(94.4, 1)], ["Xã B", None]], "Bảng", ["Nguồn"])
    sheet = sheets.Sheet(
        ["name", "value"], [("=1+1", 94.44)], [("Nguồn", "x")], [1], {"name": "n", "value": "v"}, shown
    )
    made = sheets.to_excel(sheet, ("a", "b", "c"))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        pages = [archive.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2, 3)]
        texts = archive.read("xl/sharedStrings.xml").decode()

    assert "<f>" not in "".join(pages) and "=1+1" in texts
    assert [float(found) for page in pages[:2] for found in re.findall(r"<v>(94[^<]*)</v>", page)] == [94.4, 94.44]
    assert sheets.explained(sheet) == [("name", "n"), ("value", "v")]


def test_a_column_that_nothing_explains_is_an_error_where_others_are():
    with pytest.raises(KeyError, match="value"):
        sheets.explained(sheets.Sheet(["name", "value"], [], [], meanings={"name": "n"}))
