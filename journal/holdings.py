"""What a data folder holds that is kept for a time: raw replies and forms, uploads, the audit log, ended sign-ins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from journal import audit, endings, incoming, replies
from journal.database import VisitError
from ranking.manifest import CURRENT, table_file

RUN = "run.json"


@dataclass(frozen=True)
class Held:
    """How many there are of a kind, and from when the oldest is; None where none is dated, or it cannot be known."""

    count: int | None
    oldest: datetime | None = None


def held(data: Path) -> dict[str, Held]:
    """What there is now, by the keys of `store.retention.Times` that are about a data folder."""
    return {
        "snapshots": _of([changed(path) for path in snapshots(data)]),
        "replies": _of([begun(path) for path in runs(data)]),
        "forms": _of([changed(path) for path in forms(data)]),
        "quarantine": _quarantine(data),
        "uploads": _of(list(incoming.waiting(data).values())),
        "audit": _of([changed(path) for path in audit.files(data)]),
        "objections": _known(replies.held),
        "sign_ins": _known(endings.held),
    }


def snapshots(data: Path) -> list[Path]:
    """The folders of all datasets' snapshots."""
    return sorted(path for path in (data / "published").glob("*/[!.]*") if path.is_dir())


def runs(data: Path) -> list[Path]:
    """The folders of replies, one per run, the oldest first."""
    return sorted(path.parent for path in (data / "raw" / "portal").glob(f"*/{RUN}"))


def begun(run: Path) -> datetime | None:
    """When a run began, by its folder's name; None where it does not say so."""
    try:
        return datetime.strptime(run.name.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def begun_capture(snapshot: str) -> datetime | None:
    """When the figures of a snapshot were captured, by its id; None where it does not say so."""
    try:
        return datetime.strptime(snapshot.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def forms(data: Path) -> list[Path]:
    """The workbooks that were handed in."""
    folder = data / "raw" / "forms"
    return sorted(path for path in folder.glob("[!.]*") if path.is_file())


def changed(path: Path) -> datetime | None:
    """When a file or folder was written last; None where it has gone meanwhile."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def _of(moments: list[datetime | None]) -> Held:
    return Held(len(moments), min((one for one in moments if one), default=None))


def _quarantine(data: Path) -> Held:
    """The rows of the snapshots in service."""
    count, oldest = 0, []
    for pointer in sorted((data / "published").glob(f"*/{CURRENT}")):
        try:
            name = pointer.read_text(encoding="utf-8", errors="replace").strip()
            table = pl.scan_parquet(pointer.parent / name / table_file("quarantine"))
            n, first = table.select(pl.len(), pl.col("captured_at").min()).collect().row(0)
        except (OSError, ValueError, pl.exceptions.PolarsError):
            return Held(None)
        count += n
        oldest += [first] if first else []
    return Held(count, min(oldest, default=None))


def _known(held: Callable[[], tuple[int, datetime | None]]) -> Held:
    try:
        return Held(*held())
    except VisitError:
        return Held(None)
