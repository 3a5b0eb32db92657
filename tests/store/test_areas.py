"""Kinds of communes, from the reference tables and from a province's own file."""

from __future__ import annotations

import pytest

from files.faults import BadInput
from store.areas import BORDER, MINORITY, kinds

HEAD = "unit_code,kind,decision\n"


def given(folder, text: str):
    (folder / "local").mkdir()
    (folder / "local" / "areas.csv").write_text(text, encoding="utf-8-sig")
    return kinds(folder)


def test_without_a_file_there_is_the_border_alone(tmp_path):
    assert {kind: len(codes) for kind, codes in kinds(tmp_path).items()} == {BORDER: 248}
    assert kinds() == kinds(tmp_path)


def test_a_file_names_further_kinds_each_with_its_decision(tmp_path):
    found = given(tmp_path, HEAD + "4792,minority,Quyết định 861/QĐ-TTg\n\n04795,minority,Quyết định 861/QĐ-TTg\n")
    assert found[MINORITY] == {"04792", "04795"} and len(found[BORDER]) == 248


def test_where_it_names_a_border_that_is_the_border(tmp_path):
    assert given(tmp_path, HEAD + "04792,border,Nghị định 34/2014/NĐ-CP\n")[BORDER] == {"04792"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unit_code,kind\n", "areas.csv, row 1, 'decision': the column is missing"),
        (HEAD + "99999,border,x\n", "row 2, 'unit_code': '99999' is no commune of today"),
        (HEAD + "04792,rich,x\n", "row 2, 'kind': 'rich' must be one of border, mountain, minority"),
        (HEAD + "04792,border, \n", "row 2, 'decision': the decision"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(tmp_path, text, said):
    with pytest.raises(BadInput, match=said):
        given(tmp_path, text)
