"""`python -m etl restore`: put a backup in the place of a data folder; what lay there is moved aside, never removed."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from etl.keeping.archive import TOP, Counts, checked, checksum_file, lines, unpacked
from etl.keeping.contents import JOURNAL
from files.faults import Fault
from files.places import DATA


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl restore`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup, with its .sha256 beside it")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="the data folder to put it in place of")


def run(args: argparse.Namespace) -> int:
    """Restore a backup and say what it held and where what was there lies now."""
    held, said = restore(args.file, args.data)
    for line in (*lines(held), *said):
        print(line, file=sys.stderr)
    print(f"restored {args.data} from {args.file}")
    return 0


def restore(file: Path, data: Path) -> tuple[Counts, list[str]]:
    """Put the backup `file` in the place of the folder `data`; what it holds, and what else was done, in sentences.

    The archive is read to its end and checked before anything is moved. What a backup leaves out, such as borders, is
    taken over from what lay there. The journal is the backup's with nothing of the one before; only where the backup
    holds none, all its files are taken over. Fault, with nothing changed, where the backup is not sound.
    """
    data = data.absolute()
    _check_sum(file)
    _check_idle(data / JOURNAL)
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        held = checked(file, data.parent)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=data.parent, ignore_cleanup_errors=True) as partial:
            return held, _put(file, Path(partial), data)
    except OSError as error:
        raise Fault(f"{data}: nothing was restored: {error.strerror or type(error).__name__}") from None


def _put(file: Path, partial: Path, data: Path) -> list[str]:
    unpacked(file, partial)
    restored = partial / TOP
    restored.mkdir(exist_ok=True)
    if not data.exists():
        _own(restored, next((path for path in restored.rglob("*") if path.is_file()), restored).stat())
        restored.rename(data)
        return []
    aside = data.with_name(f"{data.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    shutil.copystat(data, restored)
    _own(restored, data.stat())
    _taken_over(data, restored)
    data.rename(aside)
    try:
        restored.rename(data)
    except OSError:
        aside.rename(data)  # so that what was there is there again
        raise
    return [f"what was there lies in {aside}"]


def _check_idle(journal: Path) -> None:
    """A process that has the journal open would write on in the folder that is moved aside: Fault names it.

    Other machines and containers cannot be looked into.
    """
    for opened in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            is_it = journal.exists() and opened.samefile(journal)
        except OSError:  # it has ended, or is somebody else's
            continue
        if is_it and (pid := opened.parts[2]) != str(os.getpid()):
            raise Fault(f"{journal}: process {pid} has it open; nothing was restored: stop the service first")


def _own(restored: Path, like: os.stat_result) -> None:
    """Give all folders to whom the data belong: a backup holds files alone, and root makes folders of root."""
    for folder, _, _ in os.walk(restored):
        os.chown(folder, like.st_uid, like.st_gid)


def _check_sum(file: Path) -> None:
    try:
        expected = checksum_file(file).read_text(encoding="utf-8").split()[:1]
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except (OSError, UnicodeDecodeError) as error:
        raise Fault(f"{file}: cannot be checked: {type(error).__name__}; its .sha256 has to lie beside it") from None
    if expected != [found]:
        raise Fault(f"{file} is not what was backed up: its checksum differs")


def _taken_over(before: Path, restored: Path) -> None:
    """Copy what the backup leaves out because it can be made again, or belongs to the program."""
    has_journal = (restored / JOURNAL).exists()
    for place in sorted(before.iterdir()):
        if (restored / place.name).exists() or (has_journal and place.name.startswith(JOURNAL)):
            continue
        if place.is_dir() and not place.is_symlink():
            shutil.copytree(place, restored / place.name, symlinks=True)
        else:
            shutil.copy2(place, restored / place.name, follow_symlinks=False)
