"""A disk that fills while notes, promises and marks are saved: what was kept is there, and the rest is told."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from journal import database as journal_database
from journal import endings, place, problems, promises, upgrades, visits
from journal.database import VisitError
from journal.problems import Problem
from journal.promises import Promise
from tests import small_disk
from tests.journal.test_upgrades import LAST, NEXT, opened, restart, revisions, second
from tests.journal.test_visits import NOTE, TODAY

__all__ = ["second"]

pytestmark = pytest.mark.skipif(not small_disk.possible(), reason=small_disk.NEEDS)
ENOUGH = 3000
"""More notes than the disk has room for."""
DICE = random.Random(766)


@pytest.fixture(params=["sqlite", "postgresql"])
def disk(request, monkeypatch) -> Iterator[Path]:
    """A small disk with an empty database of either kind on it, which `visits` uses; made ready before it fills."""
    with TemporaryDirectory(prefix="gandan_disk_") as name:
        Path(name).chmod(0o755)
        megabytes = 2 if request.param == "sqlite" else 24
        with small_disk.mounted(Path(name), megabytes) as folder:
            if request.param == "sqlite":
                monkeypatch.setenv(place.URL, f"sqlite:///{folder / 'visits.db'}")
                yield from _ready(folder)
            else:
                with _tablespace(request.getfixturevalue("server"), folder, request.node.nodeid) as address:
                    monkeypatch.setenv(place.URL, address)
                    yield from _ready(folder)


def _ready(folder: Path) -> Iterator[Path]:
    journal_database._engine.cache_clear()
    visits.all_visits()
    yield folder
    journal_database._engine(place.url()).dispose()
    journal_database._engine.cache_clear()


class _tablespace:
    """A database whose tables lie on a disk of their own, apart from the server's."""

    def __init__(self, server: str, folder: Path, test: str) -> None:
        self._server, self._folder = server, folder / "tables"
        self._name = f"full_{sha256(test.encode()).hexdigest()[:24]}"

    def __enter__(self) -> str:
        self._folder.mkdir()
        with psycopg.connect(self._server, autocommit=True) as own:
            user = own.execute("SELECT pg_read_file('postmaster.pid')").fetchone()[0].splitlines()[0]
            status = Path(f"/proc/{user}/status").read_text().splitlines()
            owner = int(next(line for line in status if line.startswith("Uid:")).split()[1])
            subprocess.run(["chown", str(owner), self._folder], check=True)
            own.execute(f"CREATE TABLESPACE {self._name} LOCATION '{self._folder}'")
            own.execute(f"CREATE DATABASE {self._name} TABLESPACE {self._name}")
        return f"{self._server.rpartition('/')[0]}/{self._name}"

    def __exit__(self, *_: object) -> None:
        with psycopg.connect(self._server, autocommit=True) as own:
            own.execute(f"DROP DATABASE {self._name} WITH (FORCE)")
            own.execute(f"DROP TABLESPACE {self._name}")


def words(length: int) -> str:
    """A text that no database makes smaller."""
    return "".join(chr(DICE.randrange(0x4E00, 0x9FA5)) for _ in range(length))


def until_full(keep: Callable[[str], object]) -> tuple[list[object], VisitError]:
    """What was kept until one was refused, and the refusal."""
    kept: list[object] = []
    for _ in range(ENOUGH):
        try:
            kept.append(keep(words(900)))
        except VisitError as error:
            return kept, error
    raise AssertionError("the disk has not filled")


def note(text: str) -> object:
    return visits.record(replace(NOTE, findings=text), TODAY)


def promise(text: str) -> object:
    return promises.make(Promise("04792", text, "Chị Hà", "Xem lại sổ", date(2026, 9, 1), date(2026, 9, 9)), TODAY)


def mark(text: str) -> object:
    return problems.mark(Problem("25", "04792", text[: problems.LONGEST]))


READ = {
    "note": (note, lambda: visits.all_visits()[::-1]),
    "promise": (promise, lambda: promises.of_unit("04792")[::-1]),
    "mark": (mark, lambda: problems.still_open(False)),
}


@pytest.mark.parametrize("what", READ)
def test_what_was_kept_stays_the_rest_is_told_and_it_goes_on_once_there_is_room(disk, what):
    keep, read = READ[what]
    first = keep(words(900))
    small_disk.fill(disk)
    kept, refusal = until_full(keep)

    assert (refusal.kind, str(disk) in str(refusal)) == ("full", False)
    by_id = sorted(read(), key=lambda one: one.id)
    assert by_id == [first, *kept]

    small_disk.make_room(disk)
    last = keep(words(900))
    assert sorted(read(), key=lambda one: one.id) == [*by_id, last]


def test_a_change_that_finds_no_room_leaves_the_note_and_its_wordings_as_they_were(disk):
    kept = visits.record(NOTE, TODAY)
    small_disk.fill(disk)
    until_full(note)
    with pytest.raises(VisitError, match="full"):
        for version in range(1, ENOUGH):
            kept = visits.change(kept.id, version, replace(NOTE, findings=words(9000)), TODAY)

    assert visits.one(kept.id) == kept
    assert len(visits.wordings([kept.id]).get(kept.id, [])) == kept.version - 1


def test_a_sign_in_is_told_not_to_be_ended_where_that_could_not_be_written(disk):
    small_disk.fill(disk)
    until_full(note)
    with pytest.raises(VisitError, match="full"):
        for number in range(ENOUGH):
            endings.end(f"{words(200)}{number}@phutho.vn", "admin")


def test_a_process_that_starts_on_a_full_disk_says_so_or_reads_all(disk, monkeypatch):
    """SQLite shares a file between processes, which the first one makes; PostgreSQL needs none to read."""
    kept = [note(words(900)) for _ in range(3)]
    journal_database._engine(place.url()).dispose()
    small_disk.fill(disk)
    restart(monkeypatch)

    if place.url().startswith("sqlite"):
        with pytest.raises(VisitError, match="full"):
            visits.all_visits()
        small_disk.make_room(disk)
    assert visits.all_visits()[::-1] == kept


def test_an_upgrade_without_room_changes_nothing_and_is_made_up_for(disk, second):
    kept = [note(words(900)) for _ in range(40)]
    small_disk.fill(disk)
    kept += until_full(note)[0]
    failed = opened(second)

    assert "VisitError: full" in failed.communicate()[1]
    assert revisions(place.url()) == [LAST]
    assert visits.all_visits()[::-1] == kept

    small_disk.make_room(disk)
    assert opened(second).communicate() == (f"{len(kept)} True\n", "")
    assert revisions(place.url()) == [NEXT]
    assert upgrades._known()[-1] == LAST
