"""In which field the dossiers of a procedure count: what an export leaves open, and work with a field of its own."""

from __future__ import annotations

import polars as pl
import pytest

from etl.dossiers import staging
from etl.dossiers.lists import NO_FIELD, lists_of
from etl.dossiers.store import Store
from tests.etl.dossiers.exports import text
from tests.etl.dossiers.test_odd_files import dossier
from tests.etl.dossiers.test_shapes import DAY, UNITS

MORE = ("Lĩnh vực", "Mã thủ tục")
FIRST = "Đất đai, cấp giấy chứng nhận lần đầu"


@pytest.mark.parametrize(
    ("field", "procedure", "counted"),
    [
        ("Đất đai", "1.001193", "Đất đai"),
        ("", "1.001193", "Hộ tịch"),
        ("Việc của phòng A", "1.001193.H44", "Hộ tịch"),
        ("Đất đai", "1.012753.000.00.00.H44", FIRST),
        ("Lệ phí trước bạ", "", "Đất đai, thuế và lệ phí trước bạ"),
        ("", "9.000101", NO_FIELD),
        ("", "", NO_FIELD),
    ],
)
def test_the_code_tells_what_the_export_leaves_open(tmp_path, field, procedure, counted):
    path, store = tmp_path / "x.csv", Store(tmp_path / "data")
    path.write_text(text(dossier(1, field, procedure), dossier(2, "Chứng thực", "2.000815"), more=MORE), "utf-8")
    staging.stage_file(store, path, UNITS, "25", DAY, lists=lists_of())
    [part] = [pl.read_ipc(part) for part in store.staging.rglob("*.arrow")]
    names = dict(store.listed("fields").iter_rows())
    assert [names[number] for number in part.sort("code")["field"]] == [counted, "Chứng thực"]
