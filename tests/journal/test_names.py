"""Names that a province has accepted: what the file may hold, and what is said of what it may not."""

from __future__ import annotations

import pytest

from files.faults import BadInput
from journal import names

LAM_THAO, HOA_BINH = "08494", "04795"


def test_a_name_is_kept_once_and_read_as_names_are(tmp_path):
    assert names.accept(tmp_path, "25", "  xã  Lâm Thaoo ", LAM_THAO) is True
    assert names.accept(tmp_path, "25", "Xã Lâm Thaoo", LAM_THAO) is False

    assert names.accepted(tmp_path) == {"25": {("xã", "lâm thaoo"): LAM_THAO}}
    assert (tmp_path / "local" / "names.csv").read_text(encoding="utf-8") == (
        "province,name,code\n25,xã Lâm Thaoo,08494\n"
    )


def test_without_a_file_there_are_none(tmp_path):
    assert names.accepted(tmp_path) == {}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("99,Xã A,08494", "row 2, 'province': is no province's two-digit code"),
        ("25,Xã A,16654", "row 2, 'code': is no commune of province 25 today"),
        ("25,,08494", "row 2, 'name': is no unit's name"),
        ("25,0912345678,08494", "row 2, 'name': is no unit's name"),
        ("25,=A1 xã,08494", "row 2, 'name': is no unit's name"),
        ("25,Phường Hòa Bình,08494", "row 2, 'name': is the own name of 04795"),
        ("25,Xã A", "row 2: has 2 columns, not 3"),
        ("25,Xã A,08494\n25,xã a,04795", "row 3, 'code': the name stands for 08494 in a row before"),
    ],
)
def test_a_row_that_cannot_be_is_told_by_row_and_column(tmp_path, row, said):
    (tmp_path / "local").mkdir()
    (tmp_path / names.FILE).write_text(f"province,name,code\n{row}\n", encoding="utf-8")
    with pytest.raises(BadInput) as error:
        names.accepted(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / names.FILE}, {said}")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"name,code\nXa A,08494\n"])
def test_what_is_no_such_file_is_told(tmp_path, content):
    (tmp_path / "local").mkdir()
    (tmp_path / names.FILE).write_bytes(content)
    with pytest.raises(BadInput, match=r"names\.csv"):
        names.accepted(tmp_path)


def test_a_name_that_cannot_be_accepted_leaves_the_file_as_it_was(tmp_path):
    names.accept(tmp_path, "25", "Xã Lâm Thaoo", LAM_THAO)
    before = (tmp_path / names.FILE).read_bytes()
    for name, code in (("Xã Lâm Thaoo", HOA_BINH), ("Phường Hòa Bình", LAM_THAO)):
        with pytest.raises(BadInput):
            names.accept(tmp_path, "25", name, code)
    assert (tmp_path / names.FILE).read_bytes() == before
