"""What follows from sums when some of their terms are withheld, and what else to withhold so that it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ranking.further_cells import Chosen, Price
from ranking.unknowns import Flags, Floats, Integers, Unknown, hang_together, in_order, numbered, stretches

ROOM = 3
"""What counts less is withheld beside a small figure only where nothing else is left."""
_TERMS_TOGETHER, _TOGETHER, _MOST_CHOSEN = 10_000, 16, 512
"""So many terms of small systems are solved together, for so many figures; a round of one system ends with so many."""


class Terms:
    """All equations of some figures: `equation`, `figure` and `factor` of each term.

    `size`: what each figure counts; `cell`: the cell that it is withheld with.
    """

    def __init__(
        self, parts: Sequence[tuple[Integers, Integers, Floats, Flags]], size: Floats, cell: Integers | None = None
    ) -> None:
        """`parts`: the terms of several lots of equations, each numbered from 0; the last of each: whether a term's
        equation is `wide`, one of the few that join parts which otherwise stand by themselves. `cell`: of each figure,
        its own unless given."""
        starts = np.cumsum([0, *(int(part[0].max(initial=-1)) + 1 for part in parts)])
        equation = np.concatenate([part[0] + start for part, start in zip(parts, starts, strict=False)])
        order = in_order(equation)
        self.equation = equation[order]
        self.figure, self.factor, self.wide = (np.concatenate([part[n] for part in parts])[order] for n in (1, 2, 3))
        self.size, self.count = size, int(starts[-1])
        self._begin = np.searchsorted(self.equation, np.arange(self.count + 1))
        self.cell = np.arange(len(size)) if cell is None else cell
        self._looked_at = {wide: np.zeros(len(size), bool) for wide in (False, True)}
        self._cancel = {wide: np.zeros(self.count) for wide in (False, True)}
        self._rounds = 0

    def that_free(self, flags: Flags, small: Flags, shown: Flags) -> Integers:
        """Further cells to withhold, so that more of the `small` figures of those with a flag have several answers.

        `flags` and `shown` tell of cells, `small` of figures. For each small figure that follows, the best cell that
        its equations rest on and that was not `shown` before (`Price`), unless one named already frees it. So each
        round withholds one more at least, and there is a last one, which finds none. First without the `wide`
        equations, part by part, then with them. Of rounds with ever more flags each looks only at what hangs together
        with a new one.
        """
        flags, closed = flags[self.cell], (flags | shown)[self.cell]
        places = np.flatnonzero(flags[self.figure])
        price = self._price(places, closed)
        self._rounds += 1
        for with_wide in (False, True):
            here = places if with_wide else places[~self.wide[places]]
            new = flags & ~self._looked_at[with_wide]
            self._looked_at[with_wide] = flags
            if told := list(self._told(here, new, small, with_wide)):
                cancel = self._cancel[with_wide][self.equation] * self.factor
                slack = np.bincount(self.figure, cancel, minlength=len(flags)).astype(float)
                chosen = np.unique(np.concatenate([self._freeing(*one, closed, slack, price) for one in told]))
                if len(chosen):  # where nothing can be chosen, the wide equations may still tell of others
                    return chosen
        return self.cell[:0]

    def _told(self, places: Integers, new: Flags, small: Flags, with_wide: bool) -> Iterator[tuple[Unknown, Integers]]:
        """Each system with a `new` figure that tells small ones, and which."""
        for part in _parts(self.equation[places], self.figure[places], new):
            unknown = Unknown(*(of[places[part]] for of in (self.equation, self.figure, self.factor)))
            self._cancel[with_wide][unknown.equations] = unknown.cancelling()
            if (follows := unknown.fixed() & small[unknown.figures]).any():
                yield unknown, np.flatnonzero(follows)

    def _freeing(self, unknown: Unknown, follows: Integers, closed: Flags, slack: Floats, price: Price) -> Integers:
        figures, sums = self._beside(unknown.equations, closed, price)
        cells = self.cell[figures]
        chosen = Chosen(figures, cells, price, slack[figures], 2 ** (self._rounds - 1))
        for start in range(0, len(follows), _TOGETHER):
            for net in (sums @ unknown.combinations(follows[start : start + _TOGETHER])).T:
                chosen.free(net)
            if len(chosen.every()) >= _MOST_CHOSEN:
                break
        return cells[chosen.every()]

    def _price(self, places: Integers, closed: Flags) -> Price:
        untouched = np.ones(self.count, bool)
        untouched[self.equation[places]] = False
        new = np.flatnonzero(untouched[self.equation] & ~closed[self.figure])
        return Price(self.figure[new], self.equation[new], self.factor[new], self.cell)

    def _beside(self, equations: Integers, closed: Flags, price: Price) -> tuple[Integers, Any]:
        """The figures of these equations that are not `closed`, with those that could be withheld together with one of
        them, the best first; and the factors of each in the equations."""
        from scipy.sparse import csr_array

        places = self._terms_of(equations)
        places = places[~closed[self.figure[places]]]
        own = self.figure[places]
        single = np.zeros(self.count + 1, bool)
        single[price.equation[own]] = True
        mates = self.figure[self._terms_of(np.flatnonzero(single[:-1]))]
        mates = mates[~closed[mates] & single[price.equation[mates]] & (price.equation[mates] >= 0)]
        figures = numbered(np.concatenate([own, mates]))[0]
        figures = figures[
            np.lexsort((figures, self.size[figures], self.size[figures] < ROOM, price.new[self.cell[figures]]))
        ]
        place = np.zeros(len(self.size), np.int64)
        place[figures] = np.arange(len(figures))
        return figures, csr_array(
            (self.factor[places], (place[own], np.searchsorted(equations, self.equation[places]))),
            shape=(len(figures), len(equations)),
        )

    def _terms_of(self, equations: Integers) -> Integers:
        """The places of all terms of some equations."""
        return stretches(self._begin[equations], self._begin[equations + 1])


def _parts(equation: Integers, figure: Integers, new: Flags) -> Iterator[Integers]:
    """The places of the terms that hang together with a `new` figure: a large part by itself, small ones together."""
    if not len(equation):
        return
    row = numbered(equation)[1]
    label = hang_together(row, numbered(figure)[1])[row]
    is_new = np.zeros(label.max() + 1, bool)
    is_new[label[new[figure]]] = True
    places = np.flatnonzero(is_new[label])
    places = places[in_order(label[places])]
    ends = np.cumsum(np.bincount(label[places]))
    lot = np.searchsorted(ends, np.arange(len(places)), side="right")
    lot = (ends[lot] - 1) // _TERMS_TOGETHER
    yield from (part for part in np.split(places, np.flatnonzero(np.diff(lot)) + 1) if len(part))
