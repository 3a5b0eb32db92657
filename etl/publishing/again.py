"""Publish a snapshot again with public tables by today's policy: `python -m etl withhold`."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from etl.publishing import release_log
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
from etl.publishing.publish import write_public_tables
from etl.publishing.withhold import PUBLIC, linked
from files.faults import Fault
from files.places import DATA
from journal import audit
from ranking import __version__
from ranking.manifest import Manifest, table_file
from store.policy import policy_in_force
from store.releases import WITHHELD
from store.retention import retention


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="where data lie; default: data")
    parser.add_argument("--dataset", default="live", help="default: %(default)s")


def run(args: argparse.Namespace) -> int:
    """Publish the current snapshot of a dataset again, its public tables made by the policy as it is now."""
    manifest = published_again(args.data, args.dataset)
    print(f"{args.dataset}: snapshot {manifest.id}, small numbers withheld by policy {manifest.policy}")
    return 0


def published_again(data: Path, dataset: str) -> Manifest:
    """Publish the current snapshot of a dataset once more, with public tables by the policy as it is now.

    The one that the public reads is made again too, and released in its own place: what waits for a person goes on
    waiting. Fault where nothing is published. Where the policy is the same, nothing happens.
    """
    folder = data / "published" / dataset
    with sole_writer(folder):
        before, shown = current_snapshot(folder), release_log.shown(folder)
        if before is None:
            raise Fault(f"{folder}: nothing is published")
        known = snapshot_manifest(before)
        if shown not in (None, before) and (public := snapshot_manifest(shown)).policy != policy_in_force():
            _release_again(folder, _write_again(folder, shown, public, put_beside))
        if known.policy == policy_in_force():
            return known
        manifest = _write_again(folder, before, known, put_into_service)
        if shown == before:
            _release_again(folder, manifest)
        if manifest.id != known.id:
            forget_old(folder, manifest, known.id, retention(known.nature, data))
        return manifest


def _release_again(folder: Path, manifest: Manifest) -> None:
    if release_log.shown(folder) != folder / manifest.id:
        release_log.write(folder, manifest, audit.actor(), WITHHELD)


def _write_again(folder: Path, before: Path, known: Manifest, put: Callable[[Path, Path, Manifest], None]) -> Manifest:
    """`put` gives the folder with all files its place."""
    partial = folder / f".partial-{os.getpid()}"
    partial.mkdir()
    try:
        kept = [name for name in known.rows if name not in PUBLIC]
        linked(before, partial, kept)
        rows = {name: known.rows[name] for name in kept} | write_public_tables(partial)
        sha256 = {name: sha256_of(partial / table_file(name)) for name in rows}
        manifest = replace(
            known,
            id=snapshot_id(known.captured_at, sha256, salt_of(folder, partial, known.nature)),
            rows=rows,
            sha256=sha256,
            policy=policy_in_force(),
            published_at=datetime.now(UTC).replace(microsecond=0),
            code_version=__version__,
        )
        put(folder, partial, manifest)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return manifest
