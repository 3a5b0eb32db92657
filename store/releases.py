"""Which snapshots of a dataset were released to the public: when, by whom, with which note, holding what.

Beside `current` of a dataset lie `released`, the id of the snapshot that the public reads, and `releases.jsonl` with
a line per release. A dataset without `released` was last published before there were releases: all of it is public.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from files.faults import Fault
from files.places import published_folder
from ranking.manifest import CURRENT, RELEASED, RELEASES

PERSON, AGAIN, ITSELF, BEFORE, WITHHELD = HOWS = ("person", "again", "itself", "before", "withheld")
"""By somebody; by somebody who went back to an earlier one; without anybody, as the policy allows; before there were
releases; with other small numbers withheld."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Release:
    """One release of a snapshot.

    `made_at`: when its figures were put together; `holds`: by basis its first and its last period.
    """

    snapshot: str
    released_at: datetime
    captured_at: datetime
    made_at: datetime
    by: str
    how: str
    note: str = ""
    holds: dict[str, list[str]] = field(default_factory=dict, hash=False)

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, line: str) -> Release:
        """The release of a line; ValueError, KeyError or TypeError where it makes no sense."""
        content = json.loads(line)
        moments = ("released_at", "captured_at", "made_at")
        content |= {name: datetime.fromisoformat(content[name]) for name in moments}
        return cls(**content)


def pointer(folder: Path, name: str) -> str | None:
    """What a pointer of a dataset's folder says; None where there is no such file."""
    try:
        return (folder / name).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None


def of(folder: Path) -> tuple[Release, ...]:
    """All releases of a dataset, the oldest first; Fault names the line that makes no sense."""
    path = folder / RELEASES
    try:
        said = path.stat()
    except FileNotFoundError:
        return ()
    return _read(path, said.st_mtime_ns, said.st_size)


def known(dataset: str) -> tuple[Release, ...]:
    """All releases of a dataset as `of` tells; none, and a line in the service's log, where the log is damaged."""
    try:
        return of(published_folder() / dataset)
    except Fault as fault:
        _LOG.error("releases: %s", fault)
        return ()


@lru_cache(maxsize=16)
def _read(path: Path, changed: int, size: int) -> tuple[Release, ...]:
    lines = path.read_bytes().split(b"\n")
    return tuple(_line(path, number, line) for number, line in enumerate(lines[:-1], start=1))


def _line(path: Path, number: int, line: bytes) -> Release:
    try:
        return Release.from_json(line.decode())
    except (ValueError, KeyError, TypeError):
        raise Fault(f"{path}, line {number}: is no release; mend it by hand, or take the file from a backup") from None


def in_public(found: Sequence[Release]) -> list[Release]:
    """The releases that hold, the oldest first: to release an earlier snapshot again takes back those after it."""
    held: list[Release] = []
    for one in found:
        ids = [other.snapshot for other in held]
        if one.snapshot in ids:
            held = held[: ids.index(one.snapshot)]
        held.append(one)
    return held


def is_public(dataset: str, snapshot: str) -> bool:
    """Whether anybody may read this snapshot of a dataset."""
    folder = published_folder() / dataset
    released = pointer(folder, RELEASED)
    if released is None or released == snapshot:
        return True
    return any(one.snapshot == snapshot for one in in_public(known(dataset)))


def made_at(dataset: str) -> datetime | None:
    """When what the public reads of a dataset was put together; None where all of it is public or nothing."""
    held = in_public(known(dataset))
    return held[-1].made_at if held else None


def is_ahead(dataset: str) -> bool:
    """Whether the latest snapshot of a dataset is another than the one that the public reads."""
    folder = published_folder() / dataset
    current, released = pointer(folder, CURRENT), pointer(folder, RELEASED)
    return current is not None and released is not None and current != released
