"""What the tests of forms share: four communes, three provinces, a reader of workbooks made for a test."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from etl.workbooks import box
from etl.workbooks.inside import answer
from tests.form_reading import read_form
from tests.workbooks import FormSheet, write

SEPTEMBER = datetime(2026, 9, 5, 2, 0, tzinfo=UTC)
LAM_THAO, VIET_TRI, HOA_BINH = "08494", "07900", "04795"


@pytest.fixture
def units() -> pl.DataFrame:
    rows = [
        (LAM_THAO, "Xã Lâm Thao", "xã", "25"),
        (VIET_TRI, "Phường Việt Trì", "phường", "25"),
        (HOA_BINH, "Phường Hòa Bình", "phường", "25"),
        ("23500", "Xã Chư Sê", "xã", "52"),
    ]
    columns = ["code", "full_name", "kind", "province_code"]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return frame.with_columns(kind_2025_07_01="kind", state_code=pl.lit(None, pl.String))


@pytest.fixture
def provinces() -> pl.DataFrame:
    rows = [("25", "Phú Thọ", "H44"), ("52", "Gia Lai", "H21"), ("79", "Hồ Chí Minh", "H29")]
    return pl.DataFrame(rows, schema=["code", "name", "state_code"], orient="row")


@pytest.fixture
def read(tmp_path, units, provinces, monkeypatch):
    """Write sheets to a workbook and read it: (harvest, report)."""
    # These files are sound, so they need no process apart, which takes most of the time of a reading.
    monkeypatch.setattr(box, "read_apart", lambda path, limits, **_: answer(path.read_bytes(), limits))

    def write_and_read(*sheets: FormSheet, file: str = "ii06-2026-08.xlsx", captured_at=SEPTEMBER, **options):
        path = write(tmp_path / file, *sheets)
        return read_form(path, units, provinces, captured_at=captured_at, **options)

    return write_and_read
