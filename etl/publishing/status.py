"""`python -m etl status`: what is published, from when, from where, how complete."""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl

from etl.publishing import release_log
from etl.publishing.in_service import current_snapshot, snapshot_manifest
from files.faults import Fault
from files.places import DATA
from ranking.manifest import table_file
from ranking.periods import Period
from store import states
from store.policy import policy_in_force
from store.reference import reference_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds published/ (default: data)")
    parser.add_argument("--dataset", help="one dataset only")
    parser.add_argument("--province", help="two-digit code: the periods and measures of one province")


def run(args: argparse.Namespace) -> int:
    """Print each dataset's snapshot and its coverage; exit code 1 where one is damaged or nothing is published."""
    published = args.data / "published"
    datasets = [args.dataset] if args.dataset else sorted(path.name for path in published.glob("*") if path.is_dir())
    found = [_print_dataset(name, published / name, args.province) for name in datasets]
    if not datasets:
        print(f"{published}: nothing is published; `python -m etl pull` or `python -m etl simulate` fills it")
    return 0 if "sound" in found and "damaged" not in found else 1


def _print_dataset(name: str, folder: Path, province: str | None) -> str:
    """Print what is published of one dataset; `sound`, `missing` or `damaged`."""
    try:
        snapshot = current_snapshot(folder)
        if snapshot is None:
            print(f"{name}: nothing is published")
            return "missing"
        manifest = snapshot_manifest(snapshot)
    except Fault as fault:
        print(f"{name}: {fault}")
        return "damaged"
    print(f"{name} ({manifest.nature}), snapshot {manifest.id}")
    print(f"  captured {manifest.captured_at:%Y-%m-%d %H:%M} UTC, published {manifest.published_at:%Y-%m-%d %H:%M} UTC")
    shown = release_log.shown(folder)
    if shown != snapshot:
        what = f"snapshot {shown.name}" if shown else "nothing yet"
        print(f"  the public reads {what}: `python -m etl release --dataset {name}` releases this one")
    print("  sources: " + "; ".join(manifest.sources))
    print("  rows: " + ", ".join(f"{table} {count:,}" for table, count in manifest.rows.items()))
    if manifest.policy != policy_in_force():
        why = "by another policy" if manifest.policy else "by the app itself"
        print(f"  small numbers are withheld {why}: `python -m etl withhold --dataset {name}` makes them again")
    for warning in manifest.warnings:
        print(f"  warning: {warning}")
    for row in coverage(snapshot, province).iter_rows(named=True):
        period = Period(row["period_start"], row["period_end"], row["period_kind"]).id
        missing = f", {row['of'] - row['reported']} silent" if row["reported"] < row["of"] else ""
        print(
            f"  {row['province_code']} {period:>23}  {row['measure']:<22} {row['basis']:<8} "
            f"{row['reported']:>4} of {row['of']} communes{missing}"
        )
    return "sound"


def coverage(snapshot: Path, province: str | None = None) -> pl.DataFrame:
    """Per province, period, measure and basis: communes that reported, that are in the data, that exist.

    Without `province` one row per province and period, over all measures: the best covered measure.
    """
    units = reference_table("units").select(unit_code="code", province_code="province_code")
    exist = units.group_by("province_code").agg(of=pl.len())
    key = ["province_code", "period_start", "period_end", "period_kind", "measure", "basis"]
    counted = (
        pl.scan_parquet(snapshot / table_file("standings"))
        .filter(pl.col("level") == "commune", pl.col("scope") != "VN")
        .join(units.lazy(), on="unit_code")
        .group_by(key)
        .agg(units=pl.len(), reported=states.answered().sum())
        .collect()
        .join(exist, on="province_code")
    )
    if province:
        return counted.filter(pl.col("province_code") == province).sort(key)
    best = counted.sort("reported", "measure", descending=[True, False])
    return best.unique(key[:4], keep="first", maintain_order=True).sort(key)
