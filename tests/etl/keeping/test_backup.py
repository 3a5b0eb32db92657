"""Backups: what they hold, what they never do, and that one counts only where it can be restored."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from etl.dossiers.store import Store
from etl.keeping import archive, backup, contents, drill, restore
from etl.publishing import publish as publishing
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.in_service import SALT
from files import lock
from files.faults import Fault
from files.places import HOME
from journal import audit, backups, database, visits
from store import snapshot
from tests.conftest import CAPTURED, _row


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(contents, "_PAUSE", 0)


@pytest.fixture
def kept(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def full(published) -> Path:
    """The small data folder with one of everything that cannot be made again."""
    database._engine.cache_clear()
    visits.record(visits.Note("04792", date(2026, 9, 1), "Đoàn 1", "Đã xem sổ"), date(2026, 9, 2))
    audit.note(published, "a@b.vn", "export", file="x.csv")
    (published / "access.yaml").write_text("people: []\n")
    (published / "local").mkdir()
    (published / "local" / "names.csv").write_text("seen,code\n")
    (published / "raw" / "forms").mkdir(parents=True)
    (published / "raw" / "forms" / "a.xlsx").write_bytes(b"PK")
    store = Store(published)
    (store.folder / "dossiers").mkdir(parents=True)
    pl.DataFrame({"code": ["a", "b", "c"]}).write_parquet(store.folder / "dossiers" / "2026-08.parquet")
    (store.folder / "salt").write_bytes(bytes(32))
    secret = published / "published" / "live" / SALT
    secret.touch(0o600)
    secret.write_text("0f" * 32)
    (published / "boundaries").mkdir()
    (published / "boundaries" / "boundaries.id").write_text("x")
    return published


def publish_again(data: Path, day: int) -> str:
    captured = CAPTURED.replace(day=day)
    rows = measurement_rows([_row(numerator=float(day), captured_at=captured)])
    return publishing.publish(data, "live", Harvest(rows, captured, ["portal:test"]), nature="live").id


def names(file: Path) -> list[str]:
    with tarfile.open(file) as packed:
        return packed.getnames()


def test_everything_that_cannot_be_made_again_comes_back(full, kept, tmp_path_factory):
    file, said = backup.backup(full, kept)
    restored = tmp_path_factory.mktemp("restored") / "data"
    restore.restore(file, restored)

    held = {path.relative_to(restored).as_posix() for path in restored.rglob("*") if path.is_file()}
    there = {path.relative_to(full).as_posix() for path in full.rglob("*") if path.is_file()}
    left_out = {name for name in there - held if not name.endswith(".lock") and not name.startswith("visits.db-")}
    assert left_out == {"boundaries/boundaries.id"}
    for name in held - {"visits.db"}:
        assert (restored / name).read_bytes() == (full / name).read_bytes()
        assert (restored / name).stat().st_mode == (full / name).stat().st_mode
    assert archive.journal_rows(restored / "visits.db")["visits"] == 1
    assert "dossiers: 3 in 1 files" in said


def test_only_its_owner_reads_a_backup(full, kept):
    file, _ = backup.backup(full, kept)

    assert {path.name: path.stat().st_mode & 0o777 for path in kept.iterdir()} == {
        file.name: 0o600,
        f"{file.name}.sha256": 0o600,
    }


def test_pointers_are_written_last(full, kept):
    file, _ = backup.backup(full, kept)

    assert names(file)[-2:] == ["data/published/live/current", "backup.json"]


def test_a_publish_while_a_snapshot_is_read_takes_nothing_away(full, kept, monkeypatch):
    """Between the pointer and the files a publish removes what the pointer named: then the next one is kept."""
    real, published = contents._snapshot, []

    def meanwhile(folder, name, opened):
        if not published:
            published.append(publish_again(full, 20))
            shutil.rmtree(folder)
        return real(folder, name, opened)

    monkeypatch.setattr(contents, "_snapshot", meanwhile)
    file, _ = backup.backup(full, kept)

    assert archive.checked(file, kept).datasets["live"]["snapshot"] == published[0]


def test_a_snapshot_of_before_that_is_being_removed_is_left_out_whole(full, kept):
    before = snapshot.open_snapshot("live").folder
    now = publish_again(full, 20)
    (before / "standings.parquet").unlink(missing_ok=True)
    file, _ = backup.backup(full, kept)

    assert not [name for name in names(file) if before.name in name]
    assert archive.checked(file, kept).datasets["live"]["snapshot"] == now


def test_a_damaged_snapshot_is_no_backup_and_those_before_stay(full, kept):
    first, _ = backup.backup(full, kept)
    table = snapshot.open_snapshot("live").folder / "standings.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"x")

    with pytest.raises(Fault, match=r"standings\.parquet is not the file that was published"):
        backup.backup(full, kept)
    assert [path.name for path in kept.glob("gan-dan-*.gz")] == [first.name]
    assert not list(kept.glob(".partial-*"))


def test_a_pointer_to_nothing_is_named(full, kept):
    (full / "published" / "live" / "current").write_text("20260101T000000Z-nothing\n")

    with pytest.raises(Fault, match="names no whole snapshot"):
        backup.backup(full, kept)


def test_what_stands_in_the_write_ahead_file_alone_is_kept(full, kept):
    with sqlite3.connect(full / "visits.db") as writer:
        writer.execute("pragma wal_autocheckpoint = 0")
        writer.execute("update visits set findings = 'Chỉ trong nhật ký'")
        writer.commit()
        file, _ = backup.backup(full, kept)
    with tarfile.open(file) as packed:
        packed.extract("data/visits.db", kept, filter="data")
    with sqlite3.connect(kept / "data" / "visits.db") as found:
        assert found.execute("select findings from visits").fetchall() == [("Chỉ trong nhật ký",)]


def test_a_link_at_the_top_is_followed_and_one_below_is_refused(full, kept, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "raw"
    (full / "raw").rename(elsewhere)
    (full / "raw").symlink_to(elsewhere)
    file, _ = backup.backup(full, kept)
    assert "data/raw/forms/a.xlsx" in names(file)

    (full / "local" / "more").symlink_to(elsewhere)
    with pytest.raises(Fault, match=r"local/more: a link below the top"):
        backup.backup(full, kept)


def test_backups_inside_the_data_folder_do_not_hold_each_other(full):
    inside = full / "kept"
    backup.backup(full, inside)
    file, _ = backup.backup(full, inside)

    assert not [name for name in names(file) if "/kept/" in name]


def test_the_audit_log_is_kept_from_where_it_lies(full, kept, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("audit")
    monkeypatch.setenv("GANDAN_AUDIT", str(elsewhere))
    audit.note(full, "a@b.vn", "export", file="y.csv")
    file, _ = backup.backup(full, kept)

    assert [name for name in names(file) if name.startswith("data/audit/")]


def test_the_last_ones_are_kept(full, kept):
    files = [backup.backup(full, kept, keep=2)[0] for _ in range(4)]

    assert sorted(path.name for path in kept.glob("*.gz")) == sorted(file.name for file in files[-2:])
    assert len(list(kept.iterdir())) == 4


def test_an_import_of_dossiers_is_waited_for(full, kept, monkeypatch):
    monkeypatch.setattr("etl.dossiers.store._LOCK_SECONDS", 0.1)
    held = lock.sole_writer(full / "dossiers_store", ".import.lock", "import", 1)
    with held, pytest.raises(Fault, match="another import"):
        backup.backup(full, kept)
    assert backup.backup(full, kept)[0].exists()


def test_what_an_ended_backup_left_is_removed(full, kept):
    (kept / ".partial-999999999-ab.tar.gz").write_bytes(b"half")
    (kept / ".partial-Xa3dEf" / "data").mkdir(parents=True)  # as the script of before left
    backup.backup(full, kept)

    assert not list(kept.glob(".partial-*"))


def test_a_full_disk_says_so_and_the_ones_before_stay(full, kept, monkeypatch):
    first, _ = backup.backup(full, kept)

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", no_room)
    with pytest.raises(Fault, match="the disk is full; those from before stay"):
        backup.backup(full, kept)
    assert sorted(kept.iterdir()) == sorted([first, archive.checksum_file(first)])


def test_the_command_notes_how_it_ended(full, kept):
    backup.run(backup_arguments(full, kept))
    assert backups.last(full)["backup"].ok
    (full / "published" / "live" / "current").write_text("nothing\n")
    with pytest.raises(Fault):
        backup.run(backup_arguments(full, kept))
    noted = backups.last(full)["backup"]
    assert not noted.ok and "names no whole snapshot" in noted.said


def backup_arguments(data: Path, folder: Path):
    return argparse.Namespace(data=data, to=folder, keep=30)


# --- restoring


@pytest.mark.parametrize("over", [True, False])
def test_all_folders_belong_to_whom_the_data_belong(full, kept, tmp_path_factory, monkeypatch, over):
    """Root restores for the service, which has to write there afterwards."""
    file, _ = backup.backup(full, kept)
    data = full if over else tmp_path_factory.mktemp("empty") / "data"
    given = {}
    monkeypatch.setattr(restore.os, "chown", lambda path, user, group, **_: given.update({str(path): (user, group)}))
    restore.restore(file, data)
    folders = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_dir()} - {"boundaries"}
    own = (data.stat().st_uid, data.stat().st_gid)
    told = {path.partition("/data/")[2] or path.rpartition("/")[2]: whose for path, whose in given.items()}
    assert {"published/live", "raw"} <= folders
    assert {folder: told.get(folder) for folder in folders} == dict.fromkeys(folders, own)


def test_the_journal_of_before_leaves_nothing_beside_the_restored_one(full, kept):
    file, _ = backup.backup(full, kept)
    (full / "visits.db-wal").write_bytes(b"of another database")
    restore.restore(file, full)

    assert not (full / "visits.db-wal").exists()
    assert archive.journal_rows(full / "visits.db")["visits"] == 1


def test_without_a_journal_in_the_backup_all_files_of_the_one_before_stay(published, kept):
    file, _ = backup.backup(published, kept)
    for name in ("visits.db", "visits.db-wal", "visits.db-shm"):
        (published / name).write_bytes(name.encode())
    restore.restore(file, published)

    assert [(published / name).read_bytes() for name in ("visits.db", "visits.db-wal")] == [
        b"visits.db",
        b"visits.db-wal",
    ]


def test_an_archive_with_something_else_in_it_is_refused(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    for name in ("data/../../outside", "elsewhere/x"):
        made = folder / "gan-dan-x.tar.gz"
        with tarfile.open(made, "w:gz") as packed:
            packed.addfile(tarfile.TarInfo(name))
        archive.checksum_file(made).write_text(f"{_sha256(made)}  {made.name}\n")
        with pytest.raises(Fault, match="which no backup of ours does"):
            restore.restore(made, folder / "data")
        assert not (folder / "data").exists()


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("damage", ["cut", "changed", "no checksum"])
def test_a_damaged_backup_changes_nothing(full, kept, tmp_path_factory, damage):
    file, _ = backup.backup(full, kept)
    content = file.read_bytes()
    if damage == "no checksum":
        archive.checksum_file(file).unlink()
    else:
        file.write_bytes(content[:-20] if damage == "cut" else content[:200] + b"x" + content[201:])
    target = tmp_path_factory.mktemp("target") / "data"

    with pytest.raises(Fault):
        restore.restore(file, target)
    assert not list(target.parent.iterdir())


def test_what_was_there_is_moved_aside_and_what_is_made_again_is_taken_over(full, kept):
    file, _ = backup.backup(full, kept)
    (full / "published" / "note").write_text("old")
    restore.restore(file, full)

    aside = next(full.parent.glob(f"{full.name}.before-*"))
    assert (aside / "published" / "note").read_text() == "old"
    assert not (full / "published" / "note").exists()
    assert (full / "boundaries" / "boundaries.id").read_text() == "x"
    shutil.rmtree(aside)


# --- the drill


def test_a_drill_opens_what_was_restored_and_removes_it(full, kept, capsys):
    backup.run(backup_arguments(full, kept))
    drill.run(argparse.Namespace(backups=kept, data=full))

    assert "is sound" in capsys.readouterr().out and backups.last(full)["drill"].ok


def test_a_backup_whose_counts_differ_is_none(full, kept, monkeypatch):
    real = archive.Tally.counts
    monkeypatch.setattr(
        archive.Tally, "counts", lambda self: archive.Counts(**{**vars(real(self)), "journal": {"visits": 200}})
    )
    with pytest.raises(Fault, match="other figures than were kept"):
        backup.backup(full, kept)


def test_a_drill_tells_what_is_lost_on_the_way_back(full, kept, monkeypatch):
    backup.backup(full, kept)
    real = restore.restore

    def loses_a_visit(file, data):
        told = real(file, data)
        with closing(sqlite3.connect(data / "visits.db")) as journal, journal:
            journal.execute("delete from visits")
        return told

    monkeypatch.setattr(drill, "restore", loses_a_visit)
    with pytest.raises(Fault, match="restored, it holds other figures than were kept"):
        drill.drill(kept)


def test_a_python_without_filters_of_archives_keeps_and_restores_too(full, kept, monkeypatch, capsys):
    """Debian 12 has Python 3.11.2; filters came with 3.11.4."""
    old = tarfile.TarFile.extract
    monkeypatch.delattr(tarfile, "tar_filter")
    monkeypatch.setattr(tarfile.TarFile, "extract", lambda self, member, path: old(self, member, path, filter="data"))
    backup.backup(full, kept)
    drill.run(argparse.Namespace(backups=kept, data=full))
    assert "was restored aside and is sound" in capsys.readouterr().out


def test_a_restore_that_fails_half_way_leaves_what_was_there(full, kept, monkeypatch):
    file, _ = backup.backup(full, kept)
    real, before = Path.rename, sorted(path.name for path in full.iterdir())

    def fails(self, target):
        if self.name == "data" and Path(target) == full:
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(Fault, match="nothing was restored: Input/output error"):
        restore.restore(file, full)
    assert sorted(path.name for path in full.iterdir()) == before
    assert not list(full.parent.glob(f"{full.name}.before-*"))


def test_a_damaged_journal_is_named_and_noted(full, kept):
    with closing(sqlite3.connect(full / "visits.db")) as journal:
        journal.execute("pragma wal_checkpoint(truncate)")
    content = (full / "visits.db").read_bytes()
    (full / "visits.db").write_bytes(content[:4096] + bytes(len(content) - 4096))
    with pytest.raises(Fault, match="is no sound database"):
        backup.run(backup_arguments(full, kept))
    assert not backups.last(full)["backup"].ok


def test_without_a_backup_a_drill_fails(full, kept):
    with pytest.raises(Fault, match="holds no backup"):
        drill.drill(kept)


def test_names_of_one_second_differ(full, kept, monkeypatch):
    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2026, 11, 29, 12, tzinfo=UTC)

    monkeypatch.setattr(backup, "datetime", Stopped)
    found = [backup.backup(full, kept)[0].name for _ in range(2)]

    assert found == ["gan-dan-20261129T120000Z.tar.gz", "gan-dan-20261129T120000Z.2.tar.gz"]
    assert [path.name for path in archive.in_time_order(kept)] == found


def test_the_list_of_what_the_program_ships_is_that_of_the_repository():
    done = subprocess.run(["git", "ls-files", "data"], cwd=HOME, capture_output=True, text=True, check=True)
    shipped = {line.split("/")[1] for line in done.stdout.splitlines()}
    assert shipped - {"published"} == contents.SHIPPED
