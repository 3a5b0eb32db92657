"""The list of counters: read whole or refused with file, row and field; the nearest ones of others."""

from __future__ import annotations

import pytest

from files.faults import Fault
from store import centres

HEAD = "unit_code,name,address,lat,lon,hours,telephone,page\n"
TAN_HOA = '04792,,Trụ sở xã Tên Mông cũ,20.8729,105.319,"T2-T6 07:30-11:30",0210 3846 647,https://tanhoa.example.vn\n'
HOA_BINH = "04795,,Đường Lý Nam Đế,20.837,105.352,,1022,\n"
NGHI_SON = "16654,,Phường Nghi Sơn,19.31,105.81,,,\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    return tmp_path


def give(rows: str) -> None:
    path = centres.own_file()
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD + rows, encoding="utf-8")


def test_without_a_list_nobody_has_a_counter(folder):
    assert centres.of_unit("04792") == () and centres.near("04792") == []


def test_a_row_is_read(folder):
    give(TAN_HOA)
    (found,) = centres.of_unit("04792")
    assert (found.address, found.telephone) == ("Trụ sở xã Tên Mông cũ", "0210 3846 647")
    assert found.position == (20.8729, 105.319) and found.hours[0].spans == (("07:30", "11:30"),)


def test_a_list_that_has_changed_is_read_again(folder):
    give(TAN_HOA)
    assert centres.of_unit("04795") == ()
    give(TAN_HOA + HOA_BINH)
    assert len(centres.of_unit("04795")) == 1


def test_those_nearby_are_told_and_none_of_far_away(folder):
    give(TAN_HOA + HOA_BINH + NGHI_SON)
    (near,) = centres.near("04792")
    assert near.centre.unit_code == "04795" and near.km == pytest.approx(5.25, abs=0.05)


def test_semicolons_and_decimal_commas_of_a_spreadsheet_are_read():
    text = HEAD.replace(",", ";") + "04795;;Đường Lý Nam Đế;20,837;105,352;;;\n"
    assert centres.read(b"\xef\xbb\xbf" + text.encode(), "x.csv")[0].position == (20.837, 105.352)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("99999,,a,,,,,", "row 2, 'unit_code': '99999' is no commune's code"),
        ("04792,,,,,,,", "row 2, 'address': is empty"),
        ("04792,,a,105.319,20.8729,,,", "are the two swapped?"),
        ("04792,,a,21.9,105.3,,,", "row 2, 'lat': 21.9, 105.3 lies 114 km from 04792"),
        ("04792,,a,20.87,,,,", "row 2, 'lon': '' is no number of degrees"),
        ("04792,,a,nan,105.3,,,", "row 2, 'lat'"),
        ("04792,,a,,,7h30,,", "row 2, 'hours': '7h30' begins with no days"),
        ("04792,,a,,,,gọi anh Ba,", "row 2, 'telephone'"),
        ("04792,,a,,,,,javascript:alert(1)", "row 2, 'page'"),
        ("04792,,a,,,", "row 2: has 6 cells"),
        (f"04792,,{'a' * 201},,,,,", "row 2, 'address': 201 characters"),
        ("04792,,a,,,,,\n04792,,b,,,,,", "row 3, 'name': 04792 has '' already"),
    ],
)
def test_what_is_wrong_is_told_with_row_and_field(row, said):
    with pytest.raises(Fault) as told:
        centres.read((HEAD + row + "\n").encode(), "centres.csv")
    assert "centres.csv" in str(told.value) and said in str(told.value)


def test_all_wrong_rows_are_told_at_once():
    with pytest.raises(Fault) as told:
        centres.read((HEAD + "9,,a,,,,,\n8,,a,,,,,\n").encode(), "centres.csv")
    assert str(told.value).count("is no commune's code") == 2


@pytest.mark.parametrize("content", [b"", b"code,name\n", "unit_code,tên\n".encode("cp1258")])
def test_another_file_is_no_list(content):
    with pytest.raises(Fault, match=r"x\.csv"):
        centres.read(content, "x.csv")
