"""A process that saves notes, promises and marks one after another, or reads them, until it is told to end.

`python -m tests.journal.written_on NAME FOLDER [MIGRATIONS]` writes what was said to be kept into FOLDER/NAME.jsonl, a
line each; a NAME that begins with "reader" reads. FOLDER/stop ends it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from files.places import HOME
from journal import problems, promises, upgrades, visits
from journal.database import VisitError
from journal.problems import Problem
from journal.promises import Promise
from journal.visits import Note

TODAY, UNIT = date(2026, 9, 26), "04792"
PATIENCE_SECONDS = 90
_PAUSE_SECONDS = 0.01
"""A person saves seldom; without any pause writers of one file would leave nobody else a turn."""


def all_kept() -> dict[str, list[str]]:
    """The texts of all notes, promises and marks there are."""
    return {
        "note": [visit.findings for visit in visits.all_visits()],
        "promise": [promise.finding for promise in promises.of_unit(UNIT)],
        "mark": [mark.words for mark in problems.still_open(False)],
    }


def keep(kind: str, text: str) -> None:
    """Save one of a kind. A note is changed once, so that it has a wording of before."""
    if kind == "note":
        first = visits.record(Note(UNIT, TODAY, "Đoàn 1", "bản đầu"), TODAY)
        visits.change(first.id, first.version, Note(UNIT, TODAY, "Đoàn 1", text), TODAY)
    elif kind == "promise":
        promises.make(Promise(UNIT, text, "Chị Hà", "Xem lại sổ", TODAY, TODAY), TODAY)
    else:
        problems.mark(Problem("25", UNIT, text))


@dataclass(frozen=True)
class Written:
    """What a process told: the texts it was told were kept by kind, the refusals, the longest wait in seconds."""

    texts: Mapping[str, list[str]]
    refused: list[str]
    longest: float
    turns: int


def told(folder: Path, name: str) -> Written:
    lines = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    kept = [line for line in lines if "refused" not in line]
    texts = {kind: [line["text"] for line in kept if line["kind"] == kind] for kind in ("note", "promise", "mark")}
    refused = [line["refused"] for line in lines if "refused" in line]
    return Written(texts, refused, max((line["seconds"] for line in lines), default=0.0), len(lines))


@contextmanager
def running(
    folder: Path, *names: str, migrations: Path | None = None, least: int = 15
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Processes of these names, each of which has had some turns already; they are ended with the block."""
    folder.mkdir(exist_ok=True)
    own = [str(migrations)] if migrations else []
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    begun = {
        name: subprocess.Popen([sys.executable, "-m", __name__, name, str(folder), *own], cwd=HOME, env=environment)
        for name in names
    }
    try:
        further(folder, *names, by=least)
        yield begun
    finally:
        (folder / "stop").touch()
        for process in begun.values():
            try:
                process.wait(PATIENCE_SECONDS)
            finally:
                process.kill()
        (folder / "stop").unlink()


def further(folder: Path, *names: str, by: int = 15) -> None:
    """Wait until each process has had so many turns more."""
    files = [folder / f"{name}.jsonl" for name in names]
    wanted = [_lines(file) + by for file in files]
    end = time.monotonic() + PATIENCE_SECONDS
    while any(_lines(file) < count for file, count in zip(files, wanted, strict=True)):
        if time.monotonic() > end:
            raise TimeoutError(f"{names}: not {by} turns in {PATIENCE_SECONDS} s")
        time.sleep(0.05)


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


# --- in the process


def main(name: str, folder: Path) -> None:
    turn = read if name.startswith("reader") else write
    number = 0
    with (folder / f"{name}.jsonl").open("a", buffering=1, encoding="utf-8") as lines:
        while not (folder / "stop").exists():
            started = time.perf_counter()
            try:
                about = turn(name, number)
            except VisitError as error:
                about = {"refused": str(error)}
            lines.write(json.dumps(about | {"seconds": time.perf_counter() - started}) + "\n")
            number += 1
            time.sleep(_PAUSE_SECONDS)


def write(name: str, number: int) -> dict[str, object]:
    kind = ("note", "promise", "mark")[number % 3]
    text = f"{name} {os.getpid()} {number}"
    keep(kind, text)
    return {"kind": kind, "text": text}


def read(_: str, __: int) -> dict[str, object]:
    return {"kind": "", "text": "", "found": sum(len(texts) for texts in all_kept().values())}


if __name__ == "__main__":
    if sys.argv[3:]:
        upgrades.MIGRATIONS = Path(sys.argv[3])
    main(sys.argv[1], Path(sys.argv[2]))
