"""Publish a snapshot again by today's rules: public tables by the policy, no free text: `python -m etl withhold`."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from etl.dossiers.lists import Lists, lists_of
from etl.publishing import free_text, release_log
from etl.publishing.figures import write_public_tables
from etl.publishing.free_text import Cleaned
from etl.publishing.in_service import (
    current_snapshot,
    put_beside,
    put_into_service,
    salt_of,
    sha256_of,
    snapshot_id,
    snapshot_manifest,
    sole_writer,
)
from etl.publishing.old_snapshots import forget_old
from etl.publishing.withhold import PUBLIC, linked
from files import whole
from files.faults import Fault
from files.places import DATA
from journal import audit
from ranking import __version__
from ranking.manifest import ERRATA, MANIFEST, Manifest, table_file
from store.policy import policy_in_force
from store.releases import WITHHELD
from store.retention import retention

SIMULATED = "simulated"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="where data lie; default: data")
    parser.add_argument("--dataset", default="live", help="default: %(default)s")


def run(args: argparse.Namespace) -> int:
    """Publish the current snapshot of a dataset again, its public tables made by the policy as it is now."""
    manifest = published_again(args.data, args.dataset)
    print(f"{args.dataset}: snapshot {manifest.id}, small numbers withheld by policy {manifest.policy}")
    for name in older_without_text(args.data, args.dataset):
        print(f"{args.dataset}: snapshot {name} held free text of exports, which was taken out")
    if texts := _settled_store(args.data):
        print(f"{texts} fields and procedures of kept dossiers were on no code list; the next import counts them again")
    return 0


def published_again(data: Path, dataset: str) -> Manifest:
    """Publish the current snapshot of a dataset once more, with public tables by the policy as it is now.

    So is one that holds free text of exports, without it. The one that the public reads is made again too, and released
    in its own place: what waits for a person goes on waiting. Fault where nothing is published. Where the policy is the
    same and nothing is to be taken out, nothing happens.
    """
    folder, lists = data / "published" / dataset, lists_of(data)
    with sole_writer(folder):
        before, shown = current_snapshot(folder), release_log.shown(folder)
        if before is None:
            raise Fault(f"{folder}: nothing is published")
        known = snapshot_manifest(before)
        if shown not in (None, before) and _is_outdated(shown, public := snapshot_manifest(shown), lists):
            _release_again(folder, _write_again(folder, shown, public, put_beside, lists))
        if not _is_outdated(before, known, lists):
            return known
        manifest = _write_again(folder, before, known, put_into_service, lists)
        if shown == before:
            _release_again(folder, manifest)
        if manifest.id != known.id:
            forget_old(folder, manifest, known.id, retention(known.nature, data))
        return manifest


def older_without_text(data: Path, dataset: str) -> list[str]:
    """Take free text out of all snapshots that are kept beside the current one; their ids, which they keep.

    A snapshot is never changed, but for this: what names a person must not stay because it was cited.
    """
    folder, lists = data / "published" / dataset, lists_of(data)
    changed = []
    with sole_writer(folder):
        seen = free_text.looked_through(folder)
        kept = sorted(path for path in folder.iterdir() if (path / MANIFEST).exists() and path.name[0] != ".")
        for snapshot in (path for path in kept if path.name not in seen):
            try:
                if _cleaned(folder, snapshot, lists):
                    changed.append(snapshot.name)
            except (Fault, OSError, pl.exceptions.PolarsError):
                print(f"{snapshot}: is damaged, so nobody can tell whether it holds free text", file=sys.stderr)
                continue
            seen.add(snapshot.name)
        free_text.note_looked_through(folder, seen & {path.name for path in kept})
        if free_text.errata(folder, lists):
            changed.append(ERRATA)
    return changed


def _cleaned(folder: Path, snapshot: Path, lists: Lists) -> bool:
    """Whether a snapshot held free text, which it no longer does."""
    known = snapshot_manifest(snapshot)
    found = _texts(snapshot, known, lists)
    if found:
        _put_in_place(folder, snapshot, known, found)
    return bool(found)


def _texts(snapshot: Path, known: Manifest, lists: Lists, tables: Sequence[str] = ()) -> dict[str, Cleaned]:
    """The tables of a snapshot that hold free text; none of a simulated one, whose words are our own."""
    if known.nature == SIMULATED:
        return {}
    return dict(free_text.tables_with_text(snapshot, [*(tables or known.rows)], lists))


def _settled_store(data: Path) -> int:
    """Take free text out of the kept dossiers, where there are any; how many texts there were."""
    # Imported late: most datasets have no dossiers beside them.
    from etl.dossiers.earlier import settle
    from etl.dossiers.store import Store

    store = Store(data)
    if not store.folder.exists():
        return 0
    with store.sole_writer():
        texts = settle(store, lists_of(data))
        if texts:
            (store.folder / "procedures.csv").unlink(missing_ok=True)
    return texts


def _is_outdated(snapshot: Path, known: Manifest, lists: Lists) -> bool:
    if known.policy != policy_in_force():
        return True
    return bool(_texts(snapshot, known, lists))


def _release_again(folder: Path, manifest: Manifest) -> None:
    if release_log.shown(folder) != folder / manifest.id:
        release_log.write(folder, manifest, audit.actor(), WITHHELD)


def _write_again(
    folder: Path, before: Path, known: Manifest, put: Callable[[Path, Path, Manifest], None], lists: Lists
) -> Manifest:
    """`put` gives the folder with all files its place."""
    own = [name for name in known.rows if name not in PUBLIC]
    found = _texts(before, known, lists, own)
    with _partial(folder) as partial:
        rows = {name: known.rows[name] for name in own} | _written(before, partial, own, found)
        rows |= write_public_tables(partial)
        sha256 = {name: sha256_of(partial / table_file(name)) for name in rows}
        manifest = replace(
            _told(known, found),
            id=snapshot_id(known.captured_at, sha256, salt_of(folder, partial, known.nature)),
            rows=rows,
            sha256=sha256,
            policy=policy_in_force(),
            published_at=datetime.now(UTC).replace(microsecond=0),
            code_version=__version__,
        )
        put(folder, partial, manifest)
    return manifest


def _put_in_place(folder: Path, snapshot: Path, known: Manifest, found: dict[str, Cleaned]) -> None:
    with _partial(folder) as partial:
        rows = known.rows | _written(snapshot, partial, [*known.rows], found)
        sha256 = {name: sha256_of(partial / table_file(name)) for name in rows}
        manifest = replace(_told(known, found), rows=rows, sha256=sha256)
        (partial / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        for path in [*partial.iterdir(), partial]:
            whole.to_disk(path)
        gone = folder / f".gone-{os.getpid()}"
        snapshot.rename(gone)
        partial.rename(snapshot)
        whole.to_disk(folder)
        shutil.rmtree(gone)


def _written(before: Path, partial: Path, tables: list[str], found: dict[str, Cleaned]) -> dict[str, int]:
    """The tables of a snapshot under a second name, or without their free text; how many rows those have."""
    linked(before, partial, [name for name in tables if name not in found])
    for name, cleaned in found.items():
        cleaned.rows.write_parquet(partial / table_file(name), compression="zstd")
    return {name: cleaned.rows.height for name, cleaned in found.items()}


def _told(known: Manifest, found: dict[str, Cleaned]) -> Manifest:
    return free_text.said_of(known, sum(one.changed for one in found.values())) if found else known


@contextmanager
def _partial(folder: Path) -> Iterator[Path]:
    """A folder that no reader knows, gone where writing it fails."""
    partial = folder / f".partial-{os.getpid()}"
    partial.mkdir()
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
