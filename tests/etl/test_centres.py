"""`python -m etl centres`: a province's list comes in as a whole or not at all, and leaves the others' alone."""

from __future__ import annotations

from etl.__main__ import main
from store import centres
from tests.store.test_centres import HEAD, HOA_BINH, NGHI_SON, TAN_HOA


def come_in(tmp_path, rows: str, *options: str) -> int:
    file = tmp_path / "centres.csv"
    file.write_text(HEAD + rows, encoding="utf-8")
    return main(["centres", str(file), "--data", str(tmp_path / "data"), *options])


def test_a_list_takes_the_place_of_its_own_communes_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GANDAN_DATA", "")
    assert come_in(tmp_path, TAN_HOA + NGHI_SON) == 0
    assert "Thanh Hóa: counters taken: 1" in capsys.readouterr().out
    assert come_in(tmp_path, TAN_HOA.replace("Trụ sở xã Tên Mông cũ", "Nhà mới") + HOA_BINH) == 0
    assert [one.address for code in ("04792", "04795", "16654") for one in centres.of_unit(code)] == [
        "Nhà mới", "Đường Lý Nam Đế", "Phường Nghi Sơn",
    ]  # fmt: skip


def test_a_wrong_list_changes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GANDAN_DATA", "")
    assert come_in(tmp_path, TAN_HOA) == 0
    assert come_in(tmp_path, HOA_BINH + "1,,a,,,,,\n") == 1
    assert "row 3, 'unit_code'" in capsys.readouterr().err
    assert centres.of_unit("04795") == () and len(centres.of_unit("04792")) == 1


def test_a_check_takes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", "")
    assert come_in(tmp_path, TAN_HOA, "--check") == 0
    assert not centres.own_file().exists()
