"""What follows from sums when some of their terms are withheld: elimination without ever writing a matrix down."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

STILL = 1e-6
"""What moves less counts as fixed, and an equation with less weight as not used."""
_STEPS, _STEPS_EACH, _CLOSE = 2_000, 4, 1e-10
"""Of conjugate gradients: so many at most, or so many for each equation, and to what share of the beginning they go."""
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Unknown:
    """The equations of what is withheld: `row` (place among `equations`), `column` (cell) and `factor` of each term."""

    def __init__(self, equation: Integers, column: Integers, factor: Floats, width: int) -> None:
        self.equations, self.row = np.unique(equation, return_inverse=True)
        self.column, self.factor, self.width = column, factor, width

    @classmethod
    def of(cls, equation: Integers, column: Integers, factor: Floats, width: int) -> Unknown | None:
        return cls(equation, column, factor, width) if len(equation) else None

    def fixed(self) -> Flags:
        """The cells that are the same in all solutions.

        A random step, less its part that the equations forbid, moves every other cell. That part is found by conjugate
        gradients, so a cell that hardly moves counts as fixed: it errs towards withholding. So do all cells of a
        system whose part was not found in as many steps as it may take.
        """
        step = np.random.default_rng(1).uniform(1, 2, self.width)
        concerned = np.zeros(self.width, bool)
        concerned[self.column] = True
        weight, is_found = self._combination(step)
        return concerned & (np.abs(step - self._back(weight)) < STILL) if is_found else concerned

    def combination(self, cells: Floats) -> Floats:
        """By how much to take each of the equations so that together they come closest to these factors of cells."""
        return self._combination(cells)[0]

    def _combination(self, cells: Floats) -> tuple[Floats, bool]:
        return _least(lambda weight: self._forward(self._back(weight)), self._forward(cells))

    def groups(self, weight: Floats, count: int) -> Integers:
        """A number for each of `count` equations, the same where those with a weight have cells in common."""
        group = np.arange(count)
        equation = self.equations[self.row]
        used = np.abs(weight[equation]) > STILL
        equation, column = equation[used], self.column[used]
        while True:
            least = np.full(self.width, count)
            np.minimum.at(least, column, group[equation])
            lower = group.copy()
            np.minimum.at(lower, equation, least[column])
            if (lower == group).all():
                return group
            group = lower

    def _forward(self, cells: Floats) -> Floats:
        terms = cells[self.column] * self.factor
        return np.bincount(self.row, terms, minlength=len(self.equations)).astype(float)

    def _back(self, weight: Floats) -> Floats:
        return np.bincount(self.column, weight[self.row] * self.factor, minlength=self.width).astype(float)


def _least(matrix: Callable[[Floats], Floats], right: Floats) -> tuple[Floats, bool]:
    """The solution of a symmetric system that may have several, by conjugate gradients, and whether they came to it."""
    found, left = np.zeros(len(right)), right.copy()
    way, rest = left.copy(), float(left @ left)
    enough = _CLOSE**2 * rest
    for _ in range(max(_STEPS, _STEPS_EACH * len(right))):
        if rest <= enough:
            return found, True
        along = matrix(way)
        by = rest / float(way @ along)
        found += by * way
        left -= by * along
        before, rest = rest, float(left @ left)
        way = left + rest / before * way
    return found, rest <= enough
