"""Exports for tests of reading them: rows of invented dossiers, and what came of an import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl.__main__ import main
from etl.publishing.publish import current_snapshot

HEADERS = ("Mã hồ sơ", "Đơn vị tiếp nhận", "Ngày tiếp nhận", "Hạn trả", "Ngày có kết quả", "Trạng thái")
UNIT, NAME = "04795", "Phường Hòa Bình"


def row(number: int, *further: str, received: str = "03/08/2026", due: str = "10/08/2026", done: str = "07/08/2026",
        unit: str = NAME, code: str | None = None, state: str = "") -> list[str]:  # fmt: skip
    """An invented dossier of Hòa Bình, received on 3, due on 10, done on 7 August 2026, with `further` cells behind."""
    return [code or f"H44.202-260803-{number:04d}", unit, received, due, done, state, *further]


def text(*rows: list[str], more: tuple[str, ...] = (), separator: str = ";") -> str:
    """The rows as CSV below the usual headings and `more` of them."""
    return "\n".join(separator.join(cells) for cells in ([*HEADERS, *more], *rows)) + "\n"


@dataclass
class Imported:
    """What an import said and published."""

    code: int
    said: str
    data: Path

    def table(self, name: str = "measurements") -> pl.DataFrame:
        folder = current_snapshot(self.data / "published" / "live")
        assert folder is not None, self.said
        return pl.read_parquet(folder / f"{name}.parquet")

    def figure(self, measure: str, month: int = 8, unit: str = UNIT) -> tuple:
        rows = self.table().filter(
            pl.col("measure") == measure, pl.col("unit_code") == unit, pl.col("field") == "all",
            pl.col("period_kind") == "month", pl.col("period_start") == date(2026, month, 1),
        )  # fmt: skip
        return rows.select("numerator", "denominator", "state").row(0)

    def received(self) -> dict[int, int]:
        """Dossiers received by month."""
        rows = self.table().filter(
            pl.col("measure") == "received", pl.col("unit_code") == UNIT, pl.col("field") == "all",
            pl.col("period_kind") == "month", pl.col("numerator") > 0,
        )  # fmt: skip
        return {start.month: int(n) for start, n in rows.select("period_start", "numerator").iter_rows()}

    def reasons(self) -> dict[int | None, str]:
        return dict(self.table("quarantine").select("row", "reason").iter_rows())


Bring = Callable[..., Imported]


@pytest.fixture
def bring(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Bring:
    """Import text or bytes (as export.csv) or a file, exported on 26 September 2026 from Phú Thọ."""

    def run(given: str | bytes | Path, *words: str, data: str = "data") -> Imported:
        if isinstance(given, Path):
            path = given
        else:
            path = tmp_path / "export.csv"
            path.write_bytes(given.encode() if isinstance(given, str) else given)
        folder = tmp_path / data
        options = ["--province", "25", "--exported", "2026-09-26", "--data", str(folder)]
        code = main(["dossiers", str(path), *options, *words])
        told = capsys.readouterr()
        return Imported(code, told.out + told.err, folder)

    return run
