"""Files as they really are: every dossier of a well-formed export is counted once, whatever shape the file has."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from etl.dossiers import csv_file
from etl.dossiers.files import files_in
from etl.dossiers.lists import lists_of
from etl.dossiers.staging import stage_file
from etl.dossiers.store import Store
from etl.dossiers.units import Units
from files.faults import BadInput
from store.reference import reference_table
from tests.drawn import examples
from tests.etl.dossiers.exports import HEADERS, NAME, Bring, bring, row, text

__all__ = ["bring"]

UNITS = Units(reference_table("units"), reference_table("provinces"))
DAY = date(2026, 9, 26)
THREE = text(row(1), row(2), row(3))


def read(path: Path, dates: str | None = None) -> tuple[dict[str, date], set[int | None]]:
    """(code → day received of the dossiers taken, rows refused) of one file."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        refused = stage_file(store, path, UNITS, "25", DAY, dates=dates, lists=lists_of())
        parts = sorted(store.staging.rglob("*.arrow"))
        taken = (
            pl.concat([pl.read_ipc(part) for part in parts]) if parts else pl.DataFrame({"code": [], "received": []})
        )
    assert taken["code"].is_unique().all()
    return dict(taken.select("code", "received").iter_rows()), {one["row"] for one in refused}


@pytest.mark.parametrize(
    "content",
    [
        THREE.encode(),
        b"\xef\xbb\xbf" + THREE.encode(),
        THREE.encode("utf-16"),
        THREE.encode("utf-16-le"),
        THREE.encode("utf-16-be"),
        THREE.replace("\n", "\r\n").encode(),
        THREE.replace("\n", "\r").encode(),
        THREE.replace("H44", "H\x0044").encode(),
        ("\n\n" + THREE.replace("\n", "\n\n")).encode(),
        THREE.rstrip("\n").encode(),
        THREE.replace("\n", ";;;\n").encode(),
        ("sep=;\n" + THREE).encode(),
        ('BÁO CÁO "hồ sơ; tháng 8\nNgày in: 26/09/2026\n\n' + THREE).encode(),
        ('"DANH SÁCH\nTháng 8; 2026"\n' + THREE).encode(),
        (THREE + THREE.split("\n")[0] + "\n" + "Tổng cộng;;3;;;\n").encode(),
        THREE.replace(NAME, f'"{NAME}"').encode(),
        THREE.replace(";", " ; ").encode(),
        THREE.replace(";", "\t").encode(),
        THREE.replace(";", "|").encode(),
        THREE.replace(";", "||").encode(),
        THREE.replace("Đơn vị tiếp nhận", '"Đơn vị\ntiếp nhận"').encode(),
        THREE.replace("H44.202-260803-0002", " 'h44.202 – 260803 – 0002").encode(),
    ],
)
def test_each_shape_gives_the_three_dossiers(tmp_path, content):
    path = tmp_path / "e.csv"
    path.write_bytes(content)
    taken, refused = read(path)
    assert sorted(taken) == [f"H44.202-260803-000{n}" for n in (1, 2, 3)]
    assert refused == set()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('H44.202-260803-0009;"Phường Hòa Bình;03/08/2026;10/08/2026;07/08/2026;', "never closed|rows stand inside"),
        ('H44.202-260803-0009;Phường 2" Hòa Bình;03/08/2026;10/08/2026;07/08/2026;', "a quotation mark stands inside"),
        ("H44.202-260803-0009;Phường; Hòa Bình;03/08/2026;10/08/2026;07/08/2026;Đã trả kết quả", "more cells than"),
        ("Người lập biểu Nguyễn Văn Thử", "fewer cells than"),
        ("H44.202-260803-0009;Nguyễn\nVăn Thử", "fewer cells than"),
    ],
)
def test_a_line_that_is_no_record_costs_nothing_else(bring: Bring, broken, reason):
    lines = THREE.split("\n")
    taken = bring("\n".join([*lines[:2], broken, *lines[2:]]))
    assert taken.received() == {8: 3}
    kept = taken.table("quarantine")
    assert kept["row"].to_list()[0] == 3
    assert kept["reason"].str.contains(reason).any()
    assert kept["value"].drop_nulls().is_empty()
    assert "Thử" not in taken.said


def test_bytes_that_are_not_utf8_cost_their_line(bring: Bring):
    taken = bring(THREE.encode().replace("0002;Phường".encode(), b"0002;Ph\xb0\xeang"))
    assert (taken.received(), set(taken.reasons())) == ({8: 2}, {3})


def test_a_cell_with_line_breaks_is_put_together(bring: Bring):
    note = '"dòng một\ndòng hai; có dấu\n""ba"""'
    taken = bring(text(row(1, note), row(2, ""), more=("Ghi chú",)))
    assert taken.received() == {8: 2}


def test_a_record_broken_by_a_line_break_is_put_together(bring: Bring):
    taken = bring(text(row(1, "dòng một\ndòng hai", "x"), row(2, "", "x"), more=("Ghi chú", "Số hóa")))
    assert taken.received() == {8: 2}
    assert taken.figure("digitised_share") == (2, 2, "reported")


def test_chunks_may_end_anywhere(tmp_path, monkeypatch):
    path = tmp_path / "e.csv"
    rows = [row(n, '"a\nb;c"' if n % 5 == 0 else "") for n in range(200)]
    path.write_bytes(text(*rows, more=("Ghi chú",)).replace("\n", "\r\n").encode("utf-8-sig"))
    whole = read(path)
    assert len(whole[0]) == 200
    for size in (997, 1_499, 4_096):
        monkeypatch.setattr(csv_file, "CHUNK", size)
        assert read(path) == whole


def test_row_numbers_are_lines_of_the_file(bring: Bring):
    taken = bring('"Tiêu đề\nhai dòng"\n\n' + text(row(1, '"a\nb"'), row(2, "", done="31/02/2026"), more=("Ghi chú",)))
    assert taken.reasons() == {7: "this is no date"}


def test_a_folder_leaves_out_what_is_no_export(tmp_path):
    for name in ("a.csv", "~$a.xlsx", ".~lock.a.csv#", "README.txt", "readme.md", ".hidden.csv", "B.CSV"):
        (tmp_path / name).write_text(THREE)
    assert [path.name for path in files_in([tmp_path])] == ["B.CSV", "a.csv"]


def test_a_file_without_headings_names_none_of_its_cells(bring: Bring):
    taken = bring("H44.202-260803-0001;Nguyễn Văn Thử;0912345678;03/08/2026\n" * 3)
    assert taken.code == 1 and "no row of headings was found" in taken.said
    assert "Thử" not in taken.said and "0912" not in taken.said


@pytest.mark.parametrize(
    "nature", [b"<html><table><tr><td>x", b'<?xml version="1.0"?>', b"%PDF-1.7", b"PK\x03\x04xx", b"PAR1xx", b""]
)
def test_what_is_no_table_is_told_in_our_words(bring: Bring, tmp_path, nature):
    path = tmp_path / "e.xls"
    path.write_bytes(nature)
    taken = bring(path)
    assert taken.code == 1 and "e.xls:" in taken.said
    assert not {"calamine", "Error", "polars", "parquet:"} & {*taken.said.split()}


# Codes, units and provinces


def test_a_code_of_another_province_is_refused_by_name(bring: Bring):
    taken = bring(text(row(1, unit="00004"), row(2, unit="H01.28"), row(3, code="H01.28-260803-0003"), row(4)))
    assert taken.reasons()[2] == "00004 Phường Ba Đình is a commune of Hà Nội, but the export is of Phú Thọ"
    assert taken.reasons()[3] == "H01.28 is a code of An Giang, but the export is of Phú Thọ"
    assert taken.reasons()[4] == "the dossier's code is of An Giang, but the export is of Phú Thọ"
    assert taken.received() == {8: 1}


def test_the_deciding_unit_may_be_elsewhere(bring: Bring):
    taken = bring(text(row(1, "00004"), row(2, "Phường Hòa Bình"), more=("Đơn vị giải quyết",)))
    assert taken.received() == {8: 2}
    assert taken.figure("decided_elsewhere_share")[:2] == (1, 2)


def test_a_code_and_the_name_beside_it_must_agree(bring: Bring):
    taken = bring(
        text(row(1, unit="04795 - Xã Đà Bắc"), row(2, unit="04795 - Phường Hòa Bình"), row(3, unit="Xã Đà Bắc (04795)"))
    )
    assert taken.received() == {8: 1}
    assert taken.reasons()[2].startswith("code and name are not of one unit: 04795 is Phường Hòa Bình")


@pytest.mark.parametrize("written", ["4795", "4795.0", "04795.00", "'04795", " 04795 ", "04795"])
def test_numbers_that_lost_their_zeros_are_the_codes_they_were(bring: Bring, written):
    assert bring(text(row(1, unit=written))).received() == {8: 1}


def test_a_code_of_an_unknown_form_is_kept_as_a_hash(bring: Bring, tmp_path):
    taken = bring(
        text(row(1, code="12345.0"), row(2, code="0912345678"), row(3, code="AB/77/2026", due="17/08/2026", done=""))
    )
    assert taken.received() == {8: 3}
    kept = pl.concat([pl.read_parquet(path) for path in (tmp_path / "data").glob("dossiers_store/dossiers/*.parquet")])
    assert kept["code"].str.contains(r"^x[0-9a-f]{20}$").all()
    assert (
        "1 replaced"
        in bring(text(row(1, code="0012345", done="08/08/2026", due="17/08/2026")), "--exported", "2026-09-27").said
    )
    other = bring(text(row(1, code="12345", due="17/08/2026")), data="other")
    salted = pl.concat(
        [pl.read_parquet(path) for path in (other.data / "dossiers_store" / "dossiers").glob("*.parquet")]
    )
    assert not {*salted["code"]} & {*kept["code"]}


def test_a_store_from_before_gets_its_codes_hashed_and_counts_no_dossier_twice(bring: Bring):
    """Earlier versions kept such codes as they were, and drew no salt."""
    taken = bring(text(row(1, code="AB/77/2026", due="17/08/2026", done=""), row(2)))
    [file] = taken.data.glob("dossiers_store/dossiers/other*.parquet")
    old = pl.read_parquet(file).with_columns(code=pl.lit("AB/77/2026"))
    old.write_parquet(file)
    (taken.data / "dossiers_store" / "salt").unlink()

    again = bring(text(row(1, code="AB/77/2026", due="17/08/2026", done="08/08/2026")), "--exported", "2026-09-27")
    assert "0 dossiers new, 1 replaced" in again.said
    kept = pl.concat([pl.read_parquet(path) for path in taken.data.glob("dossiers_store/dossiers/*.parquet")])
    assert kept.filter(pl.col("code").str.contains("AB")).is_empty()
    assert not (taken.data / "dossiers_store" / "salt.drawn").exists()


def test_a_code_that_excel_cut_is_refused(bring: Bring):
    assert "power of ten" in bring(text(row(1, code="1.23457E+11"), row(2))).reasons()[2]


# Workbooks


def test_all_visible_sheets_are_read_and_hidden_ones_named(bring: Bring, tmp_path):
    path = tmp_path / "e.xlsx"
    with xlsxwriter.Workbook(path) as book:
        cover = book.add_worksheet("Bìa")
        cover.write_row(0, 0, ["BÁO CÁO", "Tháng 8/2026"])
        for name, first, headings in (("Một", 1, True), ("Hai", 3, True), ("Ba", 5, False), ("Ẩn", 7, True)):
            sheet = book.add_worksheet(name)
            rows = [row(first), row(first + 1)]
            for at, cells in enumerate(
                [["Tiêu đề"], [], [*HEADERS, "Ghi chú", "Ghi chú"], *rows] if headings else rows
            ):
                sheet.write_row(at, 0, cells)
            if name == "Ẩn":
                sheet.hide()
    taken = bring(path)
    assert taken.received() == {8: 6}
    assert "sheet 'Ẩn' is hidden and was not read" in taken.said
    assert "sheet 'Bìa' has no row of headings and was not read" in taken.said
    assert "sheet 'Ba' has no headings; it was read as going on" in taken.said


# All shapes together

days = st.dates(date(2026, 7, 1), date(2026, 9, 25))
formats = st.sampled_from(
    ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d", "%Y/%m/%d", "%Y-%d-%m", 
     "%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y", "%Y-%m-%dT%H:%M:%S", "%Y%m%d", "Z", "+00:00", "epoch"]
)  # fmt: skip


def written(day: date, form: str) -> str:
    """Ten in the morning of a day in Vietnam, in one of many forms."""
    moment = datetime(day.year, day.month, day.day, 5, 30)
    if form in ("Z", "+00:00"):
        return (moment - timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M:%S") + form
    if form == "epoch":
        return str(int((moment - timedelta(hours=7) - datetime(1970, 1, 1)).total_seconds()))
    return moment.strftime(form)


@st.composite
def exports(draw: st.DrawFn) -> tuple[bytes, dict[str, date]]:
    """A well-formed export in one of many shapes, and its dossiers."""
    received = draw(st.lists(days, min_size=1, max_size=8))
    form, separator = draw(formats), draw(st.sampled_from(";,\t|"))
    codes = [f"H44.202-{day:%y%m%d}-{n:04d}" for n, day in enumerate(received)]
    order = draw(st.permutations(range(4)))
    notes = draw(
        st.lists(st.sampled_from(["", "ghi chú", '"a; b, c"', '"hai\ndòng"', '"nói ""có"""']), min_size=8, max_size=8)
    )
    lines = [[("Mã hồ sơ", "MA_HO_SO")[draw(st.booleans())], "Đơn vị tiếp nhận", "Ngày tiếp nhận", "Ghi chú"]]
    unit = draw(
        st.sampled_from([NAME, "4795", "04795.0", "UBND phường Hòa Bình", "04795 - Phường Hòa Bình", "phuong hoa binh"])
    )
    lines += [[code, unit, written(day, form), note] for code, day, note in zip(codes, received, notes, strict=False)]
    if draw(st.booleans()):
        lines.insert(draw(st.integers(1, len(lines))), lines[0])
    if draw(st.booleans()):
        lines.append(["Tổng cộng", "", str(len(codes)), ""])
    said = [separator.join(line[n] for n in order) for line in lines]
    if draw(st.booleans()):
        said = [line + separator * 2 for line in said]
    for _ in range(draw(st.integers(0, 2))):
        said.insert(draw(st.integers(1, len(said))), "")
    titles = draw(st.sampled_from([[], ["DANH SÁCH HỒ SƠ"], ["sep=" + separator], ['"HAI\nDÒNG"', ""]]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    content = end.join(line.replace("\n", end) for line in [*titles, *said]) + end * draw(st.integers(0, 2))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]))
    return content.encode(encoding), dict(zip(codes, received, strict=True))


@examples(100, HealthCheck.function_scoped_fixture)
@given(exports())
def test_every_dossier_of_a_well_formed_export_is_counted_once(tmp_path, export):
    content, dossiers = export
    path = tmp_path / "e.csv"
    path.write_bytes(content)
    try:
        taken, refused = read(path)
    except BadInput as problem:
        assert "month before the day" in str(problem)
        taken, refused = read(path, "month-first")
    assert taken == dossiers
    assert refused == set()


DAMAGE = {
    "an open quotation mark": lambda cells: [cells[0], '"' + cells[1], *cells[2:]],
    "a mark of inches": lambda cells: [cells[0], cells[1] + ' 2" ', *cells[2:]],
    "a closing mark": lambda cells: [*cells[:3], 'ghi chú"'],
    "a cell too many": lambda cells: [*cells[:3], "ghi", "chú", "thừa"],
    "broken off": lambda cells: cells[:2],
    "a line break": lambda cells: [*cells[:3], "ghi\nchú"],
    "a quoted line break": lambda cells: [*cells[:3], '"ghi\nchú"'],
    "empty cells behind": lambda cells: [*cells, "", ""],
    "no date": lambda cells: [*cells[:2], "31/02/2026", cells[3]],
    "an error of Excel": lambda cells: [*cells[:2], "#REF!", cells[3]],
    "another province": lambda cells: [cells[0], "00004", *cells[2:]],
}


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, list[tuple[str, int, bool]]]:
    """An export with some damaged rows, and (code, number of its line, whether it is sound) of each dossier."""
    separator = draw(st.sampled_from(";,\t|"))
    lines = [separator.join(["Mã hồ sơ", "Đơn vị tiếp nhận", "Ngày tiếp nhận", "Ghi chú"])]
    told, line = [], 2
    for number, day in enumerate(draw(st.lists(days, min_size=2, max_size=10))):
        cells = [f"H44.202-{day:%y%m%d}-{number:04d}", NAME, f"{day:%d/%m/%Y}", ""]
        harm = draw(st.sampled_from([None, None, None, *DAMAGE]))
        text = separator.join(DAMAGE[harm](cells) if harm else cells)
        told.append((cells[0], line, harm in (None, "empty cells behind")))
        lines.append(text)
        line += 1 + text.count("\n")
    return "\n".join(lines) + "\n", told


@examples(60, HealthCheck.function_scoped_fixture)
@given(damaged())
def test_every_dossier_of_a_damaged_export_is_counted_or_named_and_costs_no_other(tmp_path, export):
    content, told = export
    path = tmp_path / "e.csv"
    path.write_text(content, encoding="utf-8")
    taken, refused = read(path)
    assert {*taken} <= {code for code, _, _ in told}
    assert [code for code, line, _ in told if code not in taken and line not in refused] == []
    assert [code for code, _, sound in told if sound and code not in taken] == []
