"""A stranger's download, ranked again by the lines of docs/recompute.md, has exactly the published ranks."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from files.places import HOME
from store import public
from store.snapshot import open_snapshot
from web.open import package

LINES = re.search(
    r"```python\n(.*?)```", (HOME / "docs" / "recompute.md").read_text(encoding="utf-8"), re.DOTALL
).group(1)


@pytest.fixture
def recorded(monkeypatch):
    monkeypatch.delenv("GANDAN_DATA", raising=False)
    return open_snapshot("recorded")


def recompute(folder: Path, monkeypatch, snapshot, **query: str) -> dict[str, pl.DataFrame]:
    (folder / "package.zip").write_bytes(package.package(query, snapshot))
    monkeypatch.chdir(folder)
    found: dict[str, pl.DataFrame] = {}
    exec(compile(LINES, "docs/recompute.md", "exec"), found)
    return found


def test_every_published_rank_is_found_again(recorded, tmp_path, monkeypatch):
    found = recompute(tmp_path, monkeypatch, recorded)
    assert found["different"].height == 0
    published = public.standings(recorded).rows
    assert found["recomputed"]["recomputed"].count() == published["rank"].count() > 5000


def test_the_ranks_of_one_province_are_found_in_its_own_package(recorded, tmp_path, monkeypatch):
    found = recompute(tmp_path, monkeypatch, recorded, province="25", measure="on_time_share")
    assert found["different"].height == 0
    assert found["recomputed"]["scope"].unique().to_list() == ["25"]


def test_a_rank_that_is_not_so_is_found_out(recorded, tmp_path, monkeypatch):
    rows_of = package.rows_of
    first = pl.col("rank").is_first_distinct() & (pl.col("rank") == 2)
    monkeypatch.setattr(
        package,
        "rows_of",
        lambda query, snapshot: rows_of(query, snapshot).with_columns(rank=pl.when(first).then(1).otherwise("rank")),
    )
    assert recompute(tmp_path, monkeypatch, recorded, province="25", measure="tdgq")["different"].height == 1


def test_there_are_about_twenty_lines():
    assert len([line for line in LINES.splitlines() if line.strip()]) <= 24
