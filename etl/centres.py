"""`python -m etl centres FILE`: take a province's list of counters into the data folder, if all of it is right."""

from __future__ import annotations

import argparse
import csv
import os
from collections import Counter
from io import StringIO
from pathlib import Path

from files import whole
from files.faults import Fault
from files.lock import sole_writer
from store import centres, local_csv, units
from store.reference import province_name

_LOCK, _SECONDS = ".centres.lock", 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="centres.csv; its columns: data/reference/README.md")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: data, or GANDAN_DATA)")
    parser.add_argument("--check", action="store_true", help="only say what is wrong, take nothing")


def run(args: argparse.Namespace) -> int:
    """Take the file: its communes' counters replace those that were known of them, all others stay. Fault otherwise."""
    if args.data:
        os.environ["GANDAN_DATA"] = str(args.data)  # where files/places.py looks
    try:
        content = args.file.read_bytes()
    except OSError as error:
        raise Fault(f"{args.file}: {error.strerror}") from error
    found = centres.read(content, args.file.name)
    if not found:
        raise Fault(f"{args.file.name}: holds no row below the headings")
    if not args.check:
        take(content, args.file.name)
    of = Counter(units.known(one.unit_code)["province_code"] for one in found)
    for province, count in sorted(of.items()):
        print(f"{province_name(province)}: counters {'that can be taken' if args.check else 'taken'}: {count}")
    return 0


def take(content: bytes, place: str) -> int:
    """Keep the rows of a file in the data folder; how many it has. Fault where one is wrong, then none is kept."""
    found = centres.read(content, place)
    path = centres.own_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with sole_writer(path.parent, _LOCK, "taking the list of counters", _SECONDS):
        new = {one.unit_code for one in found}
        before = [row for _, row in local_csv.rows_of(path.parents[1], path.name, centres.COLUMNS)]
        rows = [row for row in before if row["unit_code"] not in new]
        rows += [row for _, row in local_csv.rows_in(content, place, centres.COLUMNS)]
        whole.write(path, _written(sorted(rows, key=lambda row: row["unit_code"])))
    return len(found)


def _written(rows: list[dict[str, str]]) -> bytes:
    out = StringIO()
    table = csv.DictWriter(out, centres.COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode()
