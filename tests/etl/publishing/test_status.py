"""`python -m etl status`: what it prints and with which exit code."""

from __future__ import annotations

import pytest

from etl.__main__ import main
from etl.publishing.in_service import current_snapshot
from ranking.manifest import CURRENT, MANIFEST


@pytest.fixture
def status(capsys):
    def run(*words: object) -> tuple[int, str]:
        code = main(["status", *map(str, words)])
        return code, capsys.readouterr().out

    return run


@pytest.fixture
def snapshot(published):
    return current_snapshot(published / "published" / "live")


def test_a_published_dataset_is_named_with_nature_day_sources_and_rows(status, published, snapshot):
    code, out = status("--data", published)
    assert code == 0
    assert out.startswith(f"live (live), snapshot {snapshot.name}\n")
    assert "captured 2026-09-02 01:00 UTC" in out
    assert "sources: portal:test" in out
    assert "measurements 15, standings" in out


def test_coverage_counts_the_communes_that_reported_and_names_the_silent(status, published):
    out = status("--data", published)[1]
    (line,) = [line for line in out.splitlines() if line.strip().startswith("25 ")]
    assert line.split() == ["25", "2026-08", "on_time_share", "portal", "3", "of", "148", "communes,", "145", "silent"]


def test_a_province_shows_all_its_measures(status, published):
    out = status("--data", published, "--province", "25")[1]
    shown = [line.split()[2] for line in out.splitlines() if line.strip().startswith("25 ")]
    assert shown == ["on_time_share", "received", "received_per_1000", "received_per_day"]


def test_another_province_is_not_shown(status, published):
    assert "  01 " not in status("--data", published, "--province", "25")[1]


def test_nothing_published_says_how_to_begin(status, tmp_path):
    code, out = status("--data", tmp_path)
    assert code == 1
    assert "nothing is published; `python -m etl pull`" in out


def test_a_dataset_that_is_not_there(status, published):
    assert status("--data", published, "--dataset", "simulated") == (1, "simulated: nothing is published\n")


@pytest.mark.parametrize(
    ("name", "word"),
    [(MANIFEST, "manifest.json is damaged"), ("standings.parquet", "standings.parquet: not as published")],
)
def test_a_damaged_snapshot_is_said_in_one_line(status, published, snapshot, name, word):
    (snapshot / name).write_bytes((snapshot / name).read_bytes()[:-9])
    code, out = status("--data", published)
    assert code == 1
    assert out.count("\n") == 1
    assert out.startswith("live: ")
    assert word in out


def test_a_pointer_to_nowhere_is_said_in_one_line(status, published):
    (published / "published" / "live" / CURRENT).write_text("20260101T000000Z-00000000\n")
    code, out = status("--data", published)
    assert code == 1
    assert "names '20260101T000000Z-00000000', which is not there" in out
