"""A sheet of form II.06 as rows of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etl.workbooks.loaded import ERRORS as NAMED_ERRORS
from etl.workbooks.outline import Area
from etl.workbooks.read import UNCALCULATED, Sheet

Cells = Sequence[str | float | None]
ERRORS = frozenset(NAMED_ERRORS.values())
__all__ = ["ERRORS", "UNCALCULATED", "Cells", "Grid", "grid_of"]


@dataclass(frozen=True)
class Grid:
    """`cells[i][j]` stands in Excel's row i + 1 and its column j from 0, empty ones None.

    A whole number stands as text, one with a fraction as float: so the number 1.234 isn't taken for the text "1.234",
    which is one thousand and more. An error of Excel is one of `ERRORS`.
    """

    name: str
    cells: list[Cells]
    merged: list[Area]
    hidden_columns: frozenset[int]


def grid_of(sheet: Sheet) -> Grid:
    """The cells of a sheet that was read, numbers with a fraction as such."""
    rows: list[Cells] = [*sheet.cells.rows()]
    for i in {i for i, _ in sheet.fractions}:
        rows[i] = [float(cell) if (i, j) in sheet.fractions and cell else cell for j, cell in enumerate(rows[i])]
    return Grid(sheet.name, rows, [area for area in sheet.merged if area[:2] != area[2:]], sheet.hidden_columns)
