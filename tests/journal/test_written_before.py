"""A journal of commit 5bb19d9 opens, in SQLite and in PostgreSQL: nothing of what was noted is lost."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from journal import audit, database, place, problems, pulls, upgrades, visits
from journal.problems import PROBLEMS
from journal.visits import Note
from tests import written_before
from tests.postgres import new_database

TODAY = date(2026, 9, 26)


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    folder = written_before.data(tmp_path)
    monkeypatch.delenv(audit.FOLDER, raising=False)
    return folder


@pytest.fixture(params=["notes.json", "notes_postgresql.json"])
def notes(request, data, monkeypatch) -> dict:
    """What was noted, and a database of that time to find it in."""
    address = f"sqlite:///{data / 'visits.db'}"
    if request.param == "notes_postgresql.json":
        address = new_database(request.getfixturevalue("server"), request.node.name)
        _restore(address, data / "visits.postgresql.sql")
    monkeypatch.setenv(place.URL, address)
    database._engine.cache_clear()
    yield written_before.expected(request.param)
    database._engine.cache_clear()


def _restore(address: str, dump: Path) -> None:
    """What psql would do; lines with a backslash are for psql itself."""
    lines = dump.read_text(encoding="utf-8").splitlines()
    with psycopg.connect(address) as connection:
        connection.execute("\n".join(line for line in lines if not line.startswith("\\")))


def revision() -> str:
    with database.transaction() as connection:
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()


def all_marks() -> list[dict]:
    with database.transaction() as connection:
        rows = connection.execute(sa.select(PROBLEMS).order_by(PROBLEMS.c.id)).mappings().all()
    times = ("created_at", "settled_at")
    return [dict(row) | {name: row[name] and database.utc(row[name]) for name in times} for row in rows]


def as_then(found: object, written: object) -> object:
    """What was found, without what a later program keeps besides."""
    if isinstance(written, dict):
        return {name: as_then(found.get(name), value) for name, value in written.items()}
    if isinstance(written, list):
        return [as_then(one, like) for one, like in zip(found, written, strict=True)]
    return found


def test_every_visit_and_mark_is_as_it_was_written(notes):
    found = {
        "visits": [asdict(visit) for visit in visits.all_visits()],
        "practice_visits": [asdict(visit) for visit in visits.all_visits(practice=True)],
        "last_days": visits.last_days(),
        "open_marks": [asdict(mark) for mark in (*problems.still_open(False), *problems.still_open(True))],
        "all_marks": all_marks(),
    }
    assert [len(notes[name]) for name in found] == [2, 1, 2, 2, 3]
    assert as_then(written_before.plain(found), notes) == notes
    assert revision() == upgrades._known()[-1]


def test_the_database_is_written_on(notes):
    kept = visits.record(Note("04792", date(2026, 9, 21), "Đoàn số 3", "Đã xem lại"), TODAY)
    marked = problems.mark(problems.Problem("25", "04792", "Vẫn còn sai"))

    assert kept.id == 4
    assert marked.id == 4
    changed = visits.change(1, 2, Note("04792", date(2026, 9, 20), "Đoàn số 2", "Xong"), TODAY)
    assert (changed.version, len(visits.all_visits())) == (3, 3)
    assert problems.settle(1, "25", "editor@example.vn")


def test_lines_of_the_audit_log_are_as_they_were_written(data):
    written = written_before.expected("audit.json")

    assert [line["act"] for line in written] == ["publish", "publish", "sign_in", "export"]
    assert list(audit.lines(data)) == written
    assert audit.note(data, "lan@example.vn", "export", file="x.csv")
    assert list(audit.lines(data))[: len(written)] == written


def test_how_the_last_pulls_ended_is_known(data):
    found = {name: asdict(pull) for name, pull in pulls.last(data).items()}
    assert written_before.plain(found) == written_before.expected("pulls.json")
