"""Form II.06: small workbooks whose every figure can be checked by hand."""

from __future__ import annotations

import argparse
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from etl.forms import command as forms_command
from etl.forms import import_form
from etl.forms.figures import count
from etl.forms.periods import title_period
from etl.forms.title import reporting_unit
from files.faults import BadInput, Fault
from ranking.periods import Period, parse
from ranking.tables import Measurements, Quarantine
from tests import workbooks
from tests.etl.forms.conftest import LAM_THAO, SEPTEMBER, VIET_TRI
from tests.form_reading import read_form
from tests.workbooks import AUGUST, BY_FIELD, EXTRA_HEADINGS, HEADINGS, SIGNATURES, FormSheet, counts, row, write

# 60 online + 40 direct + 10 carried over = 110; 50 + 30 + 5 = 85 handled; 20 + 5 = 25 open; 110 = 85 + 25.
FIGURES = counts(60, 40, 10, 50, 30, 5, 20, 5)
OTHERS = counts(6, 4, 1, 5, 3, 0, 2, 1)
NOTHING = counts(0, 0, 0, 0, 0, 0, 0, 0)
EMPTY: dict[object, object] = {}


def values(harvest, unit: str, field: str = "all") -> dict[str, tuple[float | None, float | None, str]]:
    """measure → (numerator, denominator, state) of one unit."""
    rows = harvest.measurements.filter(pl.col("unit_code") == unit, pl.col("field") == field)
    return {m: (n, d, s) for m, n, d, s in rows.select("measure", "numerator", "denominator", "state").iter_rows()}


def reasons(harvest) -> list[str]:
    return harvest.quarantine.get_column("reason").to_list()


AS_MEASURED = {
    "received": (100, None, "reported"),
    "online_filing_share": (60, 100, "reported"),
    "on_time_share_form": (80, 85, "reported"),
    "early_share": (50, 85, "reported"),
    "open_overdue": (5, None, "reported"),
    "open_overdue_share": (5, 25, "reported"),
}


# What a sound file gives


@pytest.mark.parametrize("file", ["ii06.xlsx", "ii06.xls"])
def test_a_row_becomes_six_measures(read, file):
    harvest, _ = read(FormSheet([row(1, "UBND Xã Lâm Thao", FIGURES)]), file=file)
    assert values(harvest, LAM_THAO) == AS_MEASURED


def test_rows_keep_the_rules_of_the_tables_and_say_where_they_come_from(read):
    rows = [row(1, "Xã Lâm Thao", FIGURES), row(2, "Xã Nơi Khác", FIGURES)]
    harvest, _ = read(FormSheet(rows), file="thang8.xlsx")
    Measurements.validate(harvest.measurements)
    Quarantine.validate(harvest.quarantine)
    assert harvest.sources == ["ii06:thang8.xlsx"]
    said = harvest.measurements.select("series", "basis", "level", "source", "captured_at").unique().row(0)
    assert said == ("ii06", "form", "commune", "ii06:thang8.xlsx", SEPTEMBER)


def test_an_old_format_file_with_a_new_name_is_read(read, tmp_path, units, provinces):
    write(tmp_path / "old.xls", FormSheet([row(1, "Xã Lâm Thao", FIGURES)])).rename(tmp_path / "new.xlsx")
    harvest, _ = read_form(tmp_path / "new.xlsx", units, provinces, captured_at=SEPTEMBER)
    assert values(harvest, LAM_THAO) == AS_MEASURED


@pytest.mark.parametrize(
    "layout",
    [
        {"empty_first_column": True},
        {"number_row": False},
        {"headings": HEADINGS | EXTRA_HEADINGS},
        {"headings": dict(list(HEADINGS.items())[:4] + list(EXTRA_HEADINGS.items()) + list(HEADINGS.items())[4:])},
        {"headings": {key: HEADINGS[key] for key in (1, 2, 11, 12, 13, 7, 10, 9, 8, 3, 6, 5, 4)}, "number_row": False},
        {"headings": {key: heading for key, heading in HEADINGS.items() if key != 1}},
        {"headings": HEADINGS | {4: ("Tiếp nhận", "Trong kỳ", "Trực tuyến", "Tổng số")}},
        {"headings": {k: tuple(unicodedata.normalize("NFD", t) for t in v) for k, v in HEADINGS.items()}},
        {"headings": {key: (" – ".join(heading),) for key, heading in HEADINGS.items()}},
        {
            "headings": HEADINGS
            | {key: ("Số hồ sơ " + HEADINGS[key][0].lower(), *HEADINGS[key][1:]) for key in range(3, 14)}
        },
        {"headings": {k: h if k in (1, 2) else ("Tiếp nhận, giải quyết hồ sơ", *h) for k, h in HEADINGS.items()}},
        {"headings": dict([*HEADINGS.items(), ("new", ("Tiếp nhận", "Trong kỳ", "Tổng số"))])},
        {"below": SIGNATURES},
    ],
    ids=[
        "empty first column",
        "no row of numbers",
        "extra columns behind",
        "extra columns between",
        "another order",
        "no TT",
        "a fourth row of headings",
        "decomposed Unicode",
        "one row of headings",
        "longer headings",
        "a banner above the groups",
        "a total of the period",
        "signatures below",
    ],
)
def test_columns_are_found_by_their_headings(read, layout):
    extras = dict.fromkeys(EXTRA_HEADINGS, 999)
    harvest, report = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES | extras)], **layout))
    assert values(harvest, LAM_THAO) == AS_MEASURED
    assert report.warnings == []


def test_a_heading_that_the_row_of_numbers_contradicts_is_doubted(read):
    swapped = {8: HEADINGS[9], 9: HEADINGS[8]}
    _, report = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)], headings=HEADINGS | swapped))
    assert "'Đã giải quyết / Trước hạn' is numbered 9, not 8" in report.warnings[0]


def test_numbers_as_text_are_read(read):
    texts = {
        3: "1.100",
        4: "600",
        5: "400,0",
        6: "100",
        7: "850",
        8: "500",
        9: "300",
        10: "50",
        11: "250",
        12: "200",
        13: "50",
    }
    harvest, _ = read(FormSheet([row("1", "Xã Lâm Thao", texts)]))
    assert values(harvest, LAM_THAO)["received"] == (1000, None, "reported")


@pytest.mark.parametrize(
    "spelt",
    ["UBND XÃ LÂM THAO", "xã Lâm Thao - Tỉnh Phú Thọ", unicodedata.normalize("NFD", "Lâm Thao"), "1. Xã Lâm Thao"],
)
def test_a_unit_is_known_however_it_is_spelt(read, spelt):
    harvest, _ = read(FormSheet([row(1, spelt, FIGURES)]))
    assert values(harvest, LAM_THAO) == AS_MEASURED


def test_headings_parts_and_empty_rows_are_skipped(read):
    rows = [
        row("I", "Các xã", counts(66, 44, 11, 55, 33, 5, 22, 6)),
        row(1, "Xã Lâm Thao", FIGURES),
        row(None, "Trong đó: hồ sơ đất đai", OTHERS),
        EMPTY,
        row("1.2", "Phường Việt Trì", OTHERS),
        row("II", "Đơn vị khác", EMPTY),
    ]
    harvest, report = read(FormSheet(rows))
    assert set(harvest.measurements["unit_code"]) == {LAM_THAO, VIET_TRI}
    assert harvest.quarantine.is_empty()
    assert len(report.skipped) == 3


def test_names_below_the_table_are_not_read(read):
    below = [*SIGNATURES, ("", "Nguyễn Thị Mẫu", "5", "6")]
    harvest, report = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)], below=below))
    assert "Mẫu" not in str(harvest.quarantine.to_dicts()) + " ".join(report.lines())


def test_two_sheets_with_two_months_are_both_read(read):
    july = [["Tháng 7 năm 2026, tỉnh Phú Thọ"]]
    sheets = [
        FormSheet([row(1, "Xã Lâm Thao", FIGURES)], name="T8"),
        FormSheet([row(1, "Xã Lâm Thao", OTHERS)], name="T7", title=july),
    ]
    harvest, report = read(*sheets)
    assert [period.id for period in report.periods] == ["2026-07", "2026-08"]
    assert harvest.measurements.filter(pl.col("measure") == "received")["numerator"].sort().to_list() == [10, 100]


def test_the_report_counts_communes_that_are_not_in_the_file(read):
    _, report = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)]))
    assert report.absent == {parse("2026-08"): 2}
    assert "communes of the province that are not in the file for 2026-08: 2" in "\n".join(report.lines())


# Near names


def test_a_near_name_is_taken_and_told(read):
    harvest, report = read(FormSheet([row(1, "UBND xa Lam Thao", FIGURES)]))

    assert values(harvest, LAM_THAO) == AS_MEASURED
    [remark] = [text for text in report.warnings if "near name" in text]
    assert remark.endswith("1 unit was matched by a near name: 'UBND xa Lam Thao' is 08494 Xã Lâm Thao")
    assert remark in harvest.warnings


def test_the_row_with_the_exact_name_counts_and_the_near_one_is_refused(read):
    harvest, _ = read(FormSheet([row(1, "Xã Lam Thao", OTHERS), row(2, "Xã Lâm Thao", FIGURES)]))

    assert values(harvest, LAM_THAO) == AS_MEASURED
    [refused] = harvest.quarantine.to_dicts()
    assert refused["reason"].startswith("another row has the unit's exact name: row ")
    assert refused["value"] == "Xã Lam Thao"


# The province's total


def test_a_total_of_communes_and_departments_is_the_province(read):
    total = {key: FIGURES[key] + OTHERS[key] for key in FIGURES}
    rows = [row(1, "Sở Tư pháp", OTHERS), row(2, "Xã Lâm Thao", FIGURES), row("Tổng cộng", None, total)]
    harvest, report = read(FormSheet(rows))
    province = harvest.measurements.filter(pl.col("level") == "province", pl.col("measure") == "received")
    assert province.select("unit_code", "numerator").row(0) == ("25", 110)
    assert report.warnings == []


def test_a_total_of_communes_alone_is_not_the_province(read):
    harvest, report = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES), row(None, "Tổng cộng", FIGURES)]))
    assert set(harvest.measurements["level"]) == {"commune"}
    assert "communes without departments" in report.skipped[0]


def test_a_row_named_whole_province_is_the_province(read):
    harvest, report = read(FormSheet([row(1, "Xã Lâm Thao", OTHERS), row(None, "Toàn tỉnh", FIGURES)]))
    assert values(harvest, "25") == AS_MEASURED
    assert report.warnings == []


def test_a_total_that_the_rows_do_not_add_up_to_warns(read):
    rows = [row(1, "Xã Lâm Thao", OTHERS), row(2, "Sở Tư pháp", OTHERS), row(None, "Tổng cộng", FIGURES)]
    _, report = read(FormSheet(rows))
    assert "'Tổng cộng': column 3 says 110, but the rows add up to 22" in report.totals[0]
    assert report.warnings == []


def test_a_file_whose_only_row_is_a_bad_total_gives_nothing(read):
    harvest, report = read(FormSheet([row(None, "Toàn tỉnh", FIGURES, c7=84)]))

    assert harvest.measurements.is_empty()
    assert "the sum does not hold" in report.quarantined[0]


def test_departments_are_quarantined_because_the_form_gives_no_code(read):
    harvest, _ = read(FormSheet([row(1, "Sở Tư pháp", OTHERS), row(2, "Xã Lâm Thao", FIGURES)]))
    assert harvest.quarantine.select("reason", "value").row(0) == (
        "department: no state code in the form",
        "Sở Tư pháp",
    )


# Sums, cells, silences


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"c3": 111}, "4 + 5 + 6 = 110, but column 3 says 111"),
        ({"c7": 75}, "8 + 9 + 10 = 85, but column 7 says 75"),
        ({"c11": 26}, "12 + 13 = 25, but column 11 says 26"),
    ],
)
def test_a_broken_sum_quarantines_the_row(read, wrong, message):
    sheet = FormSheet([row(1, "Xã Lâm Thao", FIGURES, **wrong), row(2, "Phường Việt Trì", OTHERS)])
    harvest, _ = read(sheet)
    assert reasons(harvest) == [f"the sum does not hold: {message}"]
    assert set(harvest.measurements["unit_code"]) == {VIET_TRI}


def test_received_that_is_not_handled_plus_open_only_warns(read):
    harvest, report = read(FormSheet([row(1, "Xã Lâm Thao", counts(60, 40, 10, 50, 30, 5, 15, 5))]))
    assert values(harvest, LAM_THAO)["received"] == (100, None, "reported")
    assert "column 3 is not 7 + 11 in rows 8" in report.totals[0]


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        (-5, "negative: column 4 says '-5'"),
        (60.5, "not a whole number: column 4 says 60.5"),
        ("1.234,5", "not a whole number: column 4 says '1.234,5'"),
        ("khoảng 60", "not a number: column 4 holds a text"),
        (True, "not a number: column 4 says 'true'"),
    ],
)
def test_a_cell_that_is_no_count_quarantines_the_row(read, cell, what):
    harvest, _ = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES, c4=cell), row(2, "Phường Việt Trì", OTHERS)]))
    assert [reason for reason in reasons(harvest) if what in reason]
    assert set(harvest.measurements["unit_code"]) == {VIET_TRI}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (None, None), ("0", 0), ("1.234", 1234), ("1,234", 1234), ("1 234", 1234), ("1.234.567", 1234567),
        ("1.234,0", 1234), ("1,234.00", 1234), ("12,0", 12), ("1.000", 1000),
    ],
)  # fmt: skip
def test_a_count_is_read_whatever_sets_off_its_thousands(cell, number):
    assert count(cell) == number


@pytest.mark.parametrize(
    "cell", [1.234, "1.23", "0.500", "1.2345", "1 23", "1.234.5", "5%", "1e3", "9" * 400, "", "=1+1"]
)
def test_what_is_no_whole_number_is_no_count(cell):
    with pytest.raises(ValueError, match=r"says|holds a text"):
        count(cell)


def test_a_row_without_any_figure_is_not_reported(read):
    harvest, report = read(FormSheet([row(1, "Xã Lâm Thao", EMPTY), row(2, "Phường Việt Trì", OTHERS)]))
    assert set(values(harvest, LAM_THAO).values()) == {(None, None, "not_reported")}
    assert len(report.not_reported) == 1


def test_an_empty_cell_silences_only_the_measures_that_need_it(read):
    harvest, _ = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES, c13=None)]))
    assert values(harvest, LAM_THAO) == AS_MEASURED | {
        "open_overdue": (None, None, "not_reported"),
        "open_overdue_share": (None, None, "not_reported"),
    }


def test_a_share_of_nothing_is_no_dossiers(read):
    harvest, _ = read(FormSheet([row(1, "Xã Lâm Thao", NOTHING)]))
    assert values(harvest, LAM_THAO)["on_time_share_form"] == (0, 0, "no_dossiers")
    assert values(harvest, LAM_THAO)["received"] == (0, None, "reported")


def test_a_dash_is_zero_where_the_sums_show_it(read):
    sound = counts(60, 40, 0, 80, 5, 0, 15, 0)
    harvest, _ = read(FormSheet([row(1, "Xã Lâm Thao", sound, c6="-", c10="–", c13="—")]))
    assert values(harvest, LAM_THAO)["open_overdue"] == (0, None, "reported")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"c10": "-"}, "8 + 9 + 10 = 80, but column 7 says 85, with '-' read as 0"),
        ({"c10": "-", "c9": None}, "'-' means 0 only where the sum shows it: column 9 is empty"),
    ],
)
def test_a_dash_that_the_sums_do_not_show_quarantines_the_row(read, cells, message):
    harvest, _ = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES, **cells)]))
    assert message in reasons(harvest)[0]
    assert harvest.measurements.is_empty()


# Names that cannot be taken


def test_a_unit_that_stands_twice_with_different_figures_is_not_taken(read):
    rows = [row(1, "Xã Lâm Thao", FIGURES), row(2, "UBND xã Lâm Thao", OTHERS), row(3, "Phường Việt Trì", OTHERS)]
    harvest, _ = read(FormSheet(rows))
    assert set(harvest.measurements["unit_code"]) == {VIET_TRI}
    assert ["different figures" in reason for reason in reasons(harvest)] == [True, True]


def test_a_unit_that_stands_twice_with_equal_figures_counts_once(read):
    harvest, report = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES), row(2, "LÂM THAO", FIGURES)]))
    assert values(harvest, LAM_THAO) == AS_MEASURED
    assert harvest.measurements.height == 6
    assert "repeats row 8" in report.skipped[0]


def test_a_unit_that_differs_between_two_sheets_is_not_taken(read):
    sheets = [FormSheet([row(1, "Xã Lâm Thao", f)], name=name) for name, f in (("A", FIGURES), ("B", OTHERS))]
    harvest, _ = read(*sheets)
    assert harvest.measurements.is_empty()
    assert len(reasons(harvest)) == 2


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "Xã Không Có"])
def test_an_unknown_name_ends_in_quarantine_as_plain_text(read, name):
    harvest, _ = read(FormSheet([row(1, name, FIGURES)]))
    assert harvest.quarantine["value"].to_list() == [name]
    assert reasons(harvest) == ["no commune of province 25 has this name"]


def test_a_unit_of_another_province_is_not_taken_for_one_of_the_same_name(read):
    harvest, _ = read(FormSheet([row(1, "Xã Lâm Thao - tỉnh Gia Lai", FIGURES)]))
    assert reasons(harvest) == ["the name says province 52, but the form is of province 25"]


def test_figures_without_a_name_are_quarantined(read):
    harvest, _ = read(FormSheet([row(1, None, FIGURES)]))
    assert reasons(harvest) == ["the row has figures but no name"]


# By field


def by_field(rows, office: str = "Đơn vị báo cáo: UBND xã Lâm Thao", **options) -> FormSheet:
    title = [["Biểu số II.06/VPCP/KSTT", office], [AUGUST, "Đơn vị nhận báo cáo: UBND tỉnh Phú Thọ"]]
    return FormSheet(rows, title=title, headings=BY_FIELD, **options)


def test_fields_and_their_total_belong_to_the_reporting_unit(read):
    total = {key: FIGURES[key] + OTHERS[key] for key in FIGURES}
    rows = [row(1, "Lĩnh vực hộ tịch", FIGURES), row(2, "CHỨNG THỰC", OTHERS), row(None, "Tổng cộng", total)]
    harvest, report = read(by_field(rows))
    assert values(harvest, LAM_THAO, "Hộ tịch") == AS_MEASURED
    assert values(harvest, LAM_THAO, "Chứng thực")["received"] == (10, None, "reported")
    assert values(harvest, LAM_THAO)["received"] == (110, None, "reported")
    assert (report.warnings, report.absent) == ([], {})


def test_fields_without_a_total_are_added_up(read):
    harvest, _ = read(by_field([row(1, "Hộ tịch", FIGURES), row(2, "Chứng thực", OTHERS), row(3, "Đất đai", EMPTY)]))
    assert values(harvest, LAM_THAO)["received"] == (110, None, "reported")


def test_fields_are_not_added_up_where_one_cannot_be_taken(read):
    harvest, report = read(by_field([row(1, "Hộ tịch", FIGURES), row(2, "Chứng thực", OTHERS, c7=99)]))
    assert set(harvest.measurements["field"]) == {"Hộ tịch"}
    assert "no figure for the unit" in report.warnings[0]


def test_parts_of_a_field_are_not_counted_twice(read):
    rows = [row("1", "Tư pháp", FIGURES), row("1.1", "Hộ tịch", FIGURES), row("2", "Chứng thực", OTHERS)]
    harvest, _ = read(by_field(rows))
    assert set(harvest.measurements["field"]) == {"Tư pháp", "Chứng thực", "all"}
    assert values(harvest, LAM_THAO)["received"] == (110, None, "reported")


def test_the_unit_option_wins_over_the_title_block(read):
    harvest, report = read(by_field([row(1, "Hộ tịch", FIGURES)]), unit=VIET_TRI)
    assert set(harvest.measurements["unit_code"]) == {VIET_TRI}
    assert f"({LAM_THAO}), {VIET_TRI} was taken" in report.warnings[0]


def test_fields_of_an_office_of_the_province_belong_to_the_province(read):
    harvest, _ = read(by_field([row(1, "Hộ tịch", FIGURES)], office="Đơn vị báo cáo: UBND tỉnh Phú Thọ"))
    assert harvest.measurements.select("level", "unit_code").unique().row(0) == ("province", "25")


@pytest.mark.parametrize("written", ["7900", "07900", "7900.0"])
def test_the_unit_option_takes_a_code_that_has_lost_its_zero(read, written):
    harvest, _ = read(by_field([row(1, "Hộ tịch", FIGURES)]), unit=written)
    assert set(harvest.measurements["unit_code"]) == {VIET_TRI}


def test_fields_of_an_unnamed_unit_ask_for_the_option(read):
    with pytest.raises(BadInput, match="names no reporting unit; give the commune's code with --unit"):
        read(by_field([row(1, "Hộ tịch", FIGURES)], office=""))


# Title block and options


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Từ ngày 01/01/2026 đến ngày 31/08/2026", "2026-01-01_2026-08-31"),
        ("(Từ ngày 01 tháng 01 năm 2026 đến ngày 31 tháng 01 năm 2026)", "2026-01"),
        ("Từ ngày 01 tháng 7 đến hết ngày 30 tháng 9 năm 2026", "2026-Q3"),
        ("từ 15.6.2026 đến 14.9.2026", "2026-06-15_2026-09-14"),
        ("Từ ngày 2026-01-01 00:00:00 đến ngày 2026-06-30 00:00:00", "2026-H1"),
        ("Kỳ báo cáo: Quý III năm 2026 (Từ ngày 15/6/2026 đến ngày 14/9/2026)", "2026-06-15_2026-09-14"),
        ("Tháng 8 năm 2026", "2026-08"),
        ("Kỳ báo cáo: Tháng 08/2026", "2026-08"),
        ("Quý III/2026", "2026-Q3"),
        ("Quý 3 năm 2026", "2026-Q3"),
        ("6 tháng đầu năm 2026", "2026-H1"),
        ("9 tháng đầu năm 2026", "2026-01-01_2026-09-30"),
        ("Kỳ báo cáo: Năm 2026", "2026"),
        (unicodedata.normalize("NFD", "THÁNG 8 NĂM 2026"), "2026-08"),
        ("Từ 0h00 ngày 01/8/2026 đến 17 giờ 30 phút ngày 31/8/2026", "2026-08"),
        ("Phú Thọ, ngày 05 tháng 9 năm 2026", None),
        ("Phú Thọ, ngày … tháng 9 năm 2026", None),
        ("Thông tư số 01/2020/TT-VPCP ngày 21 tháng 10 năm 2020", None),
    ],
)
def test_the_title_block_names_the_period(text, period):
    found = title_period("f.xlsx", [["Biểu số II.06/VPCP/KSTT"], [text]])
    assert (found and found.id) == period


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Quý III và 9 tháng đầu năm 2026", "2026-01-01_2026-09-30", "2026-Q3"),
        ("Tháng 8, lũy kế 8 tháng năm 2026", "2026-01-01_2026-08-31", "2026-08"),
        ("Tháng 7, tháng 8 năm 2026", "2026-07", "2026-08"),
        ("Quý I và quý II/2026", "2026-Q1", "2026-Q2"),
    ],
)
def test_a_period_whose_year_follows_the_next_one_is_seen_too(text, first, second):
    with pytest.raises(BadInput, match=f"several periods, {first} and {second}"):
        title_period("f.xlsx", [[text]])


def test_a_period_spread_over_cells_is_read():
    found = title_period("f.xlsx", [["Từ ngày", "01/08/2026", "đến ngày", "31/08/2026"]])
    assert found == Period(date(2026, 8, 1), date(2026, 8, 31), "month")


@pytest.mark.parametrize("text", ["Từ ngày 31/02/2026 đến ngày 31/08/2026", "Từ ngày 01/09/2026 đến ngày 31/08/2026"])
def test_a_period_that_cannot_be_is_refused(text):
    with pytest.raises(BadInput, match="no period"):
        title_period("f.xlsx", [[text]])


@pytest.mark.parametrize(
    "title",
    [
        [["Đơn vị báo cáo: UBND xã Lâm Thao"]],
        [["- Đơn vị báo cáo:", "UBND xã Lâm Thao"], ["- Đơn vị nhận báo cáo:", "UBND tỉnh Phú Thọ"]],
        [["Đơn vị báo cáo: UBND xã Lâm Thao; Đơn vị nhận báo cáo: UBND tỉnh"]],
        [["UBND xã Lâm Thao"], ["Tình hình, kết quả giải quyết TTHC"]],
    ],
)
def test_the_title_block_names_the_reporting_unit(title):
    assert reporting_unit(title) == "UBND xã Lâm Thao"


def test_the_period_option_wins_and_a_different_title_warns(read):
    harvest, report = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)]), period=parse("2026-07"))
    assert set(harvest.measurements["period_end"]) == {date(2026, 7, 31)}
    assert "the title block says 2026-08, --period 2026-07 was taken" in report.warnings[0]


def test_a_file_without_a_period_asks_for_the_option(read):
    with pytest.raises(BadInput, match="names no period; give one, such as --period 2026-08"):
        read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)], title=[["tỉnh Phú Thọ"]]))


@pytest.mark.parametrize(("period", "what"), [("2025-06", "before 1 July 2025"), ("2026-10", "in the future")])
def test_a_period_that_today_has_no_communes_for_is_refused(read, period, what):
    with pytest.raises(BadInput, match=what):
        read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)]), period=parse(period))


@pytest.mark.parametrize(
    ("captured_at", "provisional"),
    [(datetime(2026, 8, 31, 16, 59, tzinfo=UTC), True), (datetime(2026, 8, 31, 17, 0, tzinfo=UTC), False)],
)
def test_figures_are_provisional_until_the_last_day_is_over_in_vietnam(read, captured_at, provisional):
    harvest, _ = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)]), captured_at=captured_at)
    assert set(harvest.measurements["provisional"]) == {provisional}


@pytest.mark.parametrize("province", ["25", "H44", "Phú Thọ", "tỉnh phú thọ"])
def test_the_province_option_takes_code_state_code_or_name(read, province):
    harvest, _ = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)], title=[[AUGUST]]), province=province)
    assert values(harvest, LAM_THAO) == AS_MEASURED


def test_a_province_that_does_not_exist_is_refused(read):
    with pytest.raises(Fault, match="'Vĩnh Phúc' is no province of today"):
        read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)]), province="Vĩnh Phúc")


def test_a_file_without_a_province_asks_for_the_option(read):
    with pytest.raises(BadInput, match="names no province; give one, such as --province 25"):
        read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)], title=[[AUGUST]]))


# Files that cannot be read


def test_a_missing_column_stops_the_file_and_is_named(read):
    without = {key: heading for key, heading in HEADINGS.items() if key != 13}
    with pytest.raises(BadInput) as caught:
        read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)], headings=without))
    message = str(caught.value)
    assert message.startswith("ii06-2026-08.xlsx: column missing: 13 'Đang giải quyết / Quá hạn'. Headings seen: 'TT'")
    assert "'Đang giải quyết / Trong hạn'" in message


def test_a_column_that_stands_twice_stops_the_file(read):
    with pytest.raises(BadInput, match="column stands twice: 13 'Đang giải quyết / Quá hạn'"):
        read(
            FormSheet(
                [row(1, "Xã Lâm Thao", FIGURES)], headings=HEADINGS | {"note": ("Ghi chú",), "again": HEADINGS[13]}
            )
        )


def test_another_form_is_refused_by_its_number(read):
    title = [["Biểu số II.05/VPCP/KSTT"], *workbooks.TITLE]
    with pytest.raises(BadInput, match=r"says it is form II\.05: only form II\.06"):
        read(FormSheet([row(1, "Xã Lâm Thao", FIGURES)], title=title))


def test_a_sheet_without_the_headings_is_no_form(read):
    with pytest.raises(BadInput, match=r"is not form II\.06: no row has the headings"):
        read(FormSheet([], headings={1: ("TT",), 2: ("Họ và tên",)}))


def test_sheets_without_the_form_are_left_out(read):
    sheets = [FormSheet([], name="Bìa", headings={1: ("Mục lục",)}), FormSheet([row(1, "Xã Lâm Thao", FIGURES)])]
    harvest, report = read(*sheets)
    assert values(harvest, LAM_THAO) == AS_MEASURED
    assert report.skipped == ["sheet 'Bìa': holds no form II.06"]


SOUND = FormSheet([row(1, "Xã Lâm Thao", FIGURES)])


def _text(path: Path) -> Path:
    path.write_text("Xã Lâm Thao;110", encoding="utf-8")
    return path


def _page(path: Path) -> Path:
    path.write_text("<html><table><tr><td>1</td></tr></table></html>", encoding="utf-8")
    return path


def _nothing(path: Path) -> Path:
    path.touch()
    return path


BAD_FILES = [
    ("cut.xlsx", lambda path: workbooks.truncated(write(path, SOUND)), "is damaged or cut off"),
    ("cut.xls", lambda path: workbooks.truncated(write(path, SOUND)), "is damaged or cut off"),
    ("sparse.xlsx", workbooks.sparse, "spans A1:XFD1048576, far more than the 2 cells"),
    ("text.xlsx", _text, "is no Excel workbook but a text or other file"),
    ("page.xls", _page, "is not form II.06"),
    ("nothing.xlsx", _nothing, r"the file is empty \(0 bytes\)"),
    ("missing.xlsx", lambda path: path, "cannot be opened: No such file"),
    ("locked.xlsx", workbooks.locked_xlsx, "is locked with a password"),
    ("locked.xls", lambda path: workbooks.locked_xls(path, SOUND), "is locked with a password"),
    (
        "blank.xlsx",
        lambda path: write(path, FormSheet([], title=(), headings={1: ("",)}, number_row=False)),
        "is empty",
    ),
]


@pytest.mark.parametrize(("file", "make", "message"), BAD_FILES, ids=[file for file, _, _ in BAD_FILES])
def test_a_file_that_cannot_be_read_says_what_is_wrong(tmp_path, units, provinces, file, make, message):
    path = make(tmp_path / file)
    with pytest.raises(BadInput, match=f"^{file}: .*{message}"):
        read_form(path, units, provinces, captured_at=SEPTEMBER)


# The command


@pytest.fixture
def command(tmp_path, units, provinces, monkeypatch):
    """Run `import-form`; (exit code, harvests that were published)."""
    published = []

    def publish(data, dataset, harvest, *, nature, first=None):
        published.append((dataset, nature, harvest))
        return argparse.Namespace(id="20260905T020000Z-0")

    def run(*words: object):
        parser = argparse.ArgumentParser()
        forms_command.add_arguments(parser)
        return forms_command.run(parser.parse_args([*map(str, words), "--data", str(tmp_path)])), published

    monkeypatch.setattr(import_form, "reference_table", {"units": units, "provinces": provinces}.get)
    monkeypatch.setattr("etl.publishing.publish.publish", publish)
    return run


def test_one_bad_file_does_not_lose_the_others(tmp_path, command, capsys):
    good = write(tmp_path / "good.xlsx", SOUND)
    bad = workbooks.truncated(write(tmp_path / "bad.xlsx", SOUND))
    code, published = command(bad, good)
    assert code == 1
    assert [(dataset, nature, harvest.sources) for dataset, nature, harvest in published] == [
        ("live", "live", ["ii06:good.xlsx"])
    ]
    said = capsys.readouterr()
    assert "good.xlsx: period 2026-08" in said.out
    assert "bad.xlsx: is damaged" in said.err


def test_a_folder_and_what_lies_beside_the_forms_cost_nothing(tmp_path, command):
    for name in ("~$a.xlsx", "README.txt", "Thumbs.db", ".hidden.xlsx", "notes.docx"):
        (tmp_path / name).write_bytes(b"x")
    write(tmp_path / "B.xls", SOUND).rename(tmp_path / "B.XLS")
    assert [path.name for path in forms_command.workbooks_in([tmp_path])] == ["B.XLS"]
    code, [(_, _, harvest)] = command(tmp_path / "~$a.xlsx", tmp_path / "B.XLS")
    assert (code, harvest.sources) == (0, ["ii06:B.XLS"])
    with pytest.raises(Fault, match="there is no workbook"):
        command(tmp_path / "~$a.xlsx")


def test_a_dry_run_publishes_nothing(tmp_path, command):
    assert command(write(tmp_path / "good.xlsx", SOUND), "--dry-run") == (0, [])


def test_a_file_that_gives_no_row_is_not_published(tmp_path, command):
    nothing = write(tmp_path / "nothing.xlsx", FormSheet([row(1, "Xã Không Có", FIGURES)]))
    assert command(nothing) == (1, [])


def test_of_two_files_that_differ_the_later_one_counts_and_a_warning_says_so(tmp_path, command):
    first = write(tmp_path / "first.xlsx", SOUND)
    second = write(tmp_path / "second.xlsx", FormSheet([row(1, "Xã Lâm Thao", OTHERS)]))
    code, [(_, _, harvest)] = command(first, second)
    assert code == 0
    assert values(harvest, LAM_THAO)["received"] == (10, None, "reported")
    assert "6 figures differ between the files" in harvest.warnings[0]


def test_a_period_option_that_is_none_is_refused(tmp_path, command):
    with pytest.raises(Fault, match="--period: 'tháng 8' is no period"):
        command(write(tmp_path / "good.xlsx", SOUND), "--period", "tháng 8")
