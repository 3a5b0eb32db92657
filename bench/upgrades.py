"""An upgrade, a backup and a dump of many notes while others are saved: how long a reader waits, and what is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from etl.keeping.backup import backup
from journal import database, place, upgrades, visits
from tests import postgres
from tests.journal import written_on
from tests.journal.test_upgrades import LAST, NEXT, OPEN, SECOND

NOTES = int(os.environ.get("GANDAN_BENCH_NOTES", 20_000))
TINY = {"notes": 30}
WRITERS = ("an", "binh")
Figure = tuple[str, float, str]


def run(notes: int = NOTES) -> Iterator[Figure]:
    """(name, value, unit), in a file and, where there is one, in PostgreSQL: what a revision that changes every note
    takes beside two processes that save and one that reads all; the longest that one of them waited; what was lost."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="gandan_upgrades_")))
        kinds = {"file": f"sqlite:///{folder / 'data' / 'visits.db'}"}
        (folder / "data").mkdir()
        if programs := postgres.programs():
            server = opened.enter_context(postgres.running(programs))
            kinds["PostgreSQL"] = postgres.new_database(server, "bench")
        before = os.environ.get(place.URL)
        try:
            for name, address in kinds.items():
                yield from _one(name, address, folder / name, folder / "data", notes)
        finally:
            os.environ.pop(place.URL, None)
            os.environ.update({place.URL: before} if before else {})


def _one(name: str, address: str, folder: Path, data: Path, notes: int) -> Iterator[Figure]:
    folder.mkdir()
    os.environ[place.URL] = address
    database._engine.cache_clear()
    _fill(notes)
    yield f"{name}: notes before", notes, ""
    keep = (lambda: backup(data, folder)) if name == "file" else (lambda: _dump(address, folder / "visits.dump"))
    yield from _beside(f"{name}: {'backup' if name == 'file' else 'dump'}", folder / "backup", keep)
    second = _second(folder)
    yield from _beside(f"{name}: upgrade", folder / "upgrade", lambda: _upgrade(second))
    database._engine(address).dispose()
    database._engine.cache_clear()


def _beside(name: str, folder: Path, work: Callable[[], object]) -> Iterator[Figure]:
    """What a work takes beside those who save and read, with the longest wait of each and what was lost."""
    with written_on.running(folder, *WRITERS, "reader", least=5):
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
        written_on.further(folder, *WRITERS, "reader", by=5)
    writers = [written_on.told(folder, writer) for writer in WRITERS]
    found = written_on.all_kept()
    said = [(kind, text) for one in writers for kind, texts in one.texts.items() for text in texts]
    kept = {kind: set(texts) for kind, texts in found.items()}
    yield f"{name} beside two who save and one who reads", seconds, "s"
    yield f"{name}: the longest wait of one who saves", max(one.longest for one in writers), "s"
    yield f"{name}: the longest reading of all notes", written_on.told(folder, "reader").longest, "s"
    yield f"{name}: notes, promises and marks saved meanwhile", len(said), ""
    yield f"{name}: refused", sum(len(one.refused) for one in writers), ""
    yield f"{name}: lost", sum(text not in kept[kind] for kind, text in said), ""


def _fill(notes: int) -> None:
    now = datetime.now(UTC)
    first = visits.Note(written_on.UNIT, written_on.TODAY, "Đoàn 1", "Đã xem sổ theo dõi. " * 20)
    row = vars(first) | {"created_at": now, "updated_at": now, "version": 1}
    with database.transaction() as connection:
        connection.execute(sa.insert(visits.VISITS), [row] * notes)


def _second(folder: Path) -> Path:
    """The migrations of a version that changes every note."""
    migrations = folder / "migrations"
    shutil.copytree(upgrades.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    text = SECOND.replace("{next}", NEXT).replace("{last}", LAST)
    (migrations / "versions" / f"v{NEXT}_rooms.py").write_text(text, encoding="utf-8")
    return migrations


def _upgrade(migrations: Path) -> None:
    subprocess.run([sys.executable, "-c", OPEN, str(migrations)], check=True, stdout=subprocess.DEVNULL)


def _dump(address: str, file: Path) -> None:
    subprocess.run(["pg_dump", "-Fc", "--file", file, address], check=True)
