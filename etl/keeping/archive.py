"""An archive of a backup, opened again: whether what is in it is sound, and how much of everything there is."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl

from etl.dossiers.store import FOLDER as DOSSIERS
from etl.keeping.contents import JOURNAL, PUBLISHED, Part
from files.faults import FULL, Fault
from ranking.manifest import CURRENT, MANIFEST, RELEASED, RELEASES, Manifest, ManifestError, table_file
from store import releases

TOP = "data"
"""The folder in the archive that holds all of the data folder."""
TOLD = "backup.json"
"""Beside it: the counts of what was kept, as `Counts` has them."""
NAMES = "gan-dan-*.tar.gz"
_DAMAGED: tuple[type[Exception], ...] = (
    *(tarfile.TarError, OSError, EOFError, ManifestError, UnicodeDecodeError, KeyError, ValueError),
    *(sqlite3.Error, pl.exceptions.PolarsError),
)


@dataclass(frozen=True)
class Counts:
    """What a data folder or an archive holds.

    Of each dataset the latest snapshot and its rows, the one that the public reads, and how many releases there were
    (neither in a backup from before there were any); of the journal the rows of each table; the files of dossiers and
    their rows; the number of all files.
    """

    datasets: dict[str, dict[str, Any]]
    journal: dict[str, int]
    dossiers: dict[str, int]
    files: int

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


class Tally:
    """The counts of what goes into an archive, taken while it goes."""

    def __init__(self) -> None:
        self.journal: dict[str, int] = {}
        self._manifests: dict[tuple[str, str], Manifest] = {}
        self._pointers: dict[str, str] = {}
        self._released: dict[str, str] = {}
        self._releases: dict[str, int] = {}
        self._dossiers: list[int] = []
        self._files = 0

    def look_at(self, part: Part) -> None:
        """Count a part, which is read from its start afterwards."""
        self._files += 1
        match part.name.split("/"):
            case [top, dataset, snapshot, name] if top == PUBLISHED and name == MANIFEST:
                self._manifests[dataset, snapshot] = Manifest.from_json(part.file.read().decode())
            case [top, dataset, name] if top == PUBLISHED and name == CURRENT:
                self._pointers[dataset] = part.file.read().decode().strip()
            case [top, dataset, name] if top == PUBLISHED and name == RELEASED:
                self._released[dataset] = part.file.read().decode().strip()
            case [top, dataset, name] if top == PUBLISHED and name == RELEASES:
                self._releases[dataset] = part.file.read().count(b"\n")
            case [top, "dossiers", name] if top == DOSSIERS and name.endswith(".parquet"):
                try:
                    self._dossiers.append(_rows(part.file))
                except pl.exceptions.PolarsError:
                    raise Fault(f"{part.name}: is no sound Parquet file; nothing was kept") from None

    def counts(self) -> Counts:
        """What was counted."""
        shown = {name: self._manifests[name, snapshot] for name, snapshot in self._pointers.items()}
        return Counts(
            datasets={
                name: _told(manifest) | _public(self._released.get(name), self._releases.get(name, 0))
                for name, manifest in shown.items()
            },
            journal=self.journal,
            dossiers={"files": len(self._dossiers), "rows": sum(self._dossiers)},
            files=self._files,
        )


def checksum_file(archive: Path) -> Path:
    return archive.with_name(archive.name + ".sha256")


def in_time_order(folder: Path) -> list[Path]:
    """The backups of a folder, the newest last: two of one second are told apart by a number."""
    return sorted(folder.glob(NAMES), key=made)


def made(file: Path) -> tuple[str, int]:
    """The second in which a backup was made, as its name says, and which one of that second it is."""
    stamp, _, number = file.name.removeprefix("gan-dan-").removesuffix(".tar.gz").partition(".")
    return stamp, int(number) if number.isdigit() else 1


def checked(archive: Path, room: Path) -> Counts:
    """What a whole archive holds, after reading it to its end; Fault says what is not sound in it.

    Every dataset's pointer names a snapshot that is there, each of its files has the sha256 of its manifest, the
    journal is a sound database, and there is as much of everything as was noted when it was made. `room`: a folder that
    what has to be looked at is unpacked in for a moment.
    """
    with tempfile.TemporaryDirectory(prefix=f".partial-{os.getpid()}-check-", dir=room) as folder:
        place = Path(folder)
        try:
            names = unpacked(archive, place, only=_looked_at)
            found = counts(place / TOP, len(names))
            told = (place / TOLD).read_text(encoding="utf-8")
        except _DAMAGED as error:
            if isinstance(error, OSError) and error.errno in FULL:
                raise
            raise Fault(f"{archive.name}: cannot be read back: {type(error).__name__}") from None
        if told != found.to_json():
            raise Fault(f"{archive.name}: holds other figures than were kept")
        return found


def counts(data: Path, files: int) -> Counts:
    """The counts of an unpacked data folder; Fault where a snapshot is not as its manifest says."""
    published = data / PUBLISHED
    pointers = sorted(published.glob(f"*/{CURRENT}")) if published.is_dir() else []
    return Counts(
        datasets={path.parent.name: _snapshot(path) for path in pointers},
        journal=journal_rows(data / JOURNAL),
        dossiers=_dossiers(data / DOSSIERS),
        files=files,
    )


def journal_rows(path: Path) -> dict[str, int]:
    """The rows of each table of an SQLite file of visits and marks; nothing without one."""
    if not path.exists():
        return {}
    try:
        return _rows_of_tables(path)
    except sqlite3.Error:
        raise Fault(f"{path.name}: is no sound database") from None


def _rows_of_tables(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as found:
        if found.execute("pragma integrity_check").fetchone() != ("ok",):
            raise Fault(f"{path.name}: is no sound database")
        tables = [name for (name,) in found.execute("select name from sqlite_master where type = 'table' order by 1")]
        return {name: found.execute(f'select count(*) from "{name}"').fetchone()[0] for name in tables}


def unpacked(archive: Path, folder: Path, only: Callable[[str], bool] | None = None) -> list[str]:
    """Unpack plain files and folders below `folder`; the names of all files. Fault names anything else in it."""
    names = []
    with tarfile.open(archive, "r:gz") as packed:
        for member in packed:
            if not (member.isfile() or member.isdir()) or not _is_inside(member.name):
                raise Fault(f"{archive.name}: holds {member.name!r}, which no backup of ours does")
            if member.isfile() and member.name != TOLD:
                names.append(member.name)
            if only is None or only(member.name):
                member.mode &= 0o755
                packed.extract(member, folder, **_filtered())
    return names


def _filtered() -> dict[str, Any]:
    """Python before 3.11.4, as Debian 12 has it, knows no filters: what they refuse has been refused already."""
    return {"filter": "tar"} if hasattr(tarfile, "tar_filter") else {}


def _is_inside(name: str) -> bool:
    parts = Path(name).parts
    return name == TOLD or (parts[:1] == (TOP,) and ".." not in parts)


def _looked_at(name: str) -> bool:
    """What has to be on disk to be looked at: raw replies and the like are only read through."""
    below = name.removeprefix(f"{TOP}/")
    return name == TOLD or below == JOURNAL or below.startswith((f"{PUBLISHED}/", f"{DOSSIERS}/dossiers/"))


def _snapshot(pointer: Path) -> dict[str, Any]:
    released, log = releases.pointer(pointer.parent, RELEASED), pointer.parent / RELEASES
    if released:
        _checked(pointer.parent, released)
    manifest = _checked(pointer.parent, pointer.read_text(encoding="utf-8").strip())
    return _told(manifest) | _public(released, log.read_bytes().count(b"\n") if log.exists() else 0)


def _checked(dataset: Path, snapshot: str) -> Manifest:
    """The manifest of a snapshot whose files are as it says."""
    folder = dataset / snapshot
    manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
    for table, expected in manifest.sha256.items():
        with (folder / table_file(table)).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise Fault(f"{dataset.name}: {table_file(table)} is not the file that was published")
    return manifest


def _told(manifest: Manifest) -> dict[str, Any]:
    return {"snapshot": manifest.id, "rows": manifest.rows}


def _public(released: str | None, count: int) -> dict[str, Any]:
    return {} if released is None else {"released": released, "releases": count}


def _dossiers(folder: Path) -> dict[str, int]:
    files = sorted((folder / "dossiers").glob("*.parquet"))
    return {"files": len(files), "rows": sum(map(_rows, files))}


def _rows(file: Path | IO[bytes]) -> int:
    rows: int = pl.scan_parquet(file).select(pl.len()).collect().item()
    return rows


def lines(found: Counts) -> Iterator[str]:
    """The counts as sentences."""
    for dataset, one in found.datasets.items():
        yield f"{dataset}: snapshot {one['snapshot']}, {one['rows'].get('measurements', 0)} figures"
        if "released" in one:
            yield f"{dataset}: the public reads {one['released'] or 'nothing yet'}, releases {one['releases']}"
    if found.journal:
        yield f"visits and marks: {', '.join(f'{name} {n}' for name, n in found.journal.items())}"
    if found.dossiers["files"]:
        yield f"dossiers: {found.dossiers['rows']} in {found.dossiers['files']} files"
    yield f"{found.files} files"
