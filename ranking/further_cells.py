"""Which further cells to withhold, so that small figures that follow from others do so no longer."""

from __future__ import annotations

import numpy as np

from ranking.unknowns import Flags, Floats, Integers

USED = 1e-4
"""An equation, or a figure, with less weight counts as not used."""


class Price:
    """How little it frees to withhold each cell: `new`, the equations that it would be the first to be withheld of.

    One more unknown figure and one more equation about it free nothing; but two cells with the same new equation do.
    `equation`: that of a figure whose cell has a single one, −1 for others; `factor`: what it has there.
    """

    def __init__(self, figure: Integers, equation: Integers, factor: Floats, cell: Integers) -> None:
        """The terms of equations without a withheld figure; `cell`: of each figure."""
        self.new = np.bincount(cell[figure], minlength=int(cell.max(initial=-1)) + 1)
        self.equation, self.factor = np.full(len(cell), -1), np.ones(len(cell))
        single = self.new[cell[figure]] == 1
        self.equation[figure[single]] = equation[single]
        self.factor[figure[single]] = factor[single]


class Chosen:
    """The `places` of figures to withhold, of some that are sorted by what speaks for them."""

    def __init__(self, figures: Integers, cells: Integers, price: Price, slack: Floats, at_once: int) -> None:
        """`slack`: how each figure is told by `Unknown.cancelling`, nothing where it is not; `at_once`: so many are
        chosen together where each by itself would follow."""
        self.places: list[int] = []
        self._pairs: list[tuple[int, int]] = []
        self._at_once = at_once
        self._loose = (price.new[cells] == 0) & (np.abs(slack) < USED)
        equation, self._factor = price.equation[figures], price.factor[figures]
        single = np.flatnonzero(equation >= 0)
        told = np.rint((slack / self._factor)[single] / USED)
        kind = np.unique(np.column_stack([equation[single], told]), axis=0, return_inverse=True)[1]
        self._grouped = single[np.argsort(kind, kind="stable")]
        self._groups = np.flatnonzero(np.diff(np.sort(kind), prepend=-1))

    def free(self, net: Floats) -> None:
        """Choose what moves a figure that rests on the others by these factors, unless it is freed already.

        One without new equations; else two of the same new equation with different factors, for what one of them
        gains the other loses. Both without equations that would tell them in turn (`slack`), where there are such.
        """
        needed = np.abs(net) > USED
        if not needed.any() or self._is_freed(net, needed):
            return
        if (needed & self._loose).any():
            self.places.append(int((needed & self._loose).argmax()))
        elif pair := self._pair(net):
            self._pairs.append(pair)
        else:
            self.places += np.flatnonzero(needed)[: self._at_once].tolist()

    def every(self) -> list[int]:
        return [*self.places, *(place for pair in self._pairs for place in pair)]

    def _is_freed(self, net: Floats, needed: Flags) -> bool:
        by = net / self._factor
        return bool(needed[self.places].any()) or any(abs(by[one] - by[other]) > USED for one, other in self._pairs)

    def _pair(self, net: Floats) -> tuple[int, int] | None:
        if not len(self._groups):
            return None
        by = net / self._factor
        own = by[self._grouped]
        apart = np.maximum.reduceat(own, self._groups) - np.minimum.reduceat(own, self._groups) > USED
        if not apart.any():
            return None
        best = np.where(apart, np.minimum.reduceat(self._grouped, self._groups), len(net)).argmin()
        members = np.sort(np.split(self._grouped, self._groups[1:])[best])
        one = int(members[0])
        return one, int(members[np.abs(by[members] - by[one]) > USED][0])
