"""The exports of simulated dossiers and their small aggregate, as `python -m etl simulate` is asked for them."""

from __future__ import annotations

import argparse
from pathlib import Path

from etl.forms.title import province_code
from etl.progress import Progress
from etl.simulation.calibration import CALIBRATION, read_calibration
from etl.simulation.dossiers.aggregate import AGGREGATE, make
from etl.simulation.dossiers.exports import CSV, PARQUET, write_exports
from etl.simulation.dossiers.ground import Ground
from etl.simulation.dossiers.measured import months_of
from files.faults import Fault
from store.reference import reference_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said of dossiers after `simulate`."""
    parser.add_argument(
        "--dossiers", type=Path, metavar="DIR", help="write exports of dossiers to this new folder instead"
    )
    parser.add_argument(
        "--province", help="with --dossiers: code (25), state code (H44) or name; else the whole country"
    )
    parser.add_argument(
        "--share", type=float, default=1.0, help="with --dossiers: so many of all dossiers (default: 1)"
    )
    parser.add_argument(
        "--format", choices=(PARQUET, CSV), default=PARQUET, help="with --dossiers (default: %(default)s)"
    )
    parser.add_argument(
        "--dossiers-aggregate",
        action="store_true",
        help=f"make data/{AGGREGATE.name} and the files beside it again from all dossiers, nothing else",
    )


def ground() -> Ground:
    """What dossiers are drawn from, by the shipped reference tables and calibration."""
    units, lineage, provinces = (reference_table(name) for name in ("units", "lineage", "provinces"))
    return Ground.of(units, lineage, provinces, read_calibration(CALIBRATION))


def run_exports(args: argparse.Namespace) -> int:
    """Write exports; Fault where the share is none, or the province is not known."""
    if not 0 < args.share <= 1:
        raise Fault(f"--share: {args.share:g} is no share; write it as 0.1, at most 1")
    own = ground()
    homes = [*range(len(own.provinces))]
    if args.province:
        homes = [own.provinces.index(province_code(args.province, reference_table("provinces")))]
    with Progress("simulate", len(homes)) as step:
        count = write_exports(own, args.dossiers, homes, months_of(own), share=args.share, kind=args.format, step=step)
    print(f"{args.dossiers}: {count:,} simulated dossiers; README.md there says how to import them")
    return 0


def run_aggregate() -> int:
    """Make the aggregate again."""
    own = ground()
    with Progress("simulate", len(own.provinces)) as step:
        size = make(own, step=step)
    print(f"{AGGREGATE} and the files beside it: {size:,} bytes")
    return 0
