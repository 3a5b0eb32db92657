"""`python -m etl boundaries`: boundaries for the map, from files, from the public source, or approximate."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
from shapely.geometry.base import BaseGeometry

from etl.boundaries.agreement import units_of_today
from etl.boundaries.approximate import approximate
from etl.boundaries.prepared import described, write
from etl.boundaries.public import PUBLIC, NotToBeHad, PublicFiles
from etl.boundaries.sources import Borders, read
from etl.settings import OFFLINE, Settings
from files.faults import BadInput, Fault
from files.places import DATA
from store.reference import reference_table

_NAMED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Without --from and --approximate: the public files, else the approximate set."
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="PATH",
        help="folder of wards-NN.geojson files, or one file of GeoJSON, TopoJSON or GeoParquet with codes",
    )
    chosen.add_argument("--approximate", action="store_true", help="build the approximate set, without any request")
    parser.add_argument("--if-missing", action="store_true", help="do nothing where boundaries are prepared")
    parser.add_argument("--offline", action="store_true", help=f"ask nothing of the network (or set {OFFLINE}=1)")
    parser.add_argument("--fresh", action="store_true", help="fetch again what an earlier run has kept")
    parser.add_argument("--base-url", default=PUBLIC, metavar="URL", help=f"where the public files lie ({PUBLIC})")
    parser.add_argument("--data", type=Path, default=DATA, help="data folder (default: data)")


def run(args: argparse.Namespace) -> int:
    """Write `boundaries/` and report which units have none."""
    folder = args.data / "boundaries"
    present = described(folder)
    if args.if_missing and present:
        print(f"{folder}: {present['nature']} boundaries of {present['units']:,} units are there")
        return 0
    borders, why = _chosen(args, present)
    units = reference_table("units")
    _tell(f"writing the {borders.nature} boundaries")
    known = _of_today(borders, args.source or args.base_url)
    missing = units.filter(~pl.col("code").is_in(list(known)))
    for code, name in missing.select("code", "full_name").iter_rows():
        print(f"no boundary for {code} {name}")
    write(
        known,
        folder / "boundaries.parquet",
        nature=borders.nature,
        source=borders.source,
        licence=borders.licence,
        missing=missing.get_column("code"),
    )
    print(f"{folder}: {borders.nature} boundaries of {len(known):,} units, {missing.height:,} without{why}")
    return 0


def _chosen(args: argparse.Namespace, present: dict | None) -> tuple[Borders, str]:
    """The borders, and why they are no better ones; a Fault leaves those that are prepared in use."""
    if args.source:
        _tell(f"reading {args.source}")
        return read(args.source), ""
    if args.approximate:
        return _approximate(), ""
    try:
        if args.offline or Settings.from_environment().offline:
            raise NotToBeHad("the public files were not asked for (offline)")
        return _public(args), ""
    except NotToBeHad as reason:
        if present:
            raise Fault(f"{reason}. The {present['nature']} boundaries stay in use") from reason
        return _approximate(), f"; {reason}"


def _approximate() -> Borders:
    _tell("building approximate ones from the former communes' positions")
    return approximate()


def _tell(doing: str) -> None:
    print(f"boundaries: {doing}", file=sys.stderr, flush=True)


def _public(args: argparse.Namespace) -> Borders:
    codes = dict(reference_table("units").group_by("province_code").agg("code").iter_rows())
    return PublicFiles(args.data / "raw" / "boundaries", args.base_url).borders(codes, fresh=args.fresh)


def _of_today(borders: Borders, place: object) -> dict[str, BaseGeometry]:
    """The borders of units of today; the others, and what reading left out, are named."""
    units = units_of_today()
    strange = sorted(borders.shapes.keys() - units.keys())
    known = {code: shape for code, shape in borders.shapes.items() if code in units}
    former = set(reference_table("lineage").get_column("old_code")).intersection(strange)
    if known and len(former) >= len(known):
        raise Fault(f"{place}: has {len(former):,} communes of before 1 July 2025, whose codes now mean other units")
    for line in left_out_lines(borders.left_out):
        print(line)
    for code in strange:
        print(f"{place}: {' '.join((code, borders.names.get(code, ''))).strip()} is no unit of today, left out")
    if not known:
        raise Fault(f"{place}: no feature has the code of a unit and lies where it is")
    return known


def left_out_lines(faults: Sequence[BadInput]) -> Iterator[str]:
    """A line for each row that was left out; of many with one reason, such as a layer of points, a few and a count."""
    alike: dict[tuple[str, str | None, str], list[BadInput]] = {}
    for fault in faults:
        kind = fault.what.split(" (")[0].split(":")[0]
        alike.setdefault((fault.place, fault.field, "".join(c for c in kind if not c.isdigit())), []).append(fault)
    for same in alike.values():
        for fault in same[:_NAMED]:
            yield f"{fault}, left out"
        rows = [fault.row for fault in same[_NAMED:] if fault.row is not None]
        if rows:
            yield f"{same[0].place}, rows {_runs(rows)}: likewise, left out"


def _runs(rows: list[int]) -> str:
    """`3-5, 9` for 3, 4, 5, 9."""
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
