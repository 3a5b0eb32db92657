"""Forms that once came out silently wrong: each is read rightly, or what nobody can tell is named or asked."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from etl.forms.periods import title_periods
from files.faults import BadInput
from tests.etl.forms.conftest import HOA_BINH, LAM_THAO
from tests.etl.forms.test_import_form import values
from tests.workbooks import FormSheet, counts, row

FIGURES = counts(60, 40, 10, 50, 30, 5, 20, 5)


def titled(*texts: str, name: str = "Biểu", rows=None) -> FormSheet:
    return FormSheet(rows or [row(1, "Xã Lâm Thao", FIGURES)], name=name, title=[[text] for text in texts])


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Tháng VIII/2026", "2026-08"),
        ("Tháng VIII năm 2026", "2026-08"),
        ("THÁNG XII NĂM 2025", "2025-12"),
        ("Tháng IX - 2025", "2025-09"),
        ("Quý IV năm 2025", "2025-Q4"),
        ("Năm 2025", "2025"),
    ],
)
def test_a_month_in_roman_numerals_is_that_month(text, period):
    assert [found.id for found in title_periods("x", [[text]])] == [period]


@pytest.mark.parametrize(
    "title", [[["Tháng 8"], ["Năm: 2026"]], [["Kỳ báo cáo: Tháng 8", "2026"]], [["Tháng: 8", "Năm", "2026"]]]
)
def test_month_and_year_may_stand_in_cells_of_their_own(title):
    assert [found.id for found in title_periods("x", title)] == ["2026-08"]


@pytest.mark.parametrize(
    "text", ["Tuần 35 năm 2026", "Tuần 35 (năm 2026)", "Tháng 7, 8 năm 2026", "Đợt 2 năm 2026", "Quý 5 năm 2026"]
)
def test_a_year_beside_something_narrower_that_is_not_understood_is_no_period(read, text):
    with pytest.raises(BadInput, match="names no period"):
        read(titled("UBND tỉnh Phú Thọ", text))


def test_a_form_that_counts_in_thousands_is_refused(read):
    with pytest.raises(BadInput, match="figures are in thousands"):
        read(titled("UBND tỉnh Phú Thọ", "Tháng 8/2026", "Đơn vị tính: nghìn hồ sơ"))
    harvest, _ = read(titled("UBND tỉnh Phú Thọ", "Tháng 8/2026", "Đơn vị tính: Số hồ sơ TTHC"))
    assert harvest.measurements.height


def test_a_sheet_of_another_province_does_not_go_on_with_the_one_before(read):
    """Communes of both may bear the same name."""
    both = [
        titled("UBND tỉnh Phú Thọ", "Tháng 8/2026", name="1"),
        titled("UBND tỉnh Gia Lai", "Tháng 8/2026", name="2", rows=[row(1, "Phường Hòa Bình", FIGURES)]),
    ]
    harvest, _ = read(*both)
    assert set(harvest.measurements["unit_code"]) == {LAM_THAO}
    harvest, report = read(*both, province="25")
    assert HOA_BINH not in set(harvest.measurements["unit_code"])
    assert any("names province 52, not 25" in text for text in report.skipped)


def test_what_excel_leaves_behind_the_point_of_a_sum_is_no_fraction(read):
    dust = {key: figure + 1e-9 for key, figure in FIGURES.items()}
    harvest, report = read(FormSheet([row(1, "Xã Lâm Thao", dust), row(2, "Phường Việt Trì", FIGURES | {6: 9.5})]))
    assert values(harvest, LAM_THAO)["received"] == (100, None, "reported")
    assert [cell["column"] for cell in report.cells] == ["Tiếp nhận / Từ kỳ trước"]
    none = dict.fromkeys(FIGURES, -0.0)
    harvest, _ = read(FormSheet([row(1, "Xã Lâm Thao", none)]))
    rows = harvest.measurements.filter(pl.col("measure") == "received")
    assert rows["numerator"].to_list() == [0] and rows["period_start"].to_list() == [date(2026, 8, 1)]
