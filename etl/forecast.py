"""`python -m etl forecast`: keep what is expected of the month that is not closed, to be scored when it is."""

from __future__ import annotations

import argparse
import os
from io import BytesIO
from pathlib import Path

import polars as pl

from files import whole
from files.faults import Fault
from files.lock import sole_writer
from store import forecasts
from store.snapshot import SnapshotTrouble, open_snapshot

_LOCK, _SECONDS = ".forecasts.lock", 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", default="live", help="which dataset (default: live)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: data, or GANDAN_DATA)")


def run(args: argparse.Namespace) -> int:
    """Write a file for each month that is expected and has none yet; what was kept once is never changed."""
    if args.data:
        os.environ["GANDAN_DATA"] = str(args.data)  # where files/places.py looks
    try:
        snapshot = open_snapshot(args.dataset, unreleased=True)
    except SnapshotTrouble as error:
        raise Fault(f"{args.dataset}: {error}") from error
    place = forecasts.folder(args.dataset)
    place.mkdir(parents=True, exist_ok=True)
    with sole_writer(place, _LOCK, "keeping forecasts", _SECONDS):
        rows = forecasts.of_snapshot(snapshot)
        for (start, measure), part in rows.group_by("period_start", "measure", maintain_order=True):
            _keep(place / f"{start:%Y-%m}-{measure}.parquet", part)
    if rows.is_empty():
        print(f"{args.dataset}: too few months to expect anything")
    return 0


def _keep(path: Path, rows: pl.DataFrame) -> None:
    if path.exists():
        print(f"{path.name}: kept before, {rows.height} communes")
        return
    out = BytesIO()
    rows.write_parquet(out)
    whole.write(path, out.getvalue())
    print(f"{path.name}: {rows.height} communes")
