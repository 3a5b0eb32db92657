"""`python -m etl backup`: keep what cannot be made again, and count a backup only after it was read back."""

from __future__ import annotations

import argparse
import hashlib
import os
import secrets
import shutil
import sys
import tarfile
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from etl.dossiers.store import FOLDER as DOSSIERS
from etl.dossiers.store import Store
from etl.keeping.archive import (
    NAMES,
    TOLD,
    TOP,
    Tally,
    checked,
    checksum_file,
    in_time_order,
    journal_rows,
    lines,
    made,
)
from etl.keeping.contents import JOURNAL, Part, journal_copy, parts
from files import whole
from files.faults import FULL, Fault
from files.places import DATA
from journal import backups, database
from store.retention import times

_QUICK = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl backup`."""
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="the data folder")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="where backups are kept")
    parser.add_argument(
        "--keep", type=int, metavar="N", help="how many are kept (default: as data/retention.yaml says)"
    )


def run(args: argparse.Namespace) -> int:
    """Make a backup, read it back, print its name; Fault where either fails, and the ones before stay."""
    try:
        file, said = backup(args.data, args.to, args.keep)
    except Fault as fault:
        backups.note(args.data, backups.BACKUP, False, str(fault))
        raise
    backups.note(args.data, backups.BACKUP, True, file.name)
    for line in said:
        print(line, file=sys.stderr)
    print(file)
    return 0


def backup(data: Path, folder: Path, keep: int | None = None) -> tuple[Path, list[str]]:
    """A checked backup of a data folder in `folder`, readable by its owner alone, and what it holds in sentences.

    The name is `gan-dan-<time in UTC>.tar.gz`, its sha256 beside it; only the last `keep` stay. Fault says what could
    not be kept, or what was not sound when the archive was read back; then no file of that name is there.
    """
    if not data.is_dir():
        raise Fault(f"{data}: is no folder, so there is nothing to keep")
    if keep is not None and keep < 1:
        raise Fault(f"--keep: must be 1 or more, found {keep}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left_over in folder.glob(".partial-*"):
            _removed_if_old(left_over)
        partial = folder / f".partial-{os.getpid()}-{secrets.token_hex(4)}.tar.gz"
        try:
            _pack(data, folder, partial)
            said = [*lines(checked(partial, folder)), *_elsewhere()]
            file = _named(partial, folder)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        reason = "the disk is full" if error.errno in FULL else error.strerror or type(error).__name__
        raise Fault(f"{folder}: no backup was made: {reason}; those from before stay") from None
    try:
        keep = keep or times(data).backups.newest
    except Fault as fault:  # a file that somebody has yet to mend costs no backup
        return file, [*said, f"no older backup was removed: {fault}"]
    for old in in_time_order(folder)[:-keep]:
        old.unlink(missing_ok=True)
        checksum_file(old).unlink(missing_ok=True)
    return file, said


def _removed_if_old(left_over: Path) -> None:
    """What a backup that was ended has left; another one may be under way beside this one."""
    pid = left_over.name.split("-")[1]
    if pid.isdigit() and Path(f"/proc/{pid}").exists():
        return
    shutil.rmtree(left_over, ignore_errors=True) if left_over.is_dir() else left_over.unlink(missing_ok=True)


def _elsewhere() -> list[str]:
    if database.own_file():
        return []
    return ["visits and marks lie in a database of their own, which is not in this backup: keep it with its own tools"]


def _pack(data: Path, folder: Path, partial: Path) -> None:
    handle = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_QUICK) as packed, _no_import(data):
            tally = Tally()
            with journal_copy(data / JOURNAL, folder) as journal:
                if journal:
                    tally.journal = journal_rows(journal)
                    with journal.open("rb") as copy:
                        _add(packed, tally, Part(JOURNAL, copy, (data / JOURNAL).stat()))
            for part in parts(data, folder.resolve()):
                _add(packed, tally, part)
            told = tally.counts().to_json().encode()
            member = tarfile.TarInfo(TOLD)
            member.size, member.mode = len(told), 0o600
            packed.addfile(member, BytesIO(told))
        file.flush()
        os.fsync(file.fileno())


def _no_import(data: Path) -> AbstractContextManager[None]:
    """Dossiers, their sums and what was published of them belong together: an import is waited for."""
    return Store(data).sole_writer() if (data / DOSSIERS).is_dir() else nullcontext()


def _add(packed: tarfile.TarFile, tally: Tally, part: Part) -> None:
    """Add what the file holds now: one that grows meanwhile, such as a log, is kept as it was."""
    tally.look_at(part)
    member = tarfile.TarInfo(f"{TOP}/{part.name}")
    member.size = part.file.seek(0, os.SEEK_END)
    part.file.seek(0)
    member.mode, member.mtime = part.said.st_mode & 0o777, int(part.said.st_mtime)
    member.uid, member.gid = part.said.st_uid, part.said.st_gid
    packed.addfile(member, part.file)


def _named(partial: Path, folder: Path) -> Path:
    """Give a checked archive its name, the checksum first; two of one second get two names."""
    with partial.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    number = 1 + max((which for at, which in map(made, folder.glob(NAMES)) if at == stamp), default=0)
    file = folder / f"gan-dan-{stamp}{'' if number == 1 else f'.{number}'}.tar.gz"
    whole.write(checksum_file(file), f"{digest}  {file.name}\n".encode())
    checksum_file(file).chmod(0o600)
    partial.rename(file)
    whole.to_disk(folder)
    return file
