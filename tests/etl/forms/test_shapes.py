"""Forms as they really are: every figure of a well-formed form counts once, or is named, whatever shape it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from etl.forms.periods import title_periods
from etl.forms.understand import understood
from etl.workbooks import box
from etl.workbooks.inside import Refused, answer
from etl.workbooks.read import read_workbook
from files.faults import BadInput
from store.reference import reference_table
from tests.drawn import examples
from tests.workbooks import AUGUST, BY_FIELD, HEADINGS, SIGNATURES, FormSheet, counts, row, write

NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
UNITS, PROVINCES = reference_table("units"), reference_table("provinces")
NAMES = {"04795": "Phường Hòa Bình", "04831": "Xã Đà Bắc", "08494": "Xã Lâm Thao", "07900": "Phường Việt Trì"}
F, G = counts(60, 40, 10, 50, 30, 5, 20, 5), counts(6, 4, 1, 5, 3, 0, 2, 1)
HEAD = ("Biểu số II.06/VPCP/KSTT", "KẾT QUẢ GIẢI QUYẾT TTHC", "Đơn vị báo cáo: UBND tỉnh Phú Thọ")


@pytest.fixture(autouse=True)
def _here(monkeypatch) -> None:
    """These files do no harm, so they need no process apart."""
    monkeypatch.setattr(box, "read_apart", read_here)


def read_here(path: Path, limits, **_: object):
    try:
        return answer(path.read_bytes(), limits)
    except Refused as error:
        raise box.Failed(str(error)) from None


def read(path: Path, **options):
    """(unit, field, period) → received in the period; and the report."""
    chosen = {"province": "25", "period": None, "unit": None} | options
    harvest, report = understood(
        path.name,
        read_workbook(path),
        UNITS,
        PROVINCES,
        chosen["province"],
        chosen["period"],
        chosen["unit"],
        NOW,
        strict=False,
    )
    rows = harvest.measurements.filter(pl.col("measure") == "received", pl.col("state") == "reported")
    found = {
        (unit, field, f"{start:%m%d}-{end:%m%d}"): int(n)
        for unit, field, start, end, n in rows.select(
            "unit_code", "field", "period_start", "period_end", "numerator"
        ).iter_rows()
    }
    return found, harvest, report


def units(*codes: str, figures=F) -> list[dict]:
    return [row(n, NAMES[code], figures) for n, code in enumerate(codes, 1)]


def taken(path: Path, *sheets: FormSheet, **options) -> dict[str, int]:
    """Unit → received, of a form of August."""
    found, _, _ = read(write(path, *sheets), **options)
    assert {period for _, _, period in found} <= {"0801-0831"}
    return {unit: n for (unit, field, _), n in found.items() if field == "all"}


# Sheets


def test_a_form_goes_on_in_a_second_sheet_with_and_without_headings(tmp_path):
    more = FormSheet(units("08494"), name="Tiếp", title=())
    assert taken(tmp_path / "a.xlsx", FormSheet(units("04795", "04831")), more) == {
        "04795": 100,
        "04831": 100,
        "08494": 100,
    }
    bare = FormSheet(units("07900"), name="Nữa", title=(), headings=dict.fromkeys(HEADINGS, ("",)), number_row=False)
    found, _, report = read(write(tmp_path / "b.xlsx", FormSheet(units("04795")), bare))
    assert {unit for unit, _, _ in found} == {"04795", "07900"}
    assert [text for text in report.warnings if "it was read as going on from the sheet before" in text]


def test_a_cover_sheet_may_hold_the_title(tmp_path):
    cover = FormSheet(
        [], name="Bìa", title=[["BÁO CÁO"], ["tỉnh Phú Thọ"], [AUGUST]], headings={1: ("",)}, number_row=False
    )
    assert taken(tmp_path / "a.xlsx", cover, FormSheet(units("04795"), title=()), province=None) == {"04795": 100}


def test_two_tables_below_each_other_in_one_sheet_are_both_read(tmp_path):
    first, second = (
        FormSheet(units("04795"), below=SIGNATURES),
        FormSheet(units("04795", figures=G), title=[HEAD, ["Tháng 7/2026"]]),
    )
    found, _, _ = read(stacked(tmp_path / "a.xlsx", first, second))
    assert found == {("04795", "all", "0801-0831"): 100, ("04795", "all", "0701-0731"): 10}


def test_headings_that_stand_again_on_every_page_cost_nothing(tmp_path):
    silent = row(2, NAMES["04831"], {})
    first, second = FormSheet([*units("04795"), silent]), FormSheet(units("08494"), title=())
    found, harvest, _ = read(stacked(tmp_path / "a.xlsx", first, second))
    assert {unit for unit, _, _ in found} == {"04795", "08494"}
    assert "04831" in harvest.measurements.filter(pl.col("state") == "not_reported")["unit_code"].to_list()


def stacked(path: Path, *parts: FormSheet) -> Path:
    """Several forms below each other in one sheet."""
    with xlsxwriter.Workbook(path) as book:
        page, top = book.add_worksheet("Tờ 1"), 0
        for part in parts:
            cells = list(part.cells())
            for r, c, bottom, right, value in cells:
                if (r, c) == (bottom, right):
                    page.write(top + r, c, value)
                else:
                    page.merge_range(top + r, c, top + bottom, right, value)
            top += max(bottom for _, _, bottom, _, _ in cells) + 3
    return path


def test_figures_below_the_signatures_are_named(tmp_path):
    below = [*SIGNATURES, ("", "Bổ sung", *["7"] * 11)]
    _, _, report = read(write(tmp_path / "a.xlsx", FormSheet(units("04795"), below=below)))
    assert [text for text in report.skipped if "stand below the signatures and were not read" in text]


def test_the_total_of_one_sheet_of_several_is_not_the_province_s(tmp_path):
    communes = FormSheet(
        [*units("04795", "04831"), row(None, "Tổng cộng", {k: 2 * v for k, v in F.items()})], name="Xã"
    )
    offices = FormSheet([row(1, "Sở Tư pháp", G), row(None, "Tổng cộng", G)], name="Sở")
    found, _, report = read(write(tmp_path / "a.xlsx", communes, offices))
    assert {unit for unit, _, _ in found} == {"04795", "04831"}
    assert sum("a total of one sheet of several" in text for text in report.skipped) == 2


def test_a_sheet_named_after_a_commune_says_whose_fields_it_holds(tmp_path):
    sheets = [
        FormSheet(
            [row(1, "Hộ tịch", f)], name=NAMES[code], title=[["Biểu số II.06/VPCP/KSTT"], [AUGUST]], headings=BY_FIELD
        )
        for code, f in (("04795", F), ("04831", G))
    ]
    assert taken(tmp_path / "a.xlsx", *sheets) == {"04795": 100, "04831": 10}


def test_units_and_fields_side_by_side_are_read(tmp_path):
    both = dict([(1, ("TT",)), (2, ("Đơn vị",)), ("field", ("Lĩnh vực",)), *list(HEADINGS.items())[2:]])
    rows = [
        row(1, NAMES["04795"], F) | {"field": "Hộ tịch"}, row(2, None, G) | {"field": "Đất đai"},
        row(3, NAMES["04831"], G) | {"field": "Hộ tịch"},
    ]  # fmt: skip
    found, _, _ = read(write(tmp_path / "a.xlsx", FormSheet(rows, headings=both)))
    assert {(unit, field): n for (unit, field, _), n in found.items()} == {
        ("04795", "Hộ tịch"): 100, ("04795", "Đất đai"): 10, ("04795", "all"): 110,
        ("04831", "Hộ tịch"): 10, ("04831", "all"): 10,
    }  # fmt: skip


def test_fields_below_each_unit_are_the_unit_s(tmp_path):
    rows = [
        row("1", NAMES["04795"], F),
        row("1.1", "Hộ tịch", F),
        row("2", NAMES["04831"], G),
        row("2.1", "Đất đai", G),
    ]
    found, harvest, _ = read(write(tmp_path / "a.xlsx", FormSheet(rows)))
    assert {key[:2]: n for key, n in found.items()} == {
        ("04795", "all"): 100, ("04795", "Hộ tịch"): 100, ("04831", "all"): 10, ("04831", "Đất đai"): 10,
    }  # fmt: skip
    assert harvest.quarantine.is_empty()


# Cells


def test_a_form_of_formulas_that_nobody_calculated_is_worked_out(tmp_path):
    sheet = FormSheet(units("04795", "04831"))
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        page = book.add_worksheet("x")
        for r, c, _, _, value in sheet.cells():
            figure = r >= sheet.first_row - 1 and c > 1
            page.write_formula(r, c, f"=0+{value}") if figure else page.write(r, c, value)
    found, _, report = read(tmp_path / "f.xlsx")
    assert [*found.values()] == [100, 100]
    assert [text for text in report.warnings if "22 cells hold sums that no spreadsheet had calculated" in text]


def test_other_formulas_ask_for_excel(tmp_path):
    sheet = FormSheet(units("04795"))
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        page = book.add_worksheet("x")
        for r, c, _, _, value in sheet.cells():
            page.write_formula(r, c, f"=MAX({value},0)") if r >= sheet.first_row - 1 and c > 1 else page.write(
                r, c, value
            )
    with pytest.raises(
        BadInput, match=r"row 8: the formulas of this file were never calculated \(first in C8\); open it"
    ):
        read(tmp_path / "f.xlsx")


def test_errors_and_merged_figures_are_refused_by_their_address(tmp_path):
    sheet = FormSheet(units("04795", "04831", "08494"))
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        page = book.add_worksheet("x")
        for r, c, _, _, value in sheet.cells():
            page.write(r, c, value)
        page.write_formula(7, 3, "=X!A1", None, "#REF!")
        page.merge_range(8, 4, 9, 4, 40)
    found, harvest, _ = read(tmp_path / "f.xlsx")
    assert found == {}
    reasons = harvest.quarantine["reason"].to_list()
    assert "an error of Excel stands in cell D8: column 4 says '#REF!'" in reasons
    assert reasons.count("one cell stands for several: the cells E9:E10 are merged") == 2


@pytest.mark.parametrize("hide", [True, False])
def test_of_two_columns_for_one_thing_the_one_that_is_shown_counts(tmp_path, hide):
    sheet = FormSheet(
        [row(1, NAMES["04795"], F) | {"old": 999}],
        headings=HEADINGS | {"note": ("Ghi chú",), "n": ("Ghi chú",), "old": HEADINGS[13]},
    )
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        page = book.add_worksheet("x")
        for r, c, _, _, value in sheet.cells():
            page.write(r, c, value)
        if hide:
            page.set_column(15, 15, None, None, {"hidden": True})
    if hide:
        found, _, report = read(tmp_path / "f.xlsx")
        assert [*found.values()] == [100]
        assert [text for text in report.warnings if "columns P are hidden" in text]
    else:
        with pytest.raises(BadInput, match="column stands twice: 13"):
            read(tmp_path / "f.xlsx")


def test_a_web_page_with_an_excel_name_is_read(tmp_path):
    lines: dict[int, dict[int, object]] = {}
    for r, c, _, _, value in FormSheet(units("04795", "04831")).cells():
        lines.setdefault(r, {})[c] = value
    rows = ("".join(f"<td>{cells.get(c, '')}</td>" for c in range(13)) for _, cells in sorted(lines.items()))
    (tmp_path / "f.xls").write_text("<html><table>" + "".join(f"<tr>{one}</tr>" for one in rows) + "</table></html>")
    found, _, _ = read(tmp_path / "f.xls")
    assert [*found.values()] == [100, 100]


def test_no_person_in_a_cell_is_told_or_kept(tmp_path):
    rows = [*units("04795"), row(2, "Nguyễn Văn Thử", F), row(3, NAMES["04831"], F, c4="Trần Thị Mẫu 0912345678")]
    _, harvest, report = read(write(tmp_path / "a.xlsx", FormSheet(rows)))
    said = " ".join(report.lines()) + str(harvest.quarantine.to_dicts())
    assert harvest.quarantine.height >= 2
    assert not [word for word in ("Thử", "Mẫu", "0912345678") if word in said]


# Code, name, province


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        ("00004 - Phường Ba Đình", None, "00004 Phường Ba Đình is a commune of Hà Nội, but the form is of Phú Thọ"),
        ("04795 Xã Đà Bắc", None, "code and name are not of one unit: 04795 is Phường Hòa Bình"),
        ("Xã Đà Bắc", "04795", "code and name are not of one unit: 04795 is Phường Hòa Bình"),
        ("Phường Hòa Bình", "04795.0", None),
        ("4795 - Phường Hòa Bình", None, None),
        ("PHƯỜNG HÒA BÌNH (thành phố Hòa Bình cũ)", None, None),
        ("Bộ phận một cửa phường Hòa Bình, tỉnh Phú Thọ", None, None),
    ],
)
def test_code_name_and_province_agree(tmp_path, name, code, reason):
    headings = dict([(1, ("TT",)), ("code", ("Mã đơn vị",)), *list(HEADINGS.items())[1:]])
    found, harvest, _ = read(
        write(tmp_path / "a.xlsx", FormSheet([row(1, name, F) | {"code": code}], headings=headings))
    )
    assert ([*found] == [("04795", "all", "0801-0831")]) == (reason is None)
    assert (
        [text[: len(reason)] for text in harvest.quarantine["reason"]] == ([reason] if reason else [])
        if reason
        else True
    )


def test_two_names_under_one_code_are_two_units(tmp_path):
    rows = [row(1, "04795 Phường Hòa Bình", F), row(2, "04795 Xã Đà Bắc", G)]
    found, harvest, _ = read(write(tmp_path / "a.xlsx", FormSheet(rows)))
    assert {key[0]: n for key, n in found.items()} == {"04795": 100}
    assert harvest.quarantine.height == 1


# Periods


@pytest.mark.parametrize(
    ("lines", "periods"),
    [
        (["Phú Thọ, tháng 9 năm 2026", "Tháng 8 năm 2026"], "2026-08"),
        (
            ["(Kèm theo Công văn số 12/UBND ngày 05/9/2026 của UBND tỉnh, tháng 9/2026)", "Kỳ báo cáo: Tháng 8/2026"],
            "2026-08",
        ),
        (["(Kèm theo Công văn số 12/UBND", "ngày 05/9/2026, tháng 9/2026)", "Tháng 8/2026"], "2026-08"),
        (["Số: 12/BC-UBND", "Phú Thọ, ngày 5 tháng 9 năm 2026", "THÁNG 8", "NĂM 2026"], "2026-08"),
        (["Năm 2026 (tính đến ngày 15/9/2026)"], "2026-01-01_2026-09-15"),
        (["KẾT QUẢ GIẢI QUYẾT NĂM 2026", "Số liệu tính đến ngày 15 tháng 9 năm 2026"], "2026-01-01_2026-09-15"),
        (["Quý III/2026 (đến hết ngày 31/8/2026)"], "2026-07-01_2026-08-31"),
        (["Tháng 8/2026, số liệu cập nhật đến ngày 05/9/2026"], "2026-08"),
        (["Lũy kế từ đầu năm đến 31/8/2026"], "2026-01-01_2026-08-31"),
        (["Luỹ kế 8 tháng đầu năm 2026"], "2026-01-01_2026-08-31"),
        (["Tháng 8/2026 (lũy kế từ đầu năm)"], "2026-01-01_2026-08-31 2026-08"),
        (["Tháng 8/2026 và lũy kế từ đầu năm đến 31/8/2026"], "2026-01-01_2026-08-31 2026-08"),
        (["Từ ngày 01/08/2026", "đến ngày 31/08/2026"], "2026-08"),
        (["Từ tháng 1 đến tháng 8 năm 2026"], "2026-01-01_2026-08-31"),
        (["Tháng 7/2026", "Tháng 8/2026"], "2026-07 2026-08"),
        (["Tháng tám năm 2026"], "2026-08"),
        (["9 tháng năm 2026"], "2026-01-01_2026-09-30"),
        (["Tháng … năm 2026"], ""),
        (["Quý ... /2026", "Tháng     năm 2026"], ""),
    ],
)
def test_all_periods_that_a_title_names_are_found(lines, periods):
    assert " ".join(p.id for p in title_periods("f.xlsx", [list(HEAD), *([line] for line in lines)])) == periods


def test_two_periods_are_asked_about(tmp_path):
    sheet = FormSheet(units("04795"), title=[HEAD, ["Tháng 7/2026"], ["Tháng 8/2026"]])
    with pytest.raises(BadInput, match="names several periods, 2026-07 and 2026-08; say which with --period 2026-07"):
        read(write(tmp_path / "a.xlsx", sheet))
    later = title_periods("x", [["Tháng 8/2026"]])[0]
    assert [*read(tmp_path / "a.xlsx", period=later)[0].values()] == [100]


def test_a_sheet_named_after_the_year_so_far_is_asked_about(tmp_path):
    with pytest.raises(BadInput, match="the sheet is named after the year so far"):
        read(write(tmp_path / "a.xlsx", FormSheet(units("04795"), name="Lũy kế")))


# All at once

SAID = [
    [AUGUST],
    ["Tháng 8/2026"],
    ["Kỳ báo cáo: Tháng 8 năm 2026"],
    ["Từ ngày 01/8/2026", "đến ngày 31/8/2026"],
    ["THÁNG 8", "NĂM 2026"],
    ["Phú Thọ, ngày 5 tháng 9 năm 2026", "tháng 08-2026"],
    ["(Kèm theo Công văn số 9/UBND ngày 04/9/2026)", "Tháng 8/2026"],
]
SPELT = ["{}", "UBND {}", "{}, tỉnh Phú Thọ", "{} (huyện Đà Bắc cũ)", "HĐND-UBND {}"]
figures = st.builds(counts, *[st.integers(0, 4_000)] * 8)


@st.composite
def forms(draw) -> tuple[list[FormSheet], dict[str, int], bool]:
    """(sheets, what each commune received, whether sums are formulas that nobody calculated)."""
    codes = draw(st.permutations(sorted(NAMES)))
    given = {code: draw(figures) for code in codes}
    spelt = {code: draw(st.sampled_from(SPELT)).format(NAMES[code]) for code in codes}
    rows = [row(n, spelt[c].upper() if draw(st.booleans()) else spelt[c], given[c]) for n, c in enumerate(codes, 1)]
    for at in draw(st.lists(st.integers(0, 4), max_size=2)):
        rows.insert(at, draw(st.sampled_from([{}, row("I", "Các xã", {}), row(None, "Tổng cộng", {})])))
    cuts = sorted(draw(st.sets(st.integers(1, len(rows) - 1), max_size=2)))
    parts = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    title = [
        *([""],) * draw(st.integers(0, 3)),
        HEAD,
        *([""],) * draw(st.integers(0, 2)),
        *([line] for line in draw(st.sampled_from(SAID))),
    ]
    first = FormSheet(
        parts[0], "1", title, number_row=draw(st.booleans()), empty_first_column=draw(st.booleans()),
        below=SIGNATURES if len(parts) == 1 and draw(st.booleans()) else (),
    )  # fmt: skip
    sheets = [first] + [
        replace(first, rows=part, name=str(n), title=title if draw(st.booleans()) else (), below=())
        for n, part in enumerate(parts[1:], 2)
    ]
    if draw(st.booleans()):
        sheets.insert(0, FormSheet([], "Bìa", [["BÁO CÁO"], ["Mục lục"]], {1: ("",)}, number_row=False))
    received = {code: f[4] + f[5] for code, f in given.items()}
    return sheets, received, draw(st.booleans())


@pytest.mark.hypothesis
@examples(25, HealthCheck.function_scoped_fixture)
@given(forms())
def test_every_figure_of_a_well_formed_form_counts_once(drawn):
    sheets, received, formulas = drawn
    with TemporaryDirectory() as folder:
        path = Path(folder) / "f.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for sheet in sheets:
                _fill(book.add_worksheet(sheet.name), sheet, formulas=formulas)
        found, harvest, _ = read(path)
    assert {unit: n for (unit, _, _), n in found.items()} == received
    assert {period for _, _, period in found} == {"0801-0831"}
    assert harvest.quarantine.is_empty()


def _fill(page, sheet: FormSheet, *, formulas: bool) -> None:
    """Formulas stand for the sums in columns 3, 7 and 11, of figures in the same row."""
    left = int(sheet.empty_first_column)
    for r, c, bottom, right, value in sheet.cells():
        parts = {2: "{1}:{3}", 6: "{1}:{3}", 10: "{1}:{2}"}.get(c - left) if r >= sheet.first_row - 1 else None
        if (r, c) != (bottom, right):
            page.merge_range(r, c, bottom, right, value)
        elif formulas and parts and isinstance(value, int):
            letters = [chr(ord("A") + c + n) + str(r + 1) for n in range(4)]
            page.write_formula(r, c, f"=SUM({parts.format(*letters)})")
        else:
            page.write(r, c, value)
