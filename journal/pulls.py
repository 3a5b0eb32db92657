"""How the last pull of each dataset ended: a small file that `etl` writes and the service's metrics read."""

from __future__ import annotations

from pathlib import Path

from journal import last_runs
from journal.last_runs import LastRun

NAME = "pulls.json"


def note(data: Path, dataset: str, ok: bool, said: str = "") -> None:
    """Note how a pull ended just now; where that cannot be written, the log tells, and the pull's result stands."""
    last_runs.note(data / NAME, dataset, ok, said)


def last(data: Path) -> dict[str, LastRun]:
    """The last pulls by dataset; none where nothing sound is noted."""
    return last_runs.last(data / NAME)
