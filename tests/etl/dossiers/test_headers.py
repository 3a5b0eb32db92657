"""Headings of two rows, as where a group of columns has a heading of its own above them."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
import xlsxwriter

from etl.dossiers.headers import headings_in
from etl.dossiers.lists import lists_of
from etl.dossiers.staging import stage_file
from etl.dossiers.store import Store
from files.faults import BadInput
from tests.etl.dossiers.test_shapes import DAY, UNITS

ABOVE = ("STT", "Mã hồ sơ", "Tiếp nhận", "", "Giải quyết", "", "Người nộp", "", "Trạng thái")
BELOW = ("", "", "Đơn vị", "Ngày", "Hạn", "Ngày hoàn thành", "Họ tên", "Ngày nhận", "")
ROW = (
    "1",
    "H44.202-260803-0001",
    "Phường Tân Hòa",
    "03/08/2026",
    "25/08/2026",
    "20/08/2026",
    "Trần Thị B",
    "21/08/2026",
    "",
)
GROUPS = ((2, 3), (4, 5), (6, 7))


def taken(path, capsys) -> tuple[pl.DataFrame, list[dict], str]:
    store = Store(path.parent / "data")
    refused = stage_file(store, path, UNITS, "25", DAY, lists=lists_of())
    (part,) = store.staging.rglob("*.arrow")
    return pl.read_ipc(part), refused, capsys.readouterr().out


def is_read_rightly(path, capsys) -> None:
    rows, refused, said = taken(path, capsys)
    found = rows.select("code", "received", "due", "done").rows()
    assert found == [(ROW[1], date(2026, 8, 3), date(2026, 8, 25), date(2026, 8, 20))]
    assert refused == [] and "columns personal, dropped: Họ tên Người nộp" in said and "Trần" not in said


@pytest.mark.parametrize("titles", [(), ("DANH SÁCH HỒ SƠ", "Tháng 8 năm 2026")])
def test_a_csv_with_groups_of_headings_is_read(tmp_path, capsys, titles):
    path = tmp_path / "x.csv"
    lines = [*titles, *(";".join(cells) for cells in (ABOVE, BELOW, ROW))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    is_read_rightly(path, capsys)


@pytest.mark.parametrize("start", [0, 3])
def test_a_workbook_with_merged_groups_of_headings_is_read(tmp_path, capsys, start):
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        if start:
            sheet.write(0, 0, "DANH SÁCH HỒ SƠ")
        grouped = {at for group in GROUPS for at in group}
        for first, last in GROUPS:
            sheet.merge_range(start, first, start, last, ABOVE[first])
        for at, text in enumerate(ABOVE):
            if at not in grouped:
                sheet.merge_range(start, at, start + 1, at, text)
        for at, text in enumerate(BELOW):
            if text:
                sheet.write(start + 1, at, text)
        sheet.write_row(start + 2, 0, ROW)
    is_read_rightly(path, capsys)


def test_headings_in_one_row_are_not_joined_with_what_stands_about_them():
    headings = ["Mã hồ sơ", "Đơn vị tiếp nhận", "Ngày tiếp nhận", "Trạng thái"]
    groups = ["Hồ sơ", "Thông tin tiếp nhận", "", "Kết quả"]
    first = ["H44.202-260803-0001", "Phường Tân Hòa", "03/08/2026", "Đang xử lý"]
    assert headings_in([headings, first], lists_of()) == (0, 1, headings)
    assert headings_in([groups, headings, first], lists_of()) == (1, 1, headings)


def test_two_columns_that_mean_the_same_by_their_groups_are_refused(tmp_path):
    path = tmp_path / "x.csv"
    above = ("Mã hồ sơ", "Tiếp nhận", "", "Tiếp nhận", "", "Trạng thái")
    below = ("", "Đơn vị", "Ngày", "Ngày", "Ghi chú", "")
    path.write_text("\n".join(map(";".join, (above, below))) + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match="both mean received"):
        stage_file(Store(tmp_path / "data"), path, UNITS, "25", DAY, lists=lists_of())
