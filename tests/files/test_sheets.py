"""Exports that open safely in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest

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
