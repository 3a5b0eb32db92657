"""The audit log: who did what when, one JSON object a line, only ever appended to.

A file a month below the log's folder; one that has grown to `FULL_BYTES` is followed by a numbered one. A line is
written by one call in append mode, so several replicas can share a folder without mixing their lines.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

from files.places import published_folder
from store.access.rules import Reader

FOLDER, ACTOR = "GANDAN_AUDIT", "GANDAN_ACTOR"
FULL_BYTES = 20 * 2**20
LONGEST = 500
ACTS = (
    "sign_in",
    "sign_out",
    "sign_ins_ended",
    "refused",
    "export",
    "import",
    "publish",
    "release",
    "forget",
    "prune",
    "visit_note",
    "visit_change",
    "problem",
    "problem_settled",
    "roles",
    "name_accepted",
    "correction",
    "correction_withdrawn",
    "promise",
    "promise_closed",
    "practice",
    "practice_withdrawn",
    "reply",
    "objection",
    "objection_decided",
    "objection_withdrawn",
    "subscribed",
    "subscription_ended",
    "calendar_made",
    "calendar_revoked",
    "message",
)
ANONYMOUS_AN_HOUR = 60
"""Lines an hour of this process for all who have not signed in together: nobody knows them, and they can be many."""
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
    for path in files(data):
        yield from _lines(path)


class Recent:
    """The log as one drawing of a page reads it: each of its files once, whatever is asked of it."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._read: dict[Path, list[dict[str, object]]] = {}

    def since(self, since: datetime) -> list[dict[str, object]]:
        """The lines from a moment on, the oldest first; months before are not read."""
        first = f"audit-{since:%Y-%m}"
        recent = (line for path in files(self._data) if path.name[:13] >= first for line in self._lines(path))
        return [line for line in recent if (at := moment(line)) is not None and at >= since]

    def _lines(self, path: Path) -> list[dict[str, object]]:
        if path not in self._read:
            self._read[path] = [*_lines(path)]
        return self._read[path]


def lines_since(data: Path, since: datetime) -> list[dict[str, object]]:
    """The lines from a moment on, the oldest first."""
    return Recent(data).since(since)


def chosen(lines: Iterable[dict[str, object]], act: str = "", words: str = "") -> list[dict[str, object]]:
    """The lines of an act, empty for every one, in which the words stand somewhere in either case; the latest first."""
    wanted = words.casefold().strip()
    found = [
        line
        for line in lines
        if act in ("", line.get("act")) and any(wanted in str(value).casefold() for value in line.values())
    ]
    return found[::-1]


def about(line: Mapping[str, object]) -> dict[str, object]:
    """What an act was about: all that a line says beside when, who and what."""
    return {name: value for name, value in line.items() if name not in ("at", "who", "act") and value not in ("", None)}


def moment(line: Mapping[str, object]) -> datetime | None:
    """When a line was written; None where it does not say so."""
    try:
        found = datetime.fromisoformat(str(line.get("at")))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def files(data: Path) -> list[Path]:
    """The files of the log, the oldest first."""
    found = folder(data).glob("audit-*.jsonl")
    return sorted(found, key=lambda path: (path.name[:13], len(path.name), path.name))


def month_end(path: Path) -> datetime | None:
    """The moment after the month of a file of the log; None where its name says none."""
    try:
        begun = datetime.strptime(path.name[6:13], "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (begun + timedelta(days=31)).replace(day=1)


def _lines(path: Path) -> Iterator[dict[str, object]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:  # pruned in the meantime
        return
    for line in text.splitlines():
        try:
            content = json.loads(line)
        except json.JSONDecodeError:
            content = None
        if isinstance(content, dict):
            yield content
        else:
            _LOG.warning("audit log: %s holds a line that is no JSON object", path.name)


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
    """Note in the audit log what a reader has done; of those who have not signed in, so much an hour."""
    if reader.kind == "public" and not _ANONYMOUS.take():
        return
    note(published_folder().parent, reader.name or reader.kind, act, **about)


class _Anonymous:
    """How many lines of readers who have not signed in were written this hour, and how many ever were left out."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock, self._lock = clock, Lock()
        self._hour, self._written, self.left_out = 0, 0, 0

    def take(self) -> bool:
        hour = int(self._clock() // 3600)
        with self._lock:
            if hour != self._hour:
                self._hour, self._written = hour, 0
            if self._written < ANONYMOUS_AN_HOUR:
                self._written += 1
                return True
            self.left_out += 1
            return False


_ANONYMOUS = _Anonymous()


def left_out() -> int:
    """How many acts of readers who have not signed in were not noted, since this process began."""
    return _ANONYMOUS.left_out
