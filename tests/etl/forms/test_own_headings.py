"""A province's own headings are read as those of the form; a file that says nothing sound is refused by its entry."""

from __future__ import annotations

import pytest

from etl.forms.own_headings import FILE, own_headings
from files.faults import BadInput
from tests.workbooks import HEADINGS, FormSheet, counts, row

FIGURES = counts(60, 40, 10, 50, 30, 5, 20, 5)
OWN = {3: ("Hồ sơ vào", "Cộng dồn"), 12: ("Đang giải quyết", "Chưa tới ngày hẹn"), 2: ("Bộ phận một cửa",)}
SAID = """
Tiếp nhận: [Hồ sơ vào]
Tổng số: [Cộng dồn]
Trong hạn: [CHƯA TỚI NGÀY HẸN, Còn hạn]
Đơn vị: [Bộ phận một cửa]
"""


def said(folder, text: str):
    path = folder / FILE
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder


def _in_own_words(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("Hồ sơ vào" if part == "Tiếp nhận" else part for part in path)


def test_headings_of_a_province_stand_for_those_of_the_form(read, tmp_path):
    headings = {number: _in_own_words(path) for number, path in HEADINGS.items()}
    sheet = FormSheet([row(1, "Phường Việt Trì", FIGURES)], headings=headings | OWN)
    with pytest.raises(BadInput, match="Tiếp nhận"):
        read(sheet)
    harvest, _ = read(sheet, own=own_headings(said(tmp_path, SAID)))
    plain, _ = read(FormSheet([row(1, "Phường Việt Trì", FIGURES)]))
    assert harvest.measurements.drop("source").equals(plain.measurements.drop("source"))
    assert harvest.measurements.height


def test_without_a_file_a_province_has_no_headings_of_its_own(tmp_path):
    assert own_headings(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Còn hạn: [x]", "'Còn hạn': the form has no such heading"),
        ("Trong hạn: x", "'Trong hạn': a list"),
        ("Trong hạn: [x]\nQuá hạn: [X]", "given to two headings"),
        ("[a", "no sound YAML"),
        ("- a", "must hold headings"),
    ],
)
def test_a_file_that_says_nothing_sound_is_refused(tmp_path, text, wrong):
    with pytest.raises(BadInput, match=wrong):
        own_headings(said(tmp_path, text))
