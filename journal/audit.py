"""The audit log: who did what when, one JSON object a line, only ever appended to.

A file a month below the log's folder; one that has grown to `FULL_BYTES` is followed by a numbered one. A line is
written by one call in append mode, so several replicas can share a folder without mixing their lines.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from files.places import published_folder
from store.access.rules import Reader

FOLDER, ACTOR = "GANDAN_AUDIT", "GANDAN_ACTOR"
FULL_BYTES = 20 * 2**20
LONGEST = 500
ACTS = (
    "sign_in",
    "sign_out",
    "refused",
    "export",
    "import",
    "publish",
    "forget",
    "visit_note",
    "visit_change",
    "problem",
    "problem_settled",
    "name_accepted",
    "correction",
    "correction_withdrawn",
)
_LOG = logging.getLogger(__name__)


def note(data: Path, who: str, act: str, **about: object) -> bool:
    """Append one line to the log of a data folder; False, and an error in the service's log, where that fails.

    `act` is one of `ACTS`; `about` says of what (unit, file, snapshot, …), texts of at most `LONGEST` characters.
    What was done is not undone where it cannot be noted: the service goes on, and its log tells of it.
    """
    if act not in ACTS:
        raise ValueError(f"act: {act!r} is none of {', '.join(ACTS)}")
    now = datetime.now(UTC)
    line = {"at": now.isoformat(timespec="milliseconds"), "who": _short(who), "act": act}
    line |= {name: _short(value) for name, value in about.items()}
    try:
        _append(_file(folder(data), now), json.dumps(line, ensure_ascii=False))
    except OSError as error:
        _LOG.error("audit log: %s could not be noted: %s", act, error)
        return False
    return True


def folder(data: Path) -> Path:
    """Where the log lies: what GANDAN_AUDIT says, else `audit/` of the data folder."""
    return Path(os.environ.get(FOLDER) or data / "audit")


def lines(data: Path) -> Iterator[dict[str, object]]:
    """All lines of the log, the oldest first; a line that a power cut left half written is passed over."""
    for path in sorted(
        folder(data).glob("audit-*.jsonl"), key=lambda path: (path.name[:13], len(path.name), path.name)
    ):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                _LOG.warning("audit log: %s holds a line that is no JSON", path.name)


def _file(where: Path, now: datetime) -> Path:
    """The file of this month that still has room."""
    number = 1
    while True:
        path = where / f"audit-{now:%Y-%m}{'' if number == 1 else f'.{number}'}.jsonl"
        if not path.exists() or path.stat().st_size < FULL_BYTES:
            return path
        number += 1


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(handle, (line + "\n").encode("utf-8", errors="replace"))
        os.fsync(handle)
    finally:
        os.close(handle)


def _short(value: object) -> object:
    return value[:LONGEST] if isinstance(value, str) else value


def actor() -> str:
    """Who runs a command: GANDAN_ACTOR, which the service sets for a signed-in editor, else the system's user."""
    try:
        return os.environ.get(ACTOR, "").strip() or getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"uid {os.getuid()}"


def noted(reader: Reader, file: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """The maker of a file that is handed out, which notes the export when it is called."""

    def make_and_note() -> bytes:
        content = make()
        note_act(reader, "export", file=file)
        return content

    return make_and_note


def note_act(reader: Reader, act: str, **about: object) -> None:
    """Note in the audit log what a reader has done."""
    note(published_folder().parent, reader.name or reader.kind, act, **about)
