"""Release a snapshot to the public: `python -m etl release`."""

from __future__ import annotations

import argparse
from pathlib import Path

from etl.publishing import release_log
from etl.publishing.in_service import current_snapshot, named, snapshot_manifest, sole_writer
from files.faults import Fault
from files.places import published_folder
from journal import audit
from ranking.manifest import Manifest
from store import releases, waiting
from store.releases import AGAIN, PERSON, Release

LONGEST = audit.LONGEST


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl release`."""
    place = published_folder().parent
    parser.add_argument("--data", type=Path, default=place, metavar="DIR", help="the data folder")
    parser.add_argument("--dataset", default="live", help="default: %(default)s")
    parser.add_argument("--snapshot", metavar="ID", help="an earlier one again, with a note; default: the latest")
    parser.add_argument("--note", default="", help="what the public is told of this release")
    parser.add_argument("--list", action="store_true", help="say what waits and what was released, and change nothing")


def run(args: argparse.Namespace) -> int:
    """Release, or say what waits and what was released."""
    if args.list:
        for line in _told(args.data / "published" / args.dataset):
            print(line)
        return 0
    made = release(args.data, args.dataset, audit.actor(), args.note, snapshot=args.snapshot)
    print(f"{args.dataset}: snapshot {made.snapshot} is released, {words(made.holds)}")
    return 0


def release(
    data: Path,
    dataset: str,
    by: str,
    note: str = "",
    *,
    snapshot: str | None = None,
    patience_seconds: float | None = None,
) -> Release:
    """Let the public read the latest snapshot of a dataset, or a `snapshot` from before again.

    Fault where there is none, its files are damaged, it is what the public reads already, or it is an earlier one and
    the note does not say why. A publish that goes on for longer than `patience_seconds` is a Fault too.
    """
    folder, note = data / "published" / dataset, " ".join(note.split())
    if not folder.is_dir():
        raise Fault(f"{folder}: nothing is published")
    if len(note) > LONGEST:
        raise Fault(f"the note has {len(note)} characters, at most {LONGEST} are kept")
    with sole_writer(folder, patience_seconds):
        manifest = _chosen(folder, snapshot)
        shown = release_log.shown(folder)
        if shown is not None and shown.name == manifest.id:
            raise Fault(f"{dataset}: the public reads snapshot {manifest.id} already")
        how = PERSON if manifest.id == named(folder) else AGAIN
        if how == AGAIN and not note:
            raise Fault(f"{dataset}: snapshot {manifest.id} is not the latest; the note has to say why it is released")
        release_log.adopt(folder)
        return release_log.write(folder, manifest, by, how, note)


def _chosen(folder: Path, snapshot: str | None) -> Manifest:
    if snapshot is None:
        latest = current_snapshot(folder)
        if latest is None:
            raise Fault(f"{folder}: nothing is published")
        return snapshot_manifest(latest)
    if snapshot not in {path.name for path in folder.iterdir() if path.is_dir() and path.name[0] != "."}:
        raise Fault(f"{folder.name}: no snapshot {snapshot!r} is kept; `python -m etl release --list` names them")
    return snapshot_manifest(folder / snapshot)


def _told(folder: Path) -> list[str]:
    """What the public reads, what waits, and the releases, the latest first."""
    shown, latest = release_log.shown(folder), current_snapshot(folder) if folder.is_dir() else None
    if latest is None:
        return [f"{folder.name}: nothing is published"]
    lines = [f"{folder.name}: the public reads {shown.name if shown else 'nothing yet'}"]
    if shown != latest:
        lines.append(f"  {latest.name} waits: {words(waiting.differing(shown, latest))}")
    for one in reversed(releases.of(folder)):
        note = f": {one.note}" if one.note else ""
        who = ", ".join(filter(None, (one.how, one.by)))
        lines.append(f"  {one.released_at:%Y-%m-%d %H:%M} UTC {one.snapshot} ({who}), {words(one.holds)}{note}")
    return lines


def words(periods: waiting.Periods) -> str:
    """`form 2026-07 to 2026-08, portal 2026-08`."""
    spans = {basis: first if first == last else f"{first} to {last}" for basis, (first, last) in periods.items()}
    return ", ".join(f"{basis} {span}" for basis, span in spans.items()) or "no figures"
