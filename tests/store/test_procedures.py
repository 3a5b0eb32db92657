"""Names and fields of procedures, the shipped list and a province's own over it."""

from __future__ import annotations

import pytest

from etl.dossiers.lists import lists_of
from files.faults import Fault
from store.procedures import name_of, procedures


def given(folder, text: str):
    (folder / "local" / "dossiers").mkdir(parents=True)
    (folder / "local" / "dossiers" / "procedure_fields.yaml").write_text(text, encoding="utf-8")


def test_every_shipped_procedure_counts_in_a_field_of_the_list():
    assert lists_of().procedures == procedures() and procedures()["1.001193"].field == "Hộ tịch"


def test_a_provinces_own_stands_over_the_shipped_one(tmp_path):
    given(tmp_path, '"9.000303": {name: Cấp lần đầu, field: "Đất đai, cấp giấy chứng nhận lần đầu", always: true}\n')
    assert lists_of(tmp_path).procedures["9.000303"].always and "2.000815" in lists_of(tmp_path).procedures


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.001193: {name: x, field: Hộ tịch}\n", "is no code"),
        ('"1.001193": {field: Hộ tịch}\n', "1.001193, name: the key is missing"),
        ('"1.001193": {name: x, field: Hộ khẩu}\n', "1.001193: 'Hộ khẩu' is no field of fields.yaml"),
        ("- a\n", "must hold codes"),
    ],
)
def test_what_is_wrong_is_told_with_the_code(tmp_path, text, said):
    given(tmp_path, text)
    with pytest.raises(Fault, match=said):
        lists_of(tmp_path)


def test_pages_call_a_procedure_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    assert name_of("1.001193.H44") == "Đăng ký khai sinh (1.001193.H44)" and name_of("9.000101") == "9.000101"
