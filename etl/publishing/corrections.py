"""Publish a dataset again with the editors' corrections that are in force: `python -m etl corrections`."""

from __future__ import annotations

import argparse
from pathlib import Path

from etl.publishing.corrected import TABLE
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.in_service import current_snapshot, snapshot_manifest
from etl.publishing.publish import publish
from files.faults import Fault
from files.places import DATA


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl corrections`."""
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="folder that holds published/")
    parser.add_argument("--dataset", default="live", help="default: %(default)s")


def run(args: argparse.Namespace) -> int:
    """Publish a dataset again with the corrections that are in force now; Fault where nothing is published."""
    before = current_snapshot(args.data / "published" / args.dataset)
    if before is None:
        raise Fault(f"{args.dataset}: nothing is published that could be corrected")
    known = snapshot_manifest(before)
    nothing = Harvest(measurement_rows([]), known.captured_at, [])
    manifest = publish(args.data, args.dataset, nothing, nature=known.nature)
    print(f"published {manifest.id} to {args.dataset}, {manifest.rows.get(TABLE, 0)} figures corrected")
    return 0
