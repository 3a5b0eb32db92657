"""How the last backup, drill and pruning ended: written by the commands, read by the service's metrics."""

from __future__ import annotations

from pathlib import Path

from journal import last_runs
from journal.last_runs import LastRun

NOTED = "backups.json"
BACKUP, DRILL, PRUNE = "backup", "drill", "prune"


def note(data: Path, work: str, ok: bool, said: str = "") -> None:
    """Note how a `BACKUP`, a `DRILL` or a `PRUNE` of a data folder ended."""
    last_runs.note(data / NOTED, work, ok, said)


def last(data: Path) -> dict[str, LastRun]:
    """The last backup, drill and pruning, where there was one."""
    return last_runs.last(data / NOTED)
