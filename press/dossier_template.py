"""`python -m etl dossier-template`: the headings of an export of dossiers as a CSV file."""

from __future__ import annotations

import argparse
from pathlib import Path

from etl.dossiers.lists import first_headings
from etl.dossiers.store import SIMULATED
from files import sheets, whole
from files.faults import Fault


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl dossier-template`."""
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the .csv to write")


def run(args: argparse.Namespace) -> int:
    """Write the headings and say so; Fault where the file cannot be written."""
    try:
        whole.write(args.out, content())
    except OSError as error:
        raise Fault(f"{args.out}: {error.strerror}; the template was not written") from None
    print(f"wrote {args.out}: one row per dossier below the headings; docs/dossiers.md says what each column holds")
    return 0


def content() -> bytes:
    """One line: every column that a real export may have, by its first heading in `data/dossiers/headers.yaml`."""
    return sheets.to_csv([heading for name, heading in first_headings().items() if name != SIMULATED], [])
