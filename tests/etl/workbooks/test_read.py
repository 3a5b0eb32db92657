"""Workbooks are opened in a box: what they claim to span, what is hidden in them, what nobody calculated."""

from __future__ import annotations

import io
import os
import re
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from etl.workbooks import box
from etl.workbooks.formulas import Calculation, NotPlain, address, parsed
from etl.workbooks.inside import Limits, Refused, answer
from etl.workbooks.read import DOSSIERS, FORM, UNCALCULATED, Workbook, read_workbook
from files.faults import BadInput
from files.places import HOME

HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
CORNERS = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.fixture
def read(tmp_path, monkeypatch) -> Callable[..., Workbook]:
    """Reads a workbook without a process of its own."""

    def here(path: Path, limits: Limits, **_: object):
        try:
            return answer(path.read_bytes(), limits)
        except Refused as error:
            raise box.Failed(str(error)) from None

    monkeypatch.setattr(box, "read_apart", here)
    return read_workbook


def book(path: Path, fill: Callable[[xlsxwriter.Workbook], None]) -> Path:
    with xlsxwriter.Workbook(path) as made:
        fill(made)
    return path


def with_sheet(path: Path, *rows: bytes) -> Path:
    """A workbook whose only sheet has these rows of XML."""
    book(path, lambda made: made.add_worksheet("x").write(0, 0, "a"))
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename.endswith("sheet1.xml"):
                with new.open(item.filename, "w") as part:
                    part.write(HEAD)
                    part.writelines(rows)
                    part.write(b"</sheetData></worksheet>")
            else:
                new.writestr(item.filename, old.read(item))
    path.write_bytes(out.getvalue())
    return path


# The box


@pytest.mark.parametrize("purpose", [FORM, DOSSIERS], ids=["form", "dossiers"])
@pytest.mark.parametrize(
    "rows",
    [
        [CORNERS],
        [b"<row><c><v>1</v></c></row>", CORNERS],
        [re.sub(rb"(</?)(row|c)\b", rb"\1x:\2", CORNERS)],
        [b'<row r="1"><c s="0" r="A1"><v>1</v></c></row><row r="9999"><c s="0" r="XFD99999"><v>1</v></c></row>'],
    ],
    ids=["corners", "without addresses", "with a prefix", "addresses behind"],
)
def test_a_sheet_that_spans_far_more_than_it_holds_is_refused_at_once(tmp_path, purpose, rows):
    path = with_sheet(tmp_path / "x.xlsx", *rows)
    started = time.monotonic()
    with pytest.raises(BadInput, match="spans A1:XFD"):
        read_workbook(path, purpose)
    assert time.monotonic() - started < 20  # two seconds on a machine that does nothing else


def test_the_corners_of_an_old_workbook_are_refused_too(tmp_path):
    made = xlwt.Workbook()
    sheet = made.add_sheet("x")
    sheet.write(0, 0, "a")
    sheet.write(65_535, 255, "b")
    made.save(str(tmp_path / "x.xls"))
    with pytest.raises(BadInput, match="spans A1:IV65536, far more than the 2 cells"):
        read_workbook(tmp_path / "x.xls")


def test_rows_that_hold_nothing_are_read_or_refused_by_their_size(read, tmp_path):
    empty = (b'<row r="%d" s="1"><c r="A%d" s="1"/></row>' % (n, n) for n in range(2, 200_000))
    few = with_sheet(tmp_path / "few.xlsx", b'<row r="1"><c r="A1"><v>7</v></c></row>', *empty)
    assert read(few).sheets[0].cells.rows() == [("7",)]
    many = with_sheet(tmp_path / "many.xlsx", (b'<row r="9" ' + b" " * 1_000_000 + b"/>") * 40)
    with pytest.raises(BadInput, match="unfolds"):
        read(many)


def test_the_box_knows_no_secret_and_has_little_memory(tmp_path, monkeypatch):
    given = {}

    def watched(command, **options):
        given.update(options)
        raise ValueError

    monkeypatch.setenv("GANDAN_SECRET", "sesame")
    monkeypatch.setattr(box.subprocess, "run", watched)
    with pytest.raises(BadInput):
        read_workbook(book(tmp_path / "x.xlsx", lambda made: made.add_worksheet().write(0, 0, "a")))
    assert "sesame" not in str(given)
    assert set(given["env"]) <= {"PATH", "SYSTEMROOT", "PYTHONUTF8", "OMP_NUM_THREADS", "ARROW_DEFAULT_MEMORY_POOL"}
    assert FORM.memory <= 1 << 30 and "HOME" not in given["env"] and os.environ["GANDAN_SECRET"]


@pytest.fixture
def unit(tmp_path, monkeypatch) -> Iterator[Callable[[list[str]], None]]:
    """Starts a program behind a socket for one connection, as systemd does: the socket is its standard input."""
    place, listening = tmp_path / "box.sock", socket.socket(socket.AF_UNIX)
    listening.bind(str(place))
    listening.listen()
    monkeypatch.setenv(box.SOCKET, str(place))
    started: list[threading.Thread] = []

    def start(command: list[str]) -> None:
        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                subprocess.run(command, stdin=connection, stdout=connection, cwd=HOME, env={}, check=False)

        started.append(threading.Thread(target=serve))
        started[0].start()

    yield start
    started[0].join(20)
    listening.close()


def test_under_systemd_a_unit_of_its_own_opens_the_workbook_and_sees_no_file(tmp_path, monkeypatch, unit):
    path = book(tmp_path / "x.xlsx", lambda made: made.add_worksheet("a").write_row(0, 0, ["b", 7]))
    ordered = {}
    monkeypatch.setattr(box, "_of_a_child", lambda *_: pytest.fail("a child was started"))
    monkeypatch.setattr(box, "_written", lambda order, write=box._written: ordered.update(order) or write(order))
    unit([sys.executable, "-m", "etl.workbooks.box"])
    assert read_workbook(path).sheets[0].cells.rows() == [("b", "7")]
    assert ordered.keys() == {"limits", "memory", "seconds"}


def test_a_unit_that_is_ended_for_its_memory_costs_that_workbook_alone(tmp_path, unit):
    path = book(tmp_path / "x.xlsx", lambda made: made.add_worksheet("a").write(0, 0, "b"))
    unit(["/bin/sh", "-c", "head -c 100 > /dev/null; kill -9 $$"])
    with pytest.raises(BadInput, match="damaged"):
        read_workbook(path)


def test_without_systemd_or_for_an_export_a_child_opens_the_workbook(tmp_path, monkeypatch, capsys):
    path, children = tmp_path / "x.xlsx", []
    book(path, lambda made: made.add_worksheet("a").write(0, 0, "b"))

    def child(order: dict, seconds: int) -> bytes:
        children.append(order["path"])
        raise ValueError

    monkeypatch.setattr(box, "_of_a_child", child)
    for place, purpose in (("", FORM), (str(tmp_path / "none.sock"), FORM), (str(tmp_path / "none.sock"), DOSSIERS)):
        monkeypatch.setenv(box.SOCKET, place)
        with pytest.raises(BadInput):
            read_workbook(path, purpose)
    assert children == [str(path)] * 3
    assert capsys.readouterr().err.count("nothing answers there") == 1


# What is in the sheets


def test_all_visible_sheets_are_read_and_hidden_ones_named(read, tmp_path):
    def fill(made: xlsxwriter.Workbook) -> None:
        for name in ("A", "B", "C"):
            made.add_worksheet(name).write(2, 1, name)
        made.worksheets()[1].hide()

    found = read(book(tmp_path / "x.xlsx", fill))
    assert [(sheet.name, sheet.cells.row(2)) for sheet in found.sheets] == [("A", (None, "A")), ("C", (None, "C"))]
    assert found.hidden == ["B"]


def test_hidden_rows_and_columns_are_read_and_named(read, tmp_path):
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet()
        for n in range(6):
            sheet.write_row(n, 2, [n, n, n])
        for n in (1, 3, 4):
            sheet.set_row(n, None, None, {"hidden": True})
        sheet.set_column(3, 3, None, None, {"hidden": True})

    (sheet,) = read(book(tmp_path / "x.xlsx", fill)).sheets
    assert sheet.hidden == ["rows 2, 4–5 are hidden; they were read", "columns D are hidden; they were read"]
    assert sheet.cells.height == 6


def test_hidden_rows_of_an_old_workbook_are_named(read, tmp_path):
    made = xlwt.Workbook()
    sheet = made.add_sheet("x")
    for n in range(4):
        sheet.write(n, 0, n)
    sheet.row(2).hidden = True
    sheet.col(0).hidden = True
    made.add_sheet("y").visibility = 1
    made.save(str(tmp_path / "x.xls"))
    found = read(tmp_path / "x.xls")
    assert found.sheets[0].hidden == ["rows 3 are hidden; they were read", "columns A are hidden; they were read"]
    assert found.hidden == ["y"]


def test_errors_of_excel_keep_their_names_and_places(read, tmp_path):
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet()
        sheet.write(0, 1, "a")
        sheet.write_formula(4, 3, "=X!A1", None, "#REF!")

    (sheet,) = read(book(tmp_path / "x.xlsx", fill)).sheets
    assert sheet.cells.row(4)[3] == "#REF!"


# Formulas


def sums(write: Callable[[int, int, str, object], None]) -> None:
    """D1 to F1 hold 1, 2, 3; then sums of them, of sums and, in I1, something that is no sum."""
    for column, number in ((3, 1), (4, 2), (5, 3)):
        write(0, column, f"0+{number}", 0)
    write(0, 6, "SUM(D1:F1)", 0)
    write(0, 7, "G1+F1-(D1)", 0)


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_plain_sums_that_nobody_calculated_are_worked_out(read, tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    if ending == "xlsx":
        with xlsxwriter.Workbook(path) as made:
            sheet = made.add_worksheet()
            sums(lambda r, c, formula, kept: sheet.write_formula(r, c, "=" + formula, None, kept))
    else:
        old = xlwt.Workbook()
        page = old.add_sheet("x")
        sums(lambda r, c, formula, kept: page.write(r, c, xlwt.Formula(formula)))
        old.save(str(path))
    (found,) = read(path).sheets
    assert found.cells.row(0)[3:] == ("1", "2", "3", "6", "8")
    assert found.computed == ["D1", "E1", "F1", "G1", "H1"]


@pytest.mark.parametrize("kept", ["", 0])
def test_other_formulas_that_nobody_calculated_are_marked(read, tmp_path, kept):
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet()
        sheet.write(0, 0, 5)
        sheet.write_formula(0, 1, "=VLOOKUP(A1,C1:D9,2)", None, kept)

    (sheet,) = read(book(tmp_path / "x.xlsx", fill)).sheets
    assert sheet.cells.row(0) == ("5", UNCALCULATED)


def test_what_a_program_calculated_is_believed(read, tmp_path):
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet()
        sheet.write_formula(0, 0, "=VLOOKUP(1,C1:D9,2)", None, 0)
        sheet.write_formula(0, 1, "=MAX(1,7)", None, 7)

    (sheet,) = read(book(tmp_path / "x.xlsx", fill)).sheets
    assert (sheet.cells.row(0), sheet.computed) == (("0", "7"), [])


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=A1+B1", 3), ("=SUM(A1:B2,10)", 20), ("=-A1+(B1-3)", -2), ("=SUM($A$1;B1)", 3), ("='Tờ 2'!A1", 9),
        ('=IF(COUNT(A1:B1)=0,"",SUM(A1:B1))', 3), ('=IF(COUNT(D1:E1)=0,"",SUM(D1:E1))', None), ("=D1+0", 0),
    ],
)  # fmt: skip
def test_what_a_plain_sum_comes_to(formula, value):
    values = {("x", 0, 0): "1", ("x", 0, 1): "2", ("x", 1, 0): "3", ("x", 1, 1): "4", ("Tờ 2", 0, 0): "9"}
    assert Calculation(values, {("x", 9, 9): parsed(formula)}).at(("x", 9, 9)) == value


@pytest.mark.parametrize(
    "formula", ["=A1*2", "=SUM(A:A)", "=IF(A1>0,1,2)", "=NOW()", "=[1]x!A1", "=SUM(A1", '="a"', ""]
)
def test_what_is_no_plain_sum(formula):
    with pytest.raises(NotPlain):
        parsed(formula)


def test_a_sum_of_itself_comes_to_nothing():
    circle = {("x", 0, 0): parsed("=B1"), ("x", 0, 1): parsed("=A1+1")}
    with pytest.raises(NotPlain):
        Calculation({}, circle).at(("x", 0, 0))


def test_a_shared_formula_moves_with_its_cell():
    assert parsed("SUM(D8:$F$8)", (2, 1)) == ("sum", ("cells", None, 9, 4, 7, 5))
    assert [address(9, n) for n in (0, 25, 26, 701, 702, 16_383)] == ["A10", "Z10", "AA10", "ZZ10", "AAA10", "XFD10"]


# Other files with an Excel name


PAGE = """<html><head><meta charset="utf-8"><style>td {color: red}</style></head><body><p>Tháng 8</p><table>
<tr><td rowspan="2">A</td><td colspan="2">B<br>C</td></tr><tr><td>1</td><td>2&nbsp;</td></tr>
</table></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_web_page_with_an_excel_name_is_read(read, tmp_path, encoding):
    (tmp_path / "x.xls").write_bytes(PAGE.encode(encoding))
    (sheet,) = read(tmp_path / "x.xls").sheets
    assert sheet.cells.rows() == [("Tháng 8", None, None), ("A", "B\nC", None), (None, "1", "2")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"ma;ten\r1;2\r", "a text or other file"),
        (b'<?xml version="1.0"?><Workbook/>', "an XML file"),
        (b"%PDF-1.7", "a PDF document"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "a web page in one file"),
    ],
)
def test_what_is_no_workbook_is_told_in_plain_words(read, tmp_path, content, said):
    (tmp_path / "x.xls").write_bytes(content)
    with pytest.raises(BadInput, match=f"is no Excel workbook but {said}"):
        read(tmp_path / "x.xls")
