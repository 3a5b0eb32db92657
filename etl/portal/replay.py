"""`python -m etl replay`: publish again from archived replies, without any request.

The folder may hold replies of the portal, of its former gateway, or both.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import polars as pl

from etl.portal import pull_2025, rows
from etl.portal.archive import Run, read_items
from etl.portal.endpoints import ENDPOINTS
from etl.portal.pull import publish_harvest
from etl.publishing.harvest import Harvest, department_rows
from files.faults import Fault
from files.places import DATA
from ranking.vocabulary import NATURES
from store.reference import reference_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="RUN_FOLDER", help="a folder of data/raw/portal")
    parser.add_argument("--dataset", default="live", help="default: %(default)s")
    parser.add_argument("--nature", choices=NATURES, help="default: that of the dataset's name, else live")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="where data lie; default: data")
    parser.add_argument(
        "--partial", action="store_true", help="take also endpoints of which only some units were recorded"
    )


def run(args: argparse.Namespace) -> int:
    """Parse a folder of replies and publish it. 0 if every reply was whole, else 1."""
    harvest, complaints = replayed(args.folder, partial=args.partial)
    for complaint in complaints:
        print(f"left out: {complaint}", file=sys.stderr)
    if harvest.measurements.is_empty():
        raise Fault(f"{args.folder}: no figures; " + "; ".join(harvest.warnings))
    publish_harvest(args.data, args.dataset, harvest, args.nature)
    return 1 if complaints else 0


def replayed(folder: Path, *, partial: bool = False) -> tuple[Harvest, list[str]]:
    """(what the sound replies of a folder hold, complaints about the others)."""
    if not folder.is_dir():
        raise Fault(f"{folder}: no such folder")
    items, complaints = read_items(folder)
    unknown = sorted({item.request.endpoint for item in items} - {*ENDPOINTS, pull_2025.ENDPOINT})
    complaints += [f"{name}: no parser for this endpoint" for name in unknown]
    units, provinces, day = reference_table("units"), reference_table("provinces"), Run(folder).day
    of_2025 = [item for item in items if item.request.endpoint == pull_2025.ENDPOINT]
    later = [item for item in items if item.request.endpoint in ENDPOINTS]
    harvests = []
    if later:
        harvests.append(rows.parse_run(later, units, provinces, day=day, partial=partial, warnings=complaints))
    if of_2025:
        harvests.append(pull_2025.parse_run(of_2025, units, provinces, day=day, warnings=complaints))
    if not harvests:
        raise Fault(f"{folder}: holds no whole reply; " + "; ".join(complaints))
    return together(harvests), complaints


def together(harvests: list[Harvest]) -> Harvest:
    """Several harvests as one."""
    return Harvest(
        measurements=pl.concat([harvest.measurements for harvest in harvests]),
        captured_at=max(harvest.captured_at for harvest in harvests),
        sources=sorted({source for harvest in harvests for source in harvest.sources}),
        quarantine=pl.concat([harvest.quarantine for harvest in harvests]),
        departments=department_rows({code: name for harvest in harvests for code, name in harvest.departments.rows()}),
        warnings=list(dict.fromkeys(warning for harvest in harvests for warning in harvest.warnings)),
    )
