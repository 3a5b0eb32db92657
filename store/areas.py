"""Kinds of communes that are set against all others: on the land border, in the mountains, of ethnic minorities.

The border comes with the reference tables. The other kinds come from a file that a province puts into the data folder,
`local/areas.csv`, with the decision that names the communes; without it nobody is of such a kind.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from files.faults import BadInput
from ranking.names import unit_code
from store.local_csv import rows_of
from store.reference import reference_table

FILE = "areas.csv"
BORDER, MOUNTAIN, MINORITY = "border", "mountain", "minority"
KINDS = (BORDER, MOUNTAIN, MINORITY)
_COLUMNS = ("unit_code", "kind", "decision")


def kinds(data: Path | None = None) -> dict[str, frozenset[str]]:
    """By kind the codes of its communes; `data`: the data folder, whose file counts where there is one.

    Where the file names communes on the border, these are the border, and the reference table's are not.
    BadInput with file, row and column where a commune, kind or decision cannot be.
    """
    units = reference_table("units")
    found = {kind: set[str]() for kind in KINDS}
    known = frozenset(units["code"])
    for row, cells in rows_of(data, FILE, _COLUMNS):
        code = unit_code(cells["unit_code"])
        if code not in known:
            raise BadInput(FILE, f"{cells['unit_code']!r} is no commune of today", row=row, field="unit_code")
        if cells["kind"] not in KINDS:
            raise BadInput(FILE, f"{cells['kind']!r} must be one of {', '.join(KINDS)}", row=row, field="kind")
        if not cells["decision"]:
            raise BadInput(FILE, "the decision that names the commune is missing", row=row, field="decision")
        found[cells["kind"]].add(str(code))
    if not found[BORDER]:
        found[BORDER] = {*units.filter(pl.col("land_border"))["code"]}
    return {kind: frozenset(codes) for kind, codes in found.items() if codes}
