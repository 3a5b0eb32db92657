"""What is known of a sheet apart from the values in its cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from etl.workbooks.formulas import Node, address

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""
SPARSE = 4_000_000
"""Cells that a range may span whatever it holds: about 100 MB."""
_FILLED = 20


@dataclass
class Outline:
    """Where a sheet's cells lie, what is hidden or merged in it, and its formulas; numbers from 0.

    `formulas`: by row and column, None for one that is no plain sum; `without_value`: those beside which no value is
    kept, or a 0, which writers put there that don't calculate, `never`: that no program has calculated any.
    """

    top: int | None = None
    left: int = 0
    bottom: int = 0
    right: int = 0
    filled: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    formulas: dict[tuple[int, int], Node | None] = field(default_factory=dict)
    without_value: dict[tuple[int, int], str] = field(default_factory=dict)
    never: bool = False

    def add(self, top: int, left: int, bottom: int, right: int, filled: int) -> None:
        """Cells with something in them, within such an area."""
        if self.top is None:
            self.top, self.left, self.bottom, self.right = top, left, bottom, right
        self.top, self.left = min(self.top, top), min(self.left, left)
        self.bottom, self.right = max(self.bottom, bottom), max(self.right, right)
        self.filled += filled

    @property
    def width(self) -> int:
        return 0 if self.top is None else self.right - self.left + 1

    def trouble(self, cells_max: int) -> str | None:
        """Why a sheet that spans so much is not read, or None."""
        if self.top is None:
            return None
        spanned = (self.bottom - self.top + 1) * (self.right - self.left + 1)
        if spanned <= SPARSE or (spanned <= cells_max and spanned <= _FILLED * self.filled):
            return None
        area = f"{address(self.top, self.left)}:{address(self.bottom, self.right)}"
        return (
            f"spans {area}, far more than the {self.filled} cells that hold something; in Excel, delete the rows and "
            "columns behind the table and save it again"
        )
