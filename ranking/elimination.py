"""What follows from sums when some of their terms are withheld: elimination without ever writing a matrix down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

STILL = 1e-4
"""What moves less counts as fixed, and an equation with less weight as not used."""
_STEPS, _STEPS_EACH, _CLOSE = 2_000, 4, 1e-6
"""Of conjugate gradients: so many at most, or so many for each equation, and to what share of the beginning they go."""
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Terms:
    """All equations of some cells: `equation`, `cell` and `factor` of each term, and what each cell counts (`size`).

    `solved`: how many terms were solved so far.
    """

    def __init__(self, parts: Sequence[tuple[Integers, Integers, Floats]], size: Floats) -> None:
        """`parts`: the terms of several lots of equations, each numbered from 0."""
        starts = np.cumsum([0, *(int(part[0].max(initial=-1)) + 1 for part in parts)])
        equation = np.concatenate([part[0] + start for part, start in zip(parts, starts, strict=False)])
        order = np.argsort(equation, kind="stable")
        self.equation = equation[order]
        self.cell, self.factor = (np.concatenate([part[n] for part in parts])[order] for n in (1, 2))
        self.count, self.size = int(starts[-1]), size
        self.solved = 0
        self._known_open: set[int] = set()

    def that_free(self, flags: Flags, small: Flags, shown: Flags) -> Integers:
        """Further cells to withhold, so that the `small` ones of those with a flag have more than one answer; or none.

        For each group of equations that together tell a small cell, the smallest that they rest on and that was not
        `shown` before. So each round withholds one more at least, and there is a last one.
        """
        found = [self.cell[:0]]
        places = np.flatnonzero(flags[self.cell])
        for block in _blocks(self.equation[places], self.cell[places]):
            equation, cell, factor = (part[places[block]] for part in (self.equation, self.cell, self.factor))
            name = hash((equation.tobytes(), cell.tobytes()))
            if name in self._known_open:
                continue
            self.solved += len(cell)
            unknown = Unknown(equation, cell, factor)
            follows = unknown.fixed() & small[unknown.cells]
            if follows.any():
                found.append(self._needed(unknown, follows, flags, shown))
            else:
                self._known_open.add(name)
        return np.unique(np.concatenate(found))

    def _needed(self, unknown: Unknown, follows: Flags, flags: Flags, shown: Flags) -> Integers:
        weight = np.zeros(self.count)
        by = unknown.combination(follows.astype(float))
        weight[unknown.equations] = by
        group = np.zeros(self.count, np.int64)
        group[unknown.equations] = unknown.groups(by)
        used = ~flags[self.cell] & ~shown[self.cell] & (np.abs(weight[self.equation]) > STILL)
        equation, cell, factor = self.equation[used], self.cell[used], self.factor[used]
        net = np.bincount(cell, weight[equation] * factor, minlength=len(flags))
        needed = np.abs(net[cell]) > STILL
        order = np.lexsort((cell[needed], self.size[cell[needed]], group[equation[needed]]))
        _, first = np.unique(group[equation[needed]][order], return_index=True)
        chosen: Integers = cell[needed][order][first]
        return chosen


class Unknown:
    """The equations of what is withheld: `equations` and `cells` that they name, and the terms between them."""

    def __init__(self, equation: Integers, cell: Integers, factor: Floats) -> None:
        """Equation, cell and factor of each term, in the order of equations."""
        self.equations, self.row = np.unique(equation, return_inverse=True)
        self.cells, self.column = np.unique(cell, return_inverse=True)
        self.factor = factor
        self._starts = np.flatnonzero(np.diff(self.row, prepend=-1))
        self._order = np.argsort(self.column, kind="stable")
        self._row, self._factor = self.row[self._order], factor[self._order]
        self._cell_starts = np.flatnonzero(np.diff(self.column[self._order], prepend=-1))

    def fixed(self) -> Flags:
        """The cells that are the same in all solutions.

        A random step, less its part that the equations forbid, moves every other cell. That part is found by conjugate
        gradients, so a cell that hardly moves counts as fixed: it errs towards withholding. So do all cells of a
        system whose part was not found in as many steps as it may take.
        """
        step = np.random.default_rng(1).uniform(1, 2, len(self.cells))
        weight, is_found = self._combination(step)
        return np.abs(step - self._back(weight)) < STILL if is_found else np.ones(len(self.cells), bool)

    def combination(self, cells: Floats) -> Floats:
        """By how much to take each of the equations so that together they come closest to these factors of cells."""
        return self._combination(cells)[0]

    def groups(self, weight: Floats) -> Integers:
        """A number for each equation, the same where those with a weight have cells in common."""
        used = np.abs(weight) > STILL
        named = self.equations.copy()
        kept = used[self.row]
        for block in _blocks(self.row[kept], self.column[kept]):
            inside = self.row[kept][block]
            named[inside] = self.equations[inside.min()]
        return named

    def _combination(self, cells: Floats) -> tuple[Floats, bool]:
        """With each equation divided by its length, so that long sums weigh no more than short ones."""
        length = np.sqrt(np.add.reduceat(self.factor**2, self._starts))
        found, is_found = _least(
            lambda weight: self._forward(self._back(weight / length)) / length, self._forward(cells) / length
        )
        return found / length, is_found

    def _forward(self, cells: Floats) -> Floats:
        return np.asarray(np.add.reduceat(cells[self.column] * self.factor, self._starts))

    def _back(self, weight: Floats) -> Floats:
        return np.asarray(np.add.reduceat(weight[self._row] * self._factor, self._cell_starts))


def _blocks(equation: Integers, cell: Integers) -> Iterator[Integers]:
    """The places of the terms of equations that have cells in common, directly or through others, in their order."""
    if not len(equation):
        return
    _, row = np.unique(equation, return_inverse=True)
    _, column = np.unique(cell, return_inverse=True)
    by_row, by_column = np.argsort(row, kind="stable"), np.argsort(column, kind="stable")
    rows, columns = (np.flatnonzero(np.diff(of, prepend=-1)) for of in (row[by_row], column[by_column]))
    label = np.arange(len(rows))
    while True:
        least = np.minimum.reduceat(label[row[by_column]], columns)
        lower = np.minimum.reduceat(least[column[by_row]], rows)
        lower = lower[lower]  # whoever it is named after may itself be named after another by now
        if (lower == label).all():
            break
        label = lower
    order = np.argsort(label[row], kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(label[row][order])) + 1)


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
