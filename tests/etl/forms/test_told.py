"""What is said of a form before it is published: sheets, units missing, twice and not found, cells by their address."""

from __future__ import annotations

from etl.forms.report import plain
from journal import names
from tests.etl.forms.conftest import HOA_BINH, LAM_THAO
from tests.workbooks import FormSheet, counts, row

FIGURES = counts(60, 40, 10, 50, 30, 5, 20, 5)
OTHERS = counts(6, 4, 1, 5, 3, 0, 2, 1)


def test_units_are_named_that_are_missing_twice_or_not_found(read):
    rows = [row(1, "Xã Lâm Thao", FIGURES), row(2, "Xã Lâm Thao", OTHERS), row(3, "Phường Hòa Bìn", OTHERS)]
    harvest, report = read(FormSheet(rows))
    told = plain(report, harvest)

    assert told["sheets"] == ["Biểu II.06"]
    assert told["missing"] == [{"period": "2026-08", "units": ["Phường Hòa Bình", "Phường Việt Trì"]}]
    (twice,) = told["twice"]
    assert (twice["code"], twice["name"], twice["taken"]) == (LAM_THAO, "Xã Lâm Thao", False)
    assert [one["row"] for one in twice["rows"]] == [8, 9]
    (lost,) = told["not_found"]
    assert (lost["row"], lost["name"], lost["nearest"]) == (10, "Phường Hòa Bìn", HOA_BINH)
    said = "\n".join(report.lines())
    assert "the nearest is 04795 Phường Hòa Bình; if so, local/names.csv takes it: 25,NAME,04795" in said
    assert "08494 Xã Lâm Thao: ii06-2026-08.xlsx, row 8 and ii06-2026-08.xlsx, row 9; none was taken" in said
    assert "    Phường Việt Trì" in said


def test_the_same_row_twice_counts_once_and_is_named(read):
    _, report = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES), row(2, "Xã Lâm Thao", FIGURES)]))
    assert [(one["code"], one["taken"]) for one in report.twice] == [(LAM_THAO, True)]


def test_a_cell_that_is_set_apart_is_told_with_its_address(read):
    rows = [row(1, "Xã Lâm Thao", FIGURES, c4="sáu mươi"), row(2, "Phường Việt Trì", FIGURES, c7=1)]
    harvest, report = read(FormSheet(rows))

    cells = plain(report, harvest)["quarantine"]
    assert [(cell["row"], cell["cell"]) for cell in cells] == [(8, "D8"), (9, "G9")]
    assert "cell G9: the sum does not hold" in "\n".join(report.lines())


def test_a_name_of_a_person_is_neither_told_nor_offered(read):
    _, report = read(FormSheet([row(1, "Xã Lâm Thao", FIGURES), row(2, "Nguyễn Thị Hoa 0912345678", FIGURES)]))
    (lost,) = report.not_found
    assert (lost["name"], lost["nearest"]) == (None, None)
    assert "Hoa" not in "\n".join(report.lines())


def test_an_accepted_name_is_the_unit_from_then_on(read, tmp_path):
    sheet = FormSheet([row(1, "UBND xã Lâm Thaoo - Tỉnh Phú Thọ", FIGURES)])
    assert read(sheet)[0].measurements.is_empty()

    names.accept(tmp_path, "25", "Xã Lâm Thaoo", LAM_THAO)
    harvest, report = read(sheet, names=names.accepted(tmp_path))
    assert set(harvest.measurements["unit_code"]) == {LAM_THAO}
    assert report.not_found == []
