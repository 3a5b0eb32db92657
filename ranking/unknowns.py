"""Equations between withheld figures, by a sparse factorisation: which figures follow, and from which equations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STILL = 1e-7
"""What moves less counts as fixed: figures that are fixed move by some 1e-13, others hardly ever by so little."""
_FEW_OF = 30
_RIDGE, _CLOSE, _STEPS, _SHRINKS = 1e-10, 1e-12, 40, 4
"""Added to the diagonal, since equations that follow from others have no factorisation; and how it is mended after."""
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Unknown:
    """The equations of what is withheld: `equations` and `figures` that they name, and the terms between them."""

    def __init__(self, equation: Integers, figure: Integers, factor: Floats) -> None:
        """Equation, figure and factor of each term."""
        from scipy.sparse import csr_array, eye_array
        from scipy.sparse.linalg import splu

        self.equations, row = numbered(equation)
        self.figures, column = numbered(figure)
        count = len(self.equations)
        # each equation divided by its length, so that long sums weigh no more than short ones
        self._length = np.sqrt(np.bincount(row, factor**2, minlength=count))
        self._sums = csr_array((factor / self._length[row], (row, column)))
        self._squares = (self._sums @ self._sums.T).tocsc()
        self._factors: Any = splu(
            self._squares + _RIDGE * eye_array(count, format="csc"),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0,
            options={"SymmetricMode": True},
        )

    def fixed(self) -> Flags:
        """The figures that are the same in all solutions.

        A random step, less its part that the equations forbid, moves every other one. Where that part is not found as
        closely as it must be, all count as fixed: it errs towards withholding.
        """
        step = np.random.default_rng(1).uniform(1, 2, len(self.figures))
        weight, is_found = self._solved(step)
        return np.abs(step - self._sums.T @ weight) < STILL if is_found else np.ones(len(self.figures), bool)

    def combinations(self, places: Integers) -> Floats:
        """By how much to take each of the equations (rows) so that together they come closest to the figure at each
        of the `places` of `figures` by itself (columns)."""
        alone = np.zeros((len(self.figures), len(places)))
        alone[places, np.arange(len(places))] = 1
        return self._solved(alone)[0] / self._length[:, None]

    def cancelling(self) -> Floats:
        """Random weights with which the equations cancel: a further figure that they do not cancel for would follow."""
        step = np.random.default_rng(2).uniform(1, 2, len(self.equations))
        for _ in range(_SHRINKS):
            step = _RIDGE * self._factors.solve(step)
        return step / self._length

    def _solved(self, step: Floats) -> tuple[Floats, bool]:
        """Weights of equations, and whether they are as close as they must be: each step takes off what is left."""
        wanted = self._sums @ step
        found = np.zeros(wanted.shape)
        left, enough = wanted, _CLOSE * float(np.abs(wanted).max())
        for _ in range(_STEPS):
            found = found + self._factors.solve(left)
            left = wanted - self._squares @ found
            if np.abs(left).max() <= enough:
                return found, True
        return found, False


def numbered(values: Integers) -> tuple[Integers, Integers]:
    """The different ones of some numbers from 0, in order, and which of them each is."""
    count = int(values.max(initial=-1)) + 1
    if count > _FEW_OF * len(values):  # sorting few takes less than looking at all that they are some of
        return np.unique(values, return_inverse=True)
    there = np.zeros(count, bool)
    there[values] = True
    place = np.cumsum(there, dtype=np.int32)
    return np.flatnonzero(there), place[values].astype(np.int64) - 1


def in_order(labels: Integers) -> Integers:
    """The places of some numbers from 0 in their order, those of equal ones in their own: `argsort`, stable and quick,
    for numbers are sorted by themselves, with their place as the last digits."""
    count = max(len(labels), 1)
    return np.sort(labels * count + np.arange(len(labels))) % count


def stretches(begin: Integers, end: Integers) -> Integers:
    """All numbers from each beginning up to, and without, its end, one stretch after the other."""
    length = end - begin
    return np.repeat(begin - np.cumsum(length) + length, length) + np.arange(int(length.sum()))


def hang_together(row: Integers, column: Integers) -> Integers:
    """A number from 0 for each of the equations `row`, the same where they share cells, directly or through others."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    both = coo_array((np.ones(len(row), np.int8), (row, column + rows)), shape=(rows + columns, rows + columns))
    label = connected_components(both, directed=False)[1][:rows]
    return numbered(label.astype(np.int64))[1]
