"""How many officers a centre has, from a file that a province puts into the data folder: `local/staff.csv`.

A row holds from its day on, until the next one of the same unit. Nobody's name is in it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from files.faults import BadInput
from files.places import published_folder
from ranking.names import unit_code
from ranking.working_days import working_days
from store.local_csv import rows_of
from store.reference import reference_table
from store.swapped_days import swapped_days

FILE = "staff.csv"
FEWEST = 3
"""With fewer officers a figure per officer would be one about a person."""
_COLUMNS = ("unit_code", "since", "officers", "source")


class Staff(NamedTuple):
    """So many officers since a day, as the source says."""

    officers: int
    since: date
    source: str


def listed() -> dict[str, list[Staff]]:
    """By commune its rows, the earliest first. BadInput with file, row and column where one cannot be."""
    known, found = frozenset(reference_table("units")["code"]), dict[str, list[Staff]]()
    for row, cells in rows_of(published_folder().parent, FILE, _COLUMNS):
        code = unit_code(cells["unit_code"])
        if code not in known:
            raise BadInput(FILE, f"{cells['unit_code']!r} is no commune of today", row=row, field="unit_code")
        try:
            since = date.fromisoformat(cells["since"])
        except ValueError:
            raise BadInput(FILE, f"{cells['since']!r} is no day such as 2026-01-01", row=row, field="since") from None
        if not (cells["officers"].isascii() and cells["officers"].isdigit() and int(cells["officers"]) > 0):
            raise BadInput(FILE, f"{cells['officers']!r} is no number from 1 on", row=row, field="officers")
        if not cells["source"]:
            raise BadInput(FILE, "the document that gives the number is missing", row=row, field="source")
        found.setdefault(str(code), []).append(Staff(int(cells["officers"]), since, cells["source"]))
    return {code: sorted(rows, key=lambda one: one.since) for code, rows in found.items()}


def per_officer_day(decided: int, staff: list[Staff], start: date, end: date) -> float | None:
    """Dossiers decided per officer and working day of a period; None where the number is not known for all of it.

    Also None with fewer than `FEWEST` officers on any day of it.
    """
    steps = [one for one in staff if one.since <= end]
    if not steps or steps[0].since > start:
        return None
    officer_days = 0
    ends = [later.since - timedelta(days=1) for later in steps[1:]]
    for one, last in zip(steps, [*ends, end], strict=True):
        first = max(one.since, start)
        if last < first:  # over before the period, or replaced on the same day
            continue
        if one.officers < FEWEST:
            return None
        officer_days += one.officers * working_days(pl.Series([first]), pl.Series([last]), swapped_days()).item()
    return decided / officer_days if officer_days else None
