"""Snapshots as pages read them: opened once, checked once, cached as frames that nobody changes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import polars as pl

from files.faults import Fault
from files.places import published_folder
from ranking.manifest import CURRENT, MANIFEST, RELEASED, Manifest, ManifestError, table_file
from ranking.periods import Period
from store import releases, states

DATASETS = ("live", "recorded", "simulated")
_MENDING = {
    "live": "python -m etl pull --year 2026",
    "recorded": "git checkout -- data/published/recorded",
    "simulated": "python -m etl simulate",
}


class SnapshotTrouble(Exception):
    """A dataset cannot be read: `kind` missing, damaged, …; what is wrong; the command that mends it, if one does."""

    def __init__(self, dataset: str, kind: str, detail: str = "") -> None:
        super().__init__(f"{dataset}: {kind} {detail}")
        self.dataset, self.kind, self.detail = dataset, kind, detail
        self.command = "" if kind == "not_own" else _MENDING.get(dataset, "python -m etl status")


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot as somebody may see it: immutable, so everything read from it may be cached by it.

    `seen`: the provinces whose figures are shown whole, None for all; the rest is as the public may see it. `pin`: a
    period that pages open on wherever it has figures, as a link from before the last import asks (`store.opening`).
    """

    folder: Path
    manifest: Manifest
    seen: frozenset[str] | None = None
    pin: Period | None = None

    def __hash__(self) -> int:
        return hash(self._identity())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Snapshot) and self._identity() == other._identity()

    def _identity(self) -> tuple[Path, frozenset[str] | None, Period | None]:
        return self.folder, self.seen, self.pin

    def seen_in(self, provinces: frozenset[str] | None) -> Snapshot:
        """The same snapshot for a reader who sees the figures of these provinces whole."""
        return replace(self, seen=provinces)

    def on(self, period: Period | None) -> Snapshot:
        """The same snapshot opened on this period; None: on what all pages open on."""
        return self if period == self.pin else replace(self, pin=period)

    def of(self, scope: str) -> Snapshot:
        """The snapshot for whoever reads only rows about one province, or a ranking within it or the country.

        They are shown whole to those who see the province, and else as the public may see them; those of the
        country are the public's for all who do not see everything. So all readers share what is kept of it, and
        one file is read instead of two. Figures of other units must not be read from it.
        """
        return self if self.seen is None else replace(self, seen=None if scope in self.seen else frozenset())


def datasets(*, unreleased: bool = False) -> list[str]:
    """The datasets that have been released, the best one first; `unreleased`: those that wait for it too."""
    return [name for name in DATASETS if named(published_folder() / name, unreleased=unreleased) is not None]


def open_snapshot(dataset: str, *, unreleased: bool = False) -> Snapshot:
    """The snapshot of `dataset` that the public reads now; `unreleased`: the latest, as readers by the rule of that
    name see it. SnapshotTrouble where there is none or it is damaged."""
    folder = published_folder() / dataset
    name = named(folder, unreleased=unreleased)
    if name is None:
        raise SnapshotTrouble(dataset, "missing")
    try:
        return snapshot_at(dataset, folder / name)
    except SnapshotTrouble:
        if named(folder, unreleased=unreleased) == name:
            raise
    return open_snapshot(dataset, unreleased=unreleased)  # it was replaced in the meantime


def named(folder: Path, *, unreleased: bool) -> str | None:
    """The id that `open_snapshot` opens in the folder of a dataset; None where there is none.

    `current` is read before it is looked whether there are releases: the first publish that knows of them writes down
    what is released before it switches, so nobody is shown what waits.
    """
    current = releases.pointer(folder, CURRENT)
    if unreleased or current is None:
        return current
    released = releases.pointer(folder, RELEASED)
    return current if released is None else released or None


def snapshot_at(dataset: str, folder: Path) -> Snapshot:
    """A snapshot by its folder, its files checked against the manifest once per process and change."""
    try:
        stamp = tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.iterdir()))
        return _checked(dataset, folder, stamp)
    except OSError as error:
        raise SnapshotTrouble(dataset, "damaged", f"{Path(error.filename).name}: {error.strerror}") from error
    except ValueError as error:  # a power cut can leave a name of zero bytes
        raise SnapshotTrouble(dataset, "damaged", f"{folder.name!r}: {error}") from error


@lru_cache(maxsize=16)
def _checked(dataset: str, folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Snapshot:
    try:
        manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except ManifestError as error:
        raise SnapshotTrouble(dataset, "damaged", str(error)) from error
    except UnicodeDecodeError as error:
        raise SnapshotTrouble(dataset, "damaged", f"{MANIFEST} is no text: {error.reason}") from error
    for table, expected in manifest.sha256.items():
        with (folder / table_file(table)).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise SnapshotTrouble(dataset, "damaged", f"{table_file(table)} is not the file that was published")
        _check_states(dataset, folder / table_file(table))
    return Snapshot(folder, manifest)


def _check_states(dataset: str, path: Path) -> None:
    try:
        states.check(pl.scan_parquet(path), path.name)
    except Fault as fault:
        raise SnapshotTrouble(dataset, "damaged", str(fault)) from fault
