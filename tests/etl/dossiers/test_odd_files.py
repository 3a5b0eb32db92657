"""Files that once came out silently wrong: each is read rightly, or what nobody can tell is named or asked."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt

from etl.dossiers import batch, staging
from etl.dossiers.codes import CUT_CODE
from etl.dossiers.lists import lists_of
from etl.dossiers.store import Store
from files.faults import BadInput
from tests.etl.dossiers.exports import HEADERS, row, text
from tests.etl.dossiers.test_shapes import DAY, UNITS

MORE = ("Số hóa",)


def dossier(number: int, *further: str, **cells: str) -> list[str]:
    own = {"received": f"{number:02d}/08/2026", "due": "25/08/2026", "done": "20/08/2026"} | cells
    return row(number, *further, code=f"H44.202-2608{number:02d}-{number:04d}", **own)


def stage(tmp_path, content: str, capsys, lists=None) -> tuple[pl.DataFrame, list[dict], str]:
    """(the dossiers that were taken, refused rows, what the report says)."""
    path, store = tmp_path / "x.csv", Store(tmp_path / "data")
    path.write_text(content, encoding="utf-8")
    refused = staging.stage_file(store, path, UNITS, "25", DAY, lists=lists or lists_of())
    parts = [pl.read_ipc(part) for part in sorted(store.staging.rglob("*.arrow"))]
    return pl.concat(parts).sort("code"), refused, capsys.readouterr().out


# Ticks


@pytest.mark.parametrize(("check", "cross"), [("✓", "×"), ("√", "x"), ("☑", "☒"), ("v", "X"), ("✔", "✗")])
def test_a_cross_beside_check_marks_is_not_taken_for_a_yes(tmp_path, capsys, check, cross):
    rows = [dossier(n, check if n % 3 else cross) for n in range(1, 10)]
    taken, _, said = stage(tmp_path, text(*rows, more=MORE), capsys)
    assert taken["digitised"].to_list() == [True if n % 3 else None for n in range(1, 10)]
    assert re.search(r"digitised: 3 (crosses stand beside 6 check marks|rows with words that are not known)", said)


@pytest.mark.parametrize(("yes", "other", "no"), [("x", "", False), ("×", "Không", False), ("✓", "☐", False)])
def test_marks_of_one_kind_say_yes_as_before(tmp_path, capsys, yes, other, no):
    taken, _, said = stage(tmp_path, text(dossier(1, yes), dossier(2, other), more=MORE), capsys)
    assert taken["digitised"].to_list() == [True, no]
    assert "crosses" not in said


def test_a_province_can_say_what_a_cross_means(tmp_path, capsys):
    local = tmp_path / "local" / "dossiers"
    local.mkdir(parents=True)
    (local / "headers.yaml").write_text('values:\n  "no": ["×"]\n', encoding="utf-8")
    rows = text(dossier(1, "✓"), dossier(2, "×"), more=MORE)
    taken, _, said = stage(tmp_path, rows, capsys, lists_of(tmp_path))
    assert taken["digitised"].to_list() == [True, False] and "crosses" not in said


# Files that are joined


EXCHANGED = ("Mã hồ sơ", "Đơn vị tiếp nhận", "Hạn trả", "Ngày tiếp nhận", "Ngày có kết quả", "Trạng thái")
MOVED = ("Ngày tiếp nhận", "Mã hồ sơ", "Hạn trả", "Đơn vị tiếp nhận", "Ngày có kết quả", "Trạng thái")
FEWER = ("Mã hồ sơ", "Đơn vị tiếp nhận", "Ngày tiếp nhận", "Ngày có kết quả")


@pytest.mark.parametrize("headings", [EXCHANGED, MOVED, FEWER], ids=["exchanged", "moved", "fewer"])
def test_joined_files_with_other_columns_are_refused_where_the_second_begins(tmp_path, capsys, headings):
    first = text(dossier(1), dossier(2))
    cells = dict(zip(("Mã hồ sơ", "Đơn vị tiếp nhận", "Ngày tiếp nhận", "Hạn trả"), dossier(3), strict=False))
    second = ";".join(cells.get(heading, "") for heading in headings)
    with pytest.raises(BadInput, match=r"x\.csv, row 4: the headings stand again over other columns"):
        stage(tmp_path, first + ";".join(headings) + "\n" + second + "\n", capsys)
    assert not list((tmp_path / "data").rglob("*.parquet"))


def test_joined_files_with_the_same_columns_are_read(tmp_path, capsys):
    second = "\ufeff" + text(dossier(3), dossier(4)).replace("Trạng thái", "TRANG_THAI;;")
    taken, refused, _ = stage(tmp_path, text(dossier(1), dossier(2)) + second, capsys)
    assert (taken.height, refused) == (4, [])


# What stands for nothing


NOTHING = (
    "NULL", "null", "None", "NaN", "NaT", "N/A", "-", "–", "0", "00/00/0000", "0000-00-00", "01/01/0001",
    "0001-01-01T00:00:00", "1/1/1900", "1900-01-01 00:00:00.000", "01/01/1900 12:00:00 AM", "1970-01-01T07:00:00",
    "1753-01-01", "31/12/9999", "9999-12-31 23:59:59",
)  # fmt: skip
SOMETHING = ("chưa có", "01/01/190", "32/08/2026", "đang chờ", "-1", "01/13/1901")


def test_what_systems_write_for_nothing_is_an_empty_cell(tmp_path, capsys):
    rows = [dossier(n, "null", done=cell) for n, cell in enumerate(NOTHING, start=1)]
    taken, refused, said = stage(
        tmp_path, text(*rows, dossier(24, "2", done=""), more=("Số ngày chờ bổ sung",)), capsys
    )
    assert refused == []
    assert taken["done"].null_count() == len(NOTHING) + 1 and taken["waited"].to_list()[-1] == 2
    assert f"done: {len(NOTHING)} cells hold what stands for nothing" in said


@pytest.mark.parametrize("cell", SOMETHING)
def test_other_words_and_days_are_refused_as_before(cell):
    assert not re.search(batch._NO_DAY.replace("(?i:", "(?:"), cell, re.IGNORECASE)


# Codes


@pytest.mark.parametrize("cut", [True, False])
def test_long_numbers_that_excel_has_rounded_are_no_codes(tmp_path, capsys, cut):
    """Two dossiers of one day would come to one, without a word."""
    rows = [dossier(n) for n in range(1, 6)]
    for n, cells in enumerate(rows):
        cells[0] = "260817000000000000" if cut else f"26081700000000{n:04d}"
    path, store = tmp_path / "x.csv", Store(tmp_path / "data")
    path.write_text(text(*rows), encoding="utf-8")
    refused = staging.stage_file(store, path, UNITS, "25", DAY, lists=lists_of())
    assert [one["reason"] for one in refused] == ([CUT_CODE] * 5 if cut else [])


# Days


def test_a_year_that_the_code_contradicts_is_named(tmp_path, capsys):
    rows = [dossier(n) for n in range(1, 4)] + [
        dossier(14, received="14/08/2025"),
        dossier(15, received="01/09/2026", due="25/09/2026", done="20/09/2026"),
    ]
    taken, refused, said = stage(tmp_path, text(*rows), capsys)
    assert (taken.height, refused) == (5, [])
    assert "received: 1 rows lie more than 60 days from the day in the dossier's code (rows 5)" in said


def test_no_number_in_parquet_is_an_empty_cell(tmp_path, capsys):
    path, store = tmp_path / "x.parquet", Store(tmp_path / "data")
    cells = [dossier(n) for n in (1, 2, 3)]
    columns = {name: [one[at] for one in cells] for at, name in enumerate(HEADERS)}
    pl.DataFrame(columns | {"Số hóa": [1.0, float("nan"), 0.0]}).write_parquet(path)
    assert staging.stage_file(store, path, UNITS, "25", DAY, lists=lists_of()) == []
    (part,) = store.staging.rglob("*.arrow")
    assert pl.read_ipc(part).sort("code")["digitised"].to_list() == [True, None, False]
    assert "not known" not in capsys.readouterr().out


# What stands about a cell for Excel's sake


def test_a_formula_that_says_a_text_is_that_text(tmp_path, capsys):
    """Web systems write ="0012" so that Excel keeps zeros; such a file was refused row by row."""
    lines = [";".join(f'="{cell}"' if at < 3 else cell for at, cell in enumerate(dossier(n))) for n in (1, 2)]
    content = text(dossier(3)) + "\n".join(lines) + "\n"
    taken, refused, _ = stage(tmp_path, content, capsys)
    assert taken["code"].to_list() == [f"H44.202-26080{n}-000{n}" for n in (1, 2, 3)] and refused == []


@pytest.mark.parametrize("mark", ["\u200b", "\u00ad", "\ufeff", "\u200e"])
def test_a_mark_in_a_code_that_nobody_sees_makes_no_other_dossier(tmp_path, capsys, mark):
    code = f"H44.202{mark}-260801-0001{mark}"
    taken, refused, _ = stage(tmp_path, text(dossier(1), dossier(2)), capsys)
    assert taken.height == 2 and refused == []
    (tmp_path / "again").mkdir()
    again = stage(tmp_path / "again", text([code, *dossier(1)[1:]], dossier(2)), capsys)
    assert again[0]["code"].to_list() == taken["code"].to_list() and again[1] == []


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
@pytest.mark.parametrize("since", [1900, 1904])
@pytest.mark.parametrize("shape", ["General", "dd/mm/yyyy"])
def test_days_are_counted_from_the_year_that_the_workbook_counts_from(tmp_path, kind, since, shape):
    """Bare numbers of days in a workbook of Excel for Macintosh were read four years early."""
    first = datetime(1899, 12, 30) if since == 1900 else datetime(1904, 1, 1)
    days = {"received": datetime(2026, 8, 3), "due": datetime(2026, 8, 25), "done": datetime(2026, 8, 20, 12)}
    path, store = tmp_path / f"x.{kind}", Store(tmp_path / "data")
    cells = [[*dossier(n)[:2], *((day - first) / timedelta(days=1) for day in days.values())] for n in (1, 2)]
    _write(path, cells, shape, since)
    assert staging.stage_file(store, path, UNITS, "25", DAY, lists=lists_of()) == []
    (part,) = store.staging.rglob("*.arrow")
    assert {name: pl.read_ipc(part)[name].to_list() for name in days} == {
        name: [day.date()] * 2 for name, day in days.items()
    }


def _write(path: Path, rows: list[list[str | float]], shape: str, since: int) -> None:
    if path.suffix == ".xls":
        book = xlwt.Workbook()
        book.dates_1904 = since == 1904
        sheet, form = book.add_sheet("HS"), xlwt.easyxf(num_format_str=shape)
    else:
        book = xlsxwriter.Workbook(path, {"date_1904": since == 1904})
        sheet, form = book.add_worksheet("HS"), book.add_format({"num_format": shape})
    for at, cells in enumerate([list(HEADERS[:5]), *rows]):
        for column, cell in enumerate(cells):
            sheet.write(at, column, cell, *([form] if isinstance(cell, float) else []))
    book.save(str(path)) if path.suffix == ".xls" else book.close()
