"""Dossiers carried over: open at a period's end = open at its beginning + received − resolved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from ranking.families import Family
from ranking.periods import MERGER
from ranking.sum_equations import NEAR
from ranking.unknowns import Flags, Floats, Integers

_AFTER, _BEFORE, _CAME, _WENT = range(4)
_FACTORS = np.array([1.0, -1.0, -1.0, 1.0])
_STOCK_COST, _CAME_COST, _WENT_COST, _NEW_EDGE = 2.0, 4.0, 1.0, 1.5
"""What withholding one more figure costs, in rows that the public loses: many measures count what was received."""


class Chains:
    """An equation for each unit, field, basis and period of which all four figures are there: `cells`, one row each.

    The columns: open at the end, open at the beginning, received, resolved. `monthly`: which are of one month.
    """

    def __init__(self, families: tuple[Family, Family, Family], starts: Sequence[int], bridge: int) -> None:
        """`families`: what shows open, received and resolved dossiers; `starts`: where the cells of each begin among
        those of all; `bridge` as in the policy."""
        self.bridge = bridge
        still, came, went = families
        open_ = _dated(still, starts[0]).unique(["chain", "end"])
        flows = _dated(came, starts[1]).join(
            _dated(went, starts[2]), on=["chain", "start", "end", "old"], suffix="_went"
        )
        after = flows.join(open_.select("chain", "end", after="cell"), on=["chain", "end"])
        beginning = open_.select("chain", start=pl.col("end").dt.offset_by("1d"), before="cell")
        rows = after.join(beginning, on=["chain", "start"]).unique(["after", "before", "cell", "cell_went"])
        rows = rows.sort("chain", "start", "end")
        self.cells: Integers = rows.select("after", "before", "cell", "cell_went").to_numpy().astype(np.int64)
        self.monthly: Flags = rows.select(pl.col("start").dt.month_end() == pl.col("end")).to_series().to_numpy()

    def terms(self, figures: Sequence[Integers], size: Floats) -> tuple[Integers, Integers, Floats, Flags]:
        """Equation, figure and factor of each term, of equations that hold to within `NEAR`; none joins provinces.

        `figures`: the number of each cell's figure of open, received and resolved dossiers; `size` of each figure.
        """
        still, came, went = figures
        columns = (still, still, came, went)
        figure = np.column_stack([of[self.cells[:, n]] for n, of in enumerate(columns)])
        figure = figure[np.abs(size[figure] @ _FACTORS) <= NEAR]
        equation = np.repeat(np.arange(len(figure)), 4)
        return equation, figure.ravel(), np.tile(_FACTORS, len(figure)), np.zeros(figure.size, bool)

    def keep(self, flags: Flags, shown: Flags) -> None:
        """Set `flags` until no equation has a single withheld figure, which would follow from the other three.

        At the edge of withheld months goes what was resolved; beside a withheld flow what was open. What was `shown`
        before protects nothing, since it is known.
        """
        self._bridge(flags, shown)
        while True:
            out = flags[self.cells]
            single = np.flatnonzero(out.sum(axis=1) == 1)
            cost = self._costs(out, single, flags)
            cost[out[single] | shown[self.cells[single]]] = np.inf
            best = cost.argmin(axis=1) if len(single) else single
            possible = np.isfinite(cost[np.arange(len(single)), best])
            if not possible.any():
                return
            flags[self.cells[single[possible], best[possible]]] = True

    def new_edges(self, flags: Flags) -> Integers:
        """For each cell in how many equations it would be the only one that is withheld."""
        alone = ~flags[self.cells].any(axis=1)
        return np.bincount(self.cells[alone].ravel(), minlength=len(flags))

    def _costs(self, out: Flags, single: Integers, flags: Flags) -> Floats:
        """What it costs to withhold each figure of the `single` equations."""
        lonely = self.new_edges(flags)[self.cells[single]]
        cost = np.tile([_STOCK_COST, _STOCK_COST, _CAME_COST, _WENT_COST], (len(single), 1))
        flow = out[single][:, [_CAME, _WENT]].any(axis=1)
        cost[flow, _WENT] = _CAME_COST
        costs: Floats = cost + _NEW_EDGE * lonely
        return costs

    def _bridge(self, flags: Flags, shown: Flags) -> None:
        """Withhold what was open between two withheld months where no more than `bridge` lie between."""
        cells = self.cells[self.monthly]
        for months in range(1, self.bridge + 1):
            follows = np.full(len(flags), -1)
            follows[cells[:, _BEFORE]] = cells[:, _AFTER]
            path = [np.flatnonzero(flags & (follows >= 0))]
            for _ in range(months + 1):
                step = np.where(path[-1] >= 0, follows[path[-1]], -1)
                path.append(step)
            whole = np.all([step >= 0 for step in path], axis=0)
            whole &= flags[np.where(path[-1] >= 0, path[-1], 0)]
            between = np.concatenate([step[whole] for step in path[1:-1]])
            flags[between[~shown[between]]] = True


def _dated(family: Family, start: int) -> pl.DataFrame:
    """`chain`, `start`, `end`, `old` and `cell` of what a family counts."""
    old = (pl.col("level") == "commune") & (pl.col("period_end") < MERGER)
    return (
        family.rows.with_columns(at=pl.Series(family.cell.astype(np.int64)) + start)
        .filter(pl.Series(family.counted), pl.col("size").is_not_null())
        .select(
            chain=pl.struct("unit_code", "level", "field", "basis").hash(),
            old=old,
            start="period_start",
            end="period_end",
            cell="at",
        )
        .unique()
    )
