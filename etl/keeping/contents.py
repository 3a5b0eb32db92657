"""What a backup holds of a data folder: all that cannot be made again, each file as it was at one moment."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from etl.publishing.in_service import SALT
from files.faults import Fault
from files.places import DATA
from journal import audit
from journal.backups import NOTED
from journal.place import FILE
from ranking.manifest import CURRENT, ERRATA, MANIFEST, RELEASED, RELEASES, Manifest, ManifestError, table_file
from store import releases

PUBLISHED, JOURNAL, AUDIT = "published", FILE, "audit"
MADE_AGAIN = frozenset({"boundaries", "spark", "incoming", NOTED})
"""Borders are prepared again, Spark's folder and uploads that wait are for a day, and what was noted of backups is of
the machine."""
SHIPPED = frozenset(
    (
        *(
            "README.md",
            "bands.yaml",
            "brief",
            "dossiers",
            "forms",
            "inspection",
            "measures",
            "open_v1.yaml",
            "policies",
        ),
        *("portal", "practices.yaml", "questions", "reference", "retention.yaml", "simulated.yaml", "states.yaml"),
        *("simulated_dossiers.parquet", "simulated_dossiers.yaml", "simulated_flows.parquet"),
        *(f"simulated_{table}.parquet" for table in ("waiting", "procedure_waiting", "waiting_gaps")),
        *("swapped_days.yaml", "texts"),
    )
)
"""What the program itself brings in its own data folder, and a data folder elsewhere does not hold."""
_POINTERS = (CURRENT, RELEASED)
_TRIES, _PAUSE = 50, 0.05


@dataclass(frozen=True)
class Part:
    """A file of the backup: its name below the data folder, the open file, and what the file system says of it."""

    name: str
    file: IO[bytes]
    said: os.stat_result

    @classmethod
    def of(cls, name: str, file: IO[bytes]) -> Part:
        return cls(name, file, os.fstat(file.fileno()))


def parts(data: Path, kept_in: Path) -> Iterator[Part]:
    """All files of a data folder that a backup holds, open while they are looked at, the datasets' pointers last.

    What a pointer names is opened as a whole before anything is read of it, so a publish that removes it meanwhile
    takes nothing away. `kept_in`: the folder of the backups, which is left out. A link at the top of the folder is
    followed; Fault names one that lies deeper, for it could lead anywhere. The journal is not among them
    (`journal_copy`).
    """
    for place in sorted(data.iterdir()):
        if not _is_left_out(place.name, data) and place.name not in (PUBLISHED, AUDIT):
            yield from _below(place, place.name, kept_in)
    yield from _below(audit.folder(data), AUDIT, kept_in)
    pointers = []
    for dataset in _datasets(data):
        pointers += yield from _dataset(dataset)
    yield from pointers


def _is_left_out(name: str, data: Path) -> bool:
    if name in MADE_AGAIN or name.startswith((".", JOURNAL)) or name.endswith(".lock"):
        return True
    return name in SHIPPED and data.resolve() == DATA


def _datasets(data: Path) -> list[Path]:
    folder = data / PUBLISHED
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _dataset(folder: Path) -> Generator[Part, None, list[Part]]:
    """The files of a dataset's snapshots; returns its pointer, to be written last."""
    name = f"{PUBLISHED}/{folder.name}"
    with ExitStack() as opened:
        named, pointers, files = _named_snapshots(folder, opened)
        yield from files
        for other in sorted(path for path in folder.iterdir() if path.is_dir()):
            if other.name not in named and not other.name.startswith("."):
                yield from _snapshot(other, f"{name}/{other.name}", opened) or []
        return pointers


def _named_snapshots(folder: Path, opened: ExitStack) -> tuple[list[str], list[Part], list[Part]]:
    """The snapshots that the pointers name, the pointers with the log of releases, and the snapshots' files, all open.

    Nothing where nothing was published. The pointers are read first, so the log tells of all that they name. The secret
    of the ids goes with them: without it the same files would have another id afterwards.
    """
    for _ in range(_TRIES):
        pointers = [part for file in _POINTERS if (part := _read_whole(folder, file))]
        if not any(part.name.endswith(f"/{CURRENT}") for part in pointers):
            return [], [], []
        named = [text for part in pointers if (text := _text(part))]
        if not named:
            break
        told = [part for file in (SALT, RELEASES, ERRATA) if (part := _read_whole(folder, file))]
        found = [_snapshot(folder / one, f"{PUBLISHED}/{folder.name}/{one}", opened) for one in dict.fromkeys(named)]
        # What is released may not be told apart from what waits by two pointers of two moments.
        again = [releases.pointer(folder, file) for file in _POINTERS]
        if all(files is not None for files in found) and named == [name for name in again if name]:
            return named, [*told, *reversed(pointers)], [part for files in found for part in files or []]
        time.sleep(_PAUSE)  # a publish is putting another one in its place
    raise Fault(f"{folder}: {' or '.join(_POINTERS)} names no whole snapshot; nothing was kept, mend it with a publish")


def _read_whole(folder: Path, name: str) -> Part | None:
    try:
        with (folder / name).open("rb") as file:
            return Part(f"{PUBLISHED}/{folder.name}/{name}", BytesIO(file.read()), os.fstat(file.fileno()))
    except FileNotFoundError:
        return None


def _text(pointer: Part) -> str:
    text = pointer.file.read().decode("utf-8", "replace").strip()
    pointer.file.seek(0)
    return text


def _snapshot(folder: Path, name: str, opened: ExitStack) -> list[Part] | None:
    """The files of a snapshot, all open; None where it is not whole: it is being removed, or was damaged."""
    try:
        files = [Part.of(f"{name}/{below}", opened.enter_context(path.open("rb"))) for path, below in _files(folder)]
        manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ManifestError):
        return None
    there = {part.name.removeprefix(f"{name}/") for part in files}
    return files if there >= {MANIFEST, *map(table_file, manifest.sha256)} else None


def _below(place: Path, name: str, kept_in: Path) -> Iterator[Part]:
    """A file, or the files below a folder; what goes before it is read was meant to go."""
    if not place.exists():
        if place.is_symlink():
            raise Fault(f"{place}: leads to nothing; nothing was kept")
        return
    found = [(place, "")] if not place.is_dir() else _files(place)
    for path, below in found:
        if path.resolve().is_relative_to(kept_in):
            continue
        try:
            with path.open("rb") as file:
                yield Part.of(f"{name}/{below}" if below else name, file)
        except FileNotFoundError:
            continue


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files below a folder with their names in it; no half-written ones, no locks."""
    for place, folders, names in os.walk(folder, onerror=_tell):
        folders[:] = sorted(name for name in folders if not name.startswith(".partial-") and name != ".staging")
        for name in sorted([*names, *folders]):
            path = Path(place) / name
            if path.is_symlink():
                raise Fault(f"{path}: a link below the top of the data folder could lead anywhere; nothing was kept")
            kind = path.lstat().st_mode if path.exists() else 0
            if stat.S_ISREG(kind) and not name.startswith(".partial-") and not name.endswith(".lock"):
                yield path, path.relative_to(folder).as_posix()


def _tell(error: OSError) -> None:
    raise error


@contextmanager
def journal_copy(source: Path, folder: Path) -> Iterator[Path | None]:
    """A copy of the SQLite file of visits and marks with what stands in its write-ahead file; None without one."""
    if not source.exists():
        yield None
        return
    copy = folder / f".partial-{os.getpid()}-journal.db"
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with (
                closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as before,
                closing(sqlite3.connect(copy)) as after,
            ):
                before.backup(after)
                after.execute("pragma journal_mode = delete")  # one file is all there is of it
        except sqlite3.Error:
            raise Fault(f"{source}: is no sound database; nothing was kept") from None
        yield copy
    finally:
        copy.unlink(missing_ok=True)
