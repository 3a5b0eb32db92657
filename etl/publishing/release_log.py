"""Writing down what the public reads of a dataset; whoever calls holds the dataset's folder for one publish.

The line of the log is on disk before the pointer is switched: after an interruption the public reads the snapshot
before, and the release is made again.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from etl.publishing import released_changes
from files import whole
from journal import audit
from ranking.manifest import CURRENT, MANIFEST, RELEASED, RELEASES, Manifest, ManifestError
from store import releases, snapshot, waiting
from store.release_policy import release_policy
from store.releases import AGAIN, BEFORE, ITSELF, WITHHELD, Release

_BEFORE = "in service before releases were kept"
_LOG = logging.getLogger(__name__)


def waits_for_nobody(folder: Path, manifest: Manifest, before: Path | None, now: Path) -> bool:
    """Whether a snapshot, its files below `now`, is released when it is published; `before`: what the public reads.

    Where somebody went back to an earlier one, nothing follows until somebody releases again. Fault where the policy
    cannot be used.
    """
    if manifest.nature != "live":
        return True
    known = releases.of(folder)
    if release_policy(folder.parents[1]).portal == "person" or (known and known[-1].how == AGAIN):
        return False
    try:
        return not waiting.differing(before, now, own=True)
    except (OSError, pl.exceptions.PolarsError) as error:  # nobody can tell, so somebody has to look
        _LOG.error("%s: what the public reads cannot be compared: %s", folder.name, type(error).__name__)
        return False


def shown(folder: Path) -> Path | None:
    """The folder of the snapshot that the public reads; None where nothing is released."""
    name = snapshot.named(folder, unreleased=False)
    return folder / name if name else None


def adopt(folder: Path) -> None:
    """Write down, before the first switch that could run ahead of the public, what it reads now.

    Every snapshot that is kept from before there were releases was open to everybody, and stays so.
    """
    if releases.pointer(folder, RELEASED) is not None:
        return
    current = releases.pointer(folder, CURRENT)
    if current is not None and not (folder / RELEASES).exists():
        kept = sorted(_kept(folder), key=lambda one: (one.id == current, one.published_at, one.id))
        _append(folder, [_release(one, folder, "", BEFORE, _BEFORE, one.published_at) for one in kept])
        released_changes.begin(folder, current)
    whole.write(folder / RELEASED, f"{current or ''}\n".encode())


def write(folder: Path, manifest: Manifest, by: str, how: str, note: str = "") -> Release:
    """Release a snapshot: a line of the log, what it changes of released figures, the pointer, the audit log."""
    before = shown(folder)
    line = _release(manifest, folder, by, how, note, datetime.now(UTC).replace(microsecond=0))
    if how == WITHHELD and (first := _last_of(folder, before)):
        line = replace(line, made_at=first.made_at, note=first.note)
    _append(folder, [line])
    if before is not None and before.name != manifest.id:
        released_changes.add(folder, before.name, manifest.id, line.released_at)
    whole.write(folder / RELEASED, f"{manifest.id}\n".encode())
    audit.note(folder.parents[1], by, "release", dataset=folder.name, snapshot=manifest.id, how=how, note=note)
    return line


def by_itself(folder: Path, manifest: Manifest) -> None:
    """Release a snapshot that waits for nobody; the last one released stays so where it is this one already."""
    if releases.pointer(folder, RELEASED) != manifest.id:
        write(folder, manifest, audit.actor(), ITSELF)


def _release(manifest: Manifest, folder: Path, by: str, how: str, note: str, at: datetime) -> Release:
    return Release(
        snapshot=manifest.id,
        released_at=at,
        captured_at=manifest.captured_at,
        made_at=manifest.published_at,
        by=by,
        how=how,
        note=note,
        holds=_holds(folder / manifest.id),
    )


def _holds(path: Path) -> waiting.Periods:
    """Nothing of one that is damaged, as one from before may be: it is replaced all the same."""
    try:
        return waiting.holds(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        _LOG.error("%s: what it holds cannot be read: %s", path.name, type(error).__name__)
        return {}


def _last_of(folder: Path, snapshot: Path | None) -> Release | None:
    found = [one for one in releases.of(folder) if snapshot and one.snapshot == snapshot.name]
    return found[-1] if found else None


def _kept(folder: Path) -> list[Manifest]:
    """The manifests of all snapshots that can be read."""
    found = []
    for path in folder.glob(f"[!.]*/{MANIFEST}"):
        try:
            found.append(Manifest.from_json(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, ManifestError):
            continue  # no reader could open it either
    return found


def _append(folder: Path, lines: list[Release]) -> None:
    """Add lines to the log; half a line that a power cut has left at its end is dropped first."""
    path = folder / RELEASES
    before = path.read_bytes() if path.exists() else b""
    whole_lines = before[: before.rfind(b"\n") + 1]
    whole.write(path, whole_lines + "".join(line.to_json() for line in lines).encode())
