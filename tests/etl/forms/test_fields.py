"""The fields of a form by the code list: a person's name in their place is counted and never told."""

from __future__ import annotations

import json

import pytest
import yaml

from etl.dossiers.lists import FIELDS, LOCAL, NO_FIELD, lists_of
from etl.forms.report import plain
from tests.etl.forms.conftest import LAM_THAO
from tests.etl.forms.test_import_form import by_field, values
from tests.workbooks import counts, row

PERSON = "Nguyễn Thị Bưởi"
FEW, MORE = counts(60, 40, 10, 50, 30, 5, 20, 5), counts(10, 5, 5, 10, 4, 1, 3, 2)


def test_what_is_on_no_list_is_added_up_as_not_known_and_no_name_gets_out(read):
    rows = [row(1, "Hộ tịch", FEW), row(2, PERSON, MORE), row(3, f"Hồ sơ của bà {PERSON}", FEW)]
    harvest, report = read(by_field(rows))
    assert set(harvest.measurements["field"]) == {"Hộ tịch", NO_FIELD, "all"}
    assert values(harvest, LAM_THAO, NO_FIELD)["received"] == (115, None, "reported")
    assert values(harvest, LAM_THAO)["received"] == (215, None, "reported")
    assert any("rows 9, 10" in text for text in harvest.warnings)
    told = json.dumps([report.lines(), plain(report, harvest), harvest.warnings], ensure_ascii=False)
    assert "Bưởi" not in told and "Bưởi" not in harvest.measurements.write_csv() + harvest.quarantine.write_csv()


def test_two_rows_of_one_field_are_added_up_and_one_that_is_set_apart_takes_the_sum_with_it(read):
    harvest, report = read(by_field([row(1, "Đất đai", FEW), row(2, "ĐỊA CHÍNH", MORE)]))
    assert values(harvest, LAM_THAO, "Đất đai")["received"] == (115, None, "reported")
    assert any("added to row 8" in text for text in report.skipped)
    harvest, _ = read(by_field([row(1, "Đất đai", FEW), row(2, "Địa chính", MORE, c7=99)]))
    assert harvest.measurements.is_empty()


@pytest.mark.parametrize(("name", "told"), [("Việc khác", True), (PERSON, False)])
def test_the_editor_is_told_a_word_that_stands_often_and_is_about_nobody(read, name, told):
    rows = [row("1", name, FEW), row("2", "Hộ tịch", FEW)]
    sheets = [by_field(rows, name=f"Bảng {n}", office=f"Đơn vị báo cáo: UBND {unit}") for n, unit in enumerate(UNITS)]
    harvest, report = read(*sheets)
    assert (name in "\n".join(report.warnings)) is told
    assert name not in "\n".join(harvest.warnings)


UNITS = ("xã Lâm Thao", "phường Việt Trì", "phường Hòa Bình")


def test_a_province_adds_names_of_its_own(read, tmp_path):
    own = tmp_path / LOCAL / FIELDS
    own.parent.mkdir(parents=True)
    own.write_text(yaml.safe_dump({"Hộ tịch": ["Việc nhà"]}, allow_unicode=True), encoding="utf-8")
    harvest, report = read(by_field([row(1, "Việc nhà", FEW)]), lists=lists_of(tmp_path))
    assert set(harvest.measurements["field"]) == {"Hộ tịch", "all"}
    assert not any("no list" in text for text in report.warnings)
