"""Frames kept in files: whose rows are read, and what happens where there is no file."""

from __future__ import annotations

import os
import stat

import polars as pl
import pytest

from store import filed as module
from store.filed import filed

FRAME = pl.DataFrame(
    {
        "unit_code": ["b", "a", "b", "c"],
        "scope": ["25", "25", "38", "38"],
        "value": [1.0, 2.0, 3.0, None],
    }
)


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "_folder_that_stands", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def counted(folder):
    """A function that is kept, two files at most, and what it was asked for."""
    asked: list[str] = []

    @filed("unit_code", most=2)
    def whole(province: str) -> pl.DataFrame:
        asked.append(province)
        return FRAME

    return whole, asked


def test_rows_are_those_asked_for_in_their_order_and_worked_out_once(counted):
    whole, asked = counted
    for _ in range(2):
        assert whole("25", of=["b"]).rows() == [("b", "25", 1.0), ("b", "38", 3.0)]
        assert whole("25", of=["c", "a"]).rows() == [("a", "25", 2.0), ("c", "38", None)]
        assert whole("25", of=["x"]).schema == FRAME.schema
    assert asked == ["25"]


def test_each_part_has_a_file_of_its_own_and_an_unknown_one_is_empty(folder):
    asked = []

    @filed("unit_code", most=5, apart="scope")
    def whole(snapshot: str) -> pl.DataFrame:
        asked.append(snapshot)
        return FRAME

    for _ in range(2):
        assert whole("s", of=["b"], part="38").rows() == [("b", "38", 3.0)]
        assert whole("s", of=["b"], part="25").rows() == [("b", "25", 1.0)]
        assert whole("s", of=["b"], part="01").schema == FRAME.schema
        assert whole("s", of=["b"], part="01").is_empty()
    assert asked == ["s"]
    assert len(list(folder.iterdir())) == 2


def test_the_files_asked_for_last_stay_and_others_are_deleted(folder, counted):
    whole, asked = counted
    for province in ("25", "38", "25", "01", "25", "38"):
        assert whole(province, of=["a"]).height == 1
    assert asked == ["25", "38", "01", "38"]
    assert len(list(folder.iterdir())) == 2


def test_a_frame_made_again_for_a_lost_part_leaves_no_second_file_of_the_others(folder):
    @filed("unit_code", most=5, apart="scope")
    def whole(snapshot: str) -> pl.DataFrame:
        return FRAME

    assert whole("s", of=["b"], part="38").height == 1
    for path in folder.iterdir():
        if "38" in pl.read_parquet(path)["scope"]:
            path.unlink()
    assert whole("s", of=["b"], part="38").rows() == [("b", "38", 3.0)]
    assert whole("s", of=["b"], part="25").rows() == [("b", "25", 1.0)]
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("harm", ["deleted", "cut off", "emptied"])
def test_a_file_that_is_lost_is_made_again(folder, counted, harm):
    whole, asked = counted
    assert whole("25", of=["a"]).height == 1
    (path,) = folder.iterdir()
    if harm == "deleted":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:40] if harm == "cut off" else b"")
    assert whole("25", of=["a"]).rows() == [("a", "25", 2.0)]
    assert whole("25", of=["a"]).rows() == [("a", "25", 2.0)]
    assert asked == ["25", "25"]


def test_a_full_disk_costs_time_and_nothing_else(folder, counted, monkeypatch):
    whole, asked = counted

    def full(frame, path, **words):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    for _ in range(2):
        assert whole("25", of=["a"]).rows() == [("a", "25", 2.0)]
    assert asked == ["25", "25"]
    assert not list(folder.iterdir())


def test_the_folder_is_readable_by_nobody_else_and_goes_with_its_process():
    folder = module._folder(os.getpid())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    module._clear(folder, os.getpid() + 1)
    assert folder.is_dir()
    module._clear(folder, os.getpid())
    assert not folder.exists()
    assert module._folder_that_stands().is_dir()
    assert module._folder_that_stands() != folder
