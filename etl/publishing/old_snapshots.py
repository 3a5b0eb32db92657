"""Old snapshots of a dataset, removed when a new one is in service: `data/retention.yaml` says which stay."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from etl.publishing import release_log
from journal import audit
from ranking.manifest import MANIFEST, Manifest, ManifestError
from store.retention import Retention

_UNKNOWN = datetime.min.replace(tzinfo=UTC)


def forget_old(folder: Path, manifest: Manifest, before: str | None, rule: Retention) -> None:
    """Remove what need not stay of a dataset's snapshots, and note each that is gone in the audit log.

    `manifest`: of the snapshot that has come into service; `before`: the id of the one that it has replaced.
    """
    in_use = [name for name in dict.fromkeys([manifest.id, before]) if name]
    forget(folder, in_use, manifest.published_at, rule)


def forget(folder: Path, in_use: list[str], now: datetime, rule: Retention) -> tuple[list[str], list[str]]:
    """Remove what need not stay beside those `in_use` and the one that the public reads: (the ids that are gone, those
    that could not be removed)."""
    shown = release_log.shown(folder)
    in_use = [*in_use, *([shown.name] if shown and shown.name not in in_use else [])]
    published = {path.name: _published_at(path) for path in folder.iterdir() if path.is_dir() and path.name[0] != "."}
    gone, left = [], []
    for name in sorted(published.keys() - rule.staying(published, now, in_use)):
        shutil.rmtree(folder / name, ignore_errors=True)
        if (folder / name).exists():
            left.append(name)
        else:
            gone.append(name)
            audit.note(folder.parents[1], audit.actor(), "forget", dataset=folder.name, snapshot=name)
    return gone, left


def _published_at(snapshot: Path) -> datetime:
    """When a snapshot was published; one that cannot say so counts as the oldest."""
    try:
        moment = Manifest.from_json((snapshot / MANIFEST).read_text(encoding="utf-8")).published_at
    except (OSError, UnicodeDecodeError, ManifestError):
        return _UNKNOWN
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
