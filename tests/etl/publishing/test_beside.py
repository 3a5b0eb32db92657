"""What is worked out in processes of their own is the same, and one that ends early leaves nothing half published."""

from __future__ import annotations

import os
import threading

import pytest

from etl.publishing import beside
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from files.faults import Fault
from tests.conftest import CAPTURED, _row


def own() -> Harvest:
    """Enough communes to be ranked, one of them small."""
    form = {"measure": "on_time_share_form", "series": "ii06", "basis": "form"}
    codes = ("04792", "04795", "04828", "04831", "04846", "04849")
    counts = ((90, 100), (70, 100), (7, 8), (55, 60), (30, 40), (19, 23))
    rows = [
        _row(unit_code=code, numerator=a, denominator=b, **form) for code, (a, b) in zip(codes, counts, strict=True)
    ]
    return Harvest(measurement_rows(rows), CAPTURED, ["form:test"])


def test_large_tables_ranked_in_processes_are_published_the_same(tmp_path, monkeypatch):
    here = publish(tmp_path / "here", "simulated", own(), nature="simulated")
    monkeypatch.setattr(beside, "LARGE", 1)

    apart = publish(tmp_path / "apart", "simulated", own(), nature="simulated")

    assert apart.sha256 == here.sha256
    assert apart.rows["standings_public"] == here.rows["standings_public"] > 0
    folder = tmp_path / "apart" / "published" / "simulated" / apart.id
    assert [path.name for path in folder.iterdir() if "waiting" in path.name] == []


def test_a_process_that_ends_early_is_a_fault(tmp_path):
    with beside.beside(tmp_path) as working, pytest.raises(Fault, match="ended early, as for lack of memory"):
        working.alone(beside.LARGE, os._exit, 1).found()


def test_an_error_beside_is_told_and_nothing_more_is_begun(tmp_path, monkeypatch):
    def fails(*words: object, **named: object) -> None:
        raise Fault("no such unit")

    monkeypatch.setattr(beside, "_standing", fails)
    with pytest.raises(Fault, match="no such unit"):
        publish(tmp_path, "live", own(), nature="live")
    folder = tmp_path / "published" / "live"
    assert [path.name for path in folder.iterdir() if path.is_dir()] == []


def test_the_app_begins_no_processes(tmp_path):
    found = []

    def in_a_thread() -> None:
        with beside.beside(tmp_path) as working:
            found.append(working.alone(beside.LARGE, os.getpid).found())

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()

    assert found == [os.getpid()]
