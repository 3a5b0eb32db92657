"""Upgrades, backups, dumps and crashes while processes read and save: what was said to be kept is there afterwards."""

from __future__ import annotations

import json
import signal
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

import psycopg
import pytest

from etl.keeping import backup, restore
from files.faults import Fault
from journal import database as journal_database
from journal import place, visits
from tests import postgres
from tests.journal import written_on
from tests.journal.test_upgrades import LAST, NEXT, ask, opened, restart, revisions, second
from tests.journal.written_on import Written, all_kept, further, running, told

__all__ = ["second"]

OPPOSITE = '''
"""Changes the table of wordings first and that of notes then, the other way round than a change of a note."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "{next}", "{last}"


def upgrade():
    op.execute("LOCK TABLE visits IN SHARE ROW EXCLUSIVE MODE")
    op.execute("SELECT pg_sleep(0.4)")
    op.add_column("visit_wordings", sa.Column("room", sa.Text, nullable=False, server_default=""))
    op.add_column("visits", sa.Column("room", sa.Text, nullable=False, server_default="Phòng một cửa"))
    op.execute("UPDATE visits SET team = team || ' (cũ)'")
'''
FIRST_HALF = """
INSERT INTO visit_wordings (visit_id, version, visited_on, team, findings, author, signed_in, written_at)
SELECT id, version, visited_on, team, findings, author, signed_in, updated_at FROM visits WHERE id = %s FOR UPDATE
"""
"""What the first of the two statements by which a note is changed does."""
HELD = """
SELECT count(*) > 0 FROM pg_locks
WHERE relation = 'visits'::regclass AND mode = 'ShareRowExclusiveLock' AND granted
"""


def lost(found: dict[str, list[str]], writers: Iterable[Written]) -> list[str]:
    """Texts that were said to be kept and are not there exactly once."""
    said = [(kind, text) for one in writers for kind, texts in one.texts.items() for text in texts]
    assert said
    return [text for kind, text in said if found[kind].count(text) != 1]


def noted(folder: Path, *names: str) -> list[Written]:
    return [told(folder, name) for name in names]


def test_an_upgrade_while_readers_read_and_notes_are_saved(database, second, tmp_path, monkeypatch):
    """Two replicas of the version before go on, one of the new version begins; nobody is refused."""
    folder = tmp_path / "told"
    visits.all_visits()
    with running(folder, "an", "binh", "reader"):
        upgraded = opened(second)
        assert upgraded.communicate()[0].endswith("True\n")
        with running(folder / "new", "chi", migrations=second):
            further(folder, "an", "binh", "reader")

    writers = [*noted(folder, "an", "binh"), told(folder / "new", "chi")]
    assert [one.refused for one in (*writers, told(folder, "reader"))] == [[]] * 4
    restart(monkeypatch, second)
    assert lost(all_kept(), writers) == []
    assert revisions(database) == [NEXT]


def test_an_upgrade_gives_way_to_a_note_that_waits_for_it_and_comes_through(server, second, monkeypatch):
    """PostgreSQL breaks off one of two that wait for each other, the one that has waited longer: here the note's."""
    text = OPPOSITE.replace("{next}", NEXT).replace("{last}", LAST)
    (second / "versions" / f"v{NEXT}_rooms.py").write_text(text, encoding="utf-8")
    address = postgres.new_database(server, "gives way")
    monkeypatch.setenv(place.URL, address)
    restart(monkeypatch)
    kept = visits.record(visits.Note(written_on.UNIT, written_on.TODAY, "Đoàn 1", "bản đầu"), written_on.TODAY)
    with psycopg.connect(address) as note, psycopg.connect(address, autocommit=True) as watch:
        note.execute(FIRST_HALF, [kept.id])
        upgraded = opened(second)
        while not watch.execute(HELD).fetchone()[0]:
            assert upgraded.poll() is None
        note.execute("UPDATE visits SET version = 2, findings = 'bản sau' WHERE id = %s", [kept.id])

    assert upgraded.communicate()[0] == "1 True\n"
    restart(monkeypatch, second)
    assert [(one.version, one.findings, one.team) for one in visits.all_visits()] == [(2, "bản sau", "Đoàn 1 (cũ)")]
    assert [one.findings for one in visits.wordings([kept.id])[kept.id]] == ["bản đầu"]
    assert revisions(address) == [NEXT]


def test_writers_that_are_killed_have_kept_what_they_told(database, tmp_path):
    folder = tmp_path / "told"
    visits.all_visits()
    with running(folder, "an", "binh") as processes:
        for process in processes.values():
            process.send_signal(signal.SIGKILL)
            process.wait(20)

    assert lost(all_kept(), _whole(folder, "an", "binh")) == []
    further_note = visits.record(visits.Note(written_on.UNIT, written_on.TODAY, "Đoàn 2", "sau"), written_on.TODAY)
    assert visits.one(further_note.id) == further_note


def _whole(folder: Path, *names: str) -> list[Written]:
    """What killed processes told; a line that was cut was told to nobody."""
    for name in names:
        file = folder / f"{name}.jsonl"
        whole = file.read_text(encoding="utf-8").rpartition("\n")[0]
        file.write_text(whole + "\n", encoding="utf-8")
    return noted(folder, *names)


def test_a_server_that_is_killed_has_kept_what_it_said_and_is_used_again(tmp_path, monkeypatch):
    programs = postgres.programs()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: deploy/postgres.sh could not install one")
    with postgres.running(programs) as server:
        monkeypatch.setenv(place.URL, postgres.new_database(server, "killed"))
        journal_database._engine.cache_clear()
        visits.all_visits()
        folder = tmp_path / "told"
        with running(folder, "an", "binh"):
            postgres.kill(server)
            postgres.start_again(server)
            further(folder, "an", "binh")

        writers = noted(folder, "an", "binh")
        assert lost(all_kept(), writers) == []
        assert {refusal.split(":")[0] for one in writers for refusal in one.refused} <= {"unreachable"}
        journal_database._engine(place.url()).dispose()
        journal_database._engine.cache_clear()


# --- backups


@pytest.fixture
def data(published, monkeypatch) -> Path:
    monkeypatch.delenv(place.URL, raising=False)
    journal_database._engine.cache_clear()
    visits.all_visits()
    return published


def restored(file: Path, into: Path) -> Path:
    restore.restore(file, into)
    return into


def found_in(data: Path, monkeypatch: pytest.MonkeyPatch, migrations: Path | None = None) -> dict[str, list[str]]:
    monkeypatch.setenv(place.URL, f"sqlite:///{data / 'visits.db'}")
    restart(monkeypatch, migrations)
    try:
        return all_kept()
    finally:
        monkeypatch.delenv(place.URL)
        restart(monkeypatch)


def test_each_backup_while_notes_are_saved_holds_what_was_kept_before_it_began(data, tmp_path_factory, monkeypatch):
    kept, folder = tmp_path_factory.mktemp("kept"), data / ".told"
    with running(folder, "an", "binh", "reader"):
        made = []
        for _ in range(4):
            before = _so_far(folder, "an", "binh")
            made.append((backup.backup(data, kept)[0], before))
            further(folder, "an", "binh", by=3)

    writers = noted(folder, "an", "binh")
    assert [one.refused for one in (*writers, told(folder, "reader"))] == [[]] * 3
    assert lost(all_kept(), writers) == []
    for number, (file, before) in enumerate(made):
        with tarfile.open(file) as packed:
            assert not [name for name in packed.getnames() if name.endswith(("-wal", "-shm"))]
        found = found_in(restored(file, tmp_path_factory.mktemp("restored") / str(number)), monkeypatch)
        assert lost(found, before) == []


def _so_far(folder: Path, *names: str) -> list[Written]:
    """What was told until now, by processes that go on."""
    found = []
    for name in names:
        text = (folder / f"{name}.jsonl").read_text(encoding="utf-8").rpartition("\n")[0]
        lines = [json.loads(line) for line in text.splitlines()]
        texts = {kind: [line["text"] for line in lines if line.get("kind") == kind] for kind in ("note", "promise")}
        found.append(Written(texts, [], 0.0, len(lines)))
    return found


def test_a_backup_is_restored_onto_a_newer_version_and_written_on(data, second, tmp_path_factory, monkeypatch):
    kept, folder = tmp_path_factory.mktemp("kept"), data / ".told"
    with running(folder, "an"):
        further(folder, "an")
    file, _ = backup.backup(data, kept)
    newer = restored(file, tmp_path_factory.mktemp("newer") / "data")

    found = found_in(newer, monkeypatch, second)
    assert lost(found, noted(folder, "an")) == []
    assert revisions(f"sqlite:///{newer / 'visits.db'}") == [NEXT]
    assert set(ask(f"sqlite:///{newer / 'visits.db'}", "SELECT team FROM visits")) == {("Đoàn 1 (cũ)",)}

    # The way back: the backup of before is restored in its place, and the older version goes on with it.
    restore.restore(file, newer)
    assert lost(found_in(newer, monkeypatch), noted(folder, "an")) == []
    assert revisions(f"sqlite:///{newer / 'visits.db'}") == [LAST]


def test_nothing_is_restored_while_a_process_still_writes_there(data, tmp_path_factory):
    """It would go on in the folder that is moved aside, and tell its readers that their notes are kept."""
    file, _ = backup.backup(data, tmp_path_factory.mktemp("kept"))
    folder = data / ".told"
    with running(folder, "an") as processes, pytest.raises(Fault, match=f"process {processes['an'].pid} has"):
        restore.restore(file, data)

    assert not list(data.parent.glob(f"{data.name}.before-*"))
    assert lost(all_kept(), noted(folder, "an")) == []


def test_a_dump_of_a_server_while_notes_are_saved_is_restored_onto_a_newer_version(
    server, second, tmp_path, monkeypatch
):
    """The commands are those of the operations page."""
    before, after = (postgres.new_database(server, f"dumped {which}") for which in ("before", "after"))
    monkeypatch.setenv(place.URL, before)
    restart(monkeypatch)
    visits.all_visits()
    folder, file = tmp_path / "told", tmp_path / "visits.dump"
    with running(folder, "an", "binh"):
        so_far = _so_far(folder, "an", "binh")
        subprocess.run(["pg_dump", "-Fc", "--file", file, before], check=True)
        further(folder, "an", "binh", by=3)
    assert [one.refused for one in noted(folder, "an", "binh")] == [[], []]
    subprocess.run(["pg_restore", "--no-owner", "--single-transaction", "-d", after, file], check=True)

    monkeypatch.setenv(place.URL, after)
    restart(monkeypatch, second)
    assert lost(all_kept(), so_far) == []
    assert revisions(after) == [NEXT]
