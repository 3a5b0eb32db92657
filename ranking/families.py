"""Measures that rest on the same dossiers: what their rows count, which cell each is of, and what was seen of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from ranking.measures import Measure
from ranking.states import COUNTED, SUPPRESSED
from ranking.sum_equations import Equations
from ranking.suppression_policy import Policy
from ranking.unknowns import Flags, Floats
from ranking.vocabulary import CELL

SEEN = ("seen_numerator", "seen_denominator", "seen_state")
"""What an earlier snapshot showed the public of the same row, beside it."""

_KEPT = (*(name for name in CELL if name != "measure"), "size", "minimum", "stock")


class Family:
    """The rows of measures that rest on the same dossiers, and for each cell whether it is `small`, or was `shown` or
    `withheld` before.

    `quantity`: the number of what each measure counts. A cell holds a figure of each; `small_figures`: all cells of one
    quantity after those of the other.
    """

    def __init__(
        self,
        rows: pl.DataFrame,
        measures: Mapping[str, Measure],
        policy: Policy,
        family: Sequence[str],
    ) -> None:
        """`rows`: those of the `family` that the policy protects, with `SEEN`."""
        self.measures = tuple(family)
        self.is_resolved = _is(family, policy, "resolved")
        self.rows = _sized(rows, measures, policy, family)
        self.names, self.cell = np.unique(self.rows.get_column("cell").to_numpy(), return_inverse=True)
        self.width = len(self.names)
        self.quantity = _quantities(self.rows)
        size, minimum = self._figures()
        is_small: Flags = (size > 0) & (size < minimum)
        self.small = self._of_cells(is_small)
        kinds = self.rows.get_column("measure").replace_strict(self.quantity, return_dtype=pl.Int64).to_numpy()
        self.kinds = max(self.quantity.values(), default=0) + 1
        self.variable = kinds * self.width + self.cell
        self.small_figures: Flags = np.zeros(self.kinds * self.width, bool)
        self.small_figures[self.variable[is_small]] = True
        counted: Flags = self.rows.get_column("state").is_in(COUNTED).to_numpy()
        self.counted = counted
        self.withheld = self._of_cells(
            counted & (rows.get_column("seen_state") == SUPPRESSED).fill_null(False).to_numpy()
        )
        same = pl.all_horizontal(pl.col(n).eq_missing(pl.col(f"seen_{n}")) for n in ("numerator", "denominator"))
        told = rows.select(same & pl.col("seen_state").is_in(COUNTED).fill_null(False)).to_series().to_numpy()
        self.shown = self._of_cells(counted & told) & ~self.small & ~self.withheld
        self.row = self.rows.get_column("row").to_numpy()
        self.rows = self.rows.select(*_KEPT)

    def sizes(self) -> Floats:
        """What each cell counts at least, infinite where nothing is known."""
        return np.asarray(self.figures().reshape(self.kinds, self.width).min(axis=0))

    def figures(self) -> Floats:
        """What each cell counts of one quantity after the other, infinite where nothing is known."""
        size, _ = self._figures()
        found = np.full(self.kinds * self.width, np.inf)
        np.fmin.at(found, self.variable, size)
        return found

    def equations(self, places: pl.DataFrame) -> Equations:
        """The equations of each quantity once, however many measures show it."""
        told = self.rows.select("series", "minimum", quantity=pl.Series(self.variable // self.width), cell=self.cell)
        once = (
            told.with_row_index("row")
            .filter(self.rows.get_column("size").is_not_null())
            .sort("minimum", descending=True, maintain_order=True)
            .unique(["series", "quantity", "cell"], keep="first", maintain_order=True)
            .sort("row")
        )
        at = once.get_column("row").to_numpy()
        size, minimum = self._figures()
        rows = self.rows[at].with_columns(once.get_column("quantity"))
        return Equations(rows, places, self.cell[at], size[at], minimum[at], self.is_resolved)

    def resting_on(self, other: Family, flags: Flags) -> Flags:
        """The cells of the same dossiers' unit, period, field and basis as those of `other` that have a flag."""
        return np.isin(self.names, other.names[flags])

    def room_under(self, other: Family, flags: Flags) -> Floats:
        """By how much each cell counts less than that of `other` which it is a part of; infinite where that is unknown.

        A cell of `other` with a flag is not shown, so it bounds nothing.
        """
        room = np.full(self.width, np.inf)
        at = np.minimum(np.searchsorted(other.names, self.names), max(other.width - 1, 0))
        if other.width:
            told = (other.names[at] == self.names) & ~flags[at]
            room[told] = (other.sizes()[at] - self.sizes())[told]
        return room

    def _figures(self) -> tuple[np.ndarray, np.ndarray]:
        size, minimum = (self.rows.get_column(name).fill_null(np.nan).to_numpy() for name in ("size", "minimum"))
        return size, minimum

    def _of_cells(self, rows: Flags) -> Flags:
        found = np.zeros(self.width, bool)
        found[self.cell[rows]] = True
        return found


def _quantities(rows: pl.DataFrame) -> dict[str, int]:
    """The number of what each measure counts: the same where two count the same of all that both count."""
    _, place = np.unique(rows.select(pl.struct("cell", "series").hash()).to_series().to_numpy(), return_inverse=True)
    size = rows.get_column("size").cast(pl.Float64).fill_null(np.nan).to_numpy()
    names = rows.get_column("measure").to_numpy()
    known: list[Floats] = []
    found: dict[str, int] = {}
    for name in dict.fromkeys(names.tolist()):
        own = np.full(int(place.max()) + 1, np.nan)
        own[place[names == name]] = size[names == name]
        alike = [n for n, other in enumerate(known) if _agree(own, other)]
        found[name] = alike[0] if alike else len(known)
        if alike:
            known[alike[0]] = np.fmax(known[alike[0]], own)
        else:
            known.append(own)
    return found


def _agree(one: Floats, other: Floats) -> bool:
    both = ~np.isnan(one) & ~np.isnan(other)
    return bool(both.any() and (one[both] == other[both]).all())


def _is(family: Sequence[str], policy: Policy, which: str) -> bool:
    return policy.carried_over is not None and getattr(policy.carried_over, which) in family


def _sized(rows: pl.DataFrame, measures: Mapping[str, Measure], policy: Policy, family: Sequence[str]) -> pl.DataFrame:
    """The rows with what they count (`size`, null where nothing), their `minimum`, and which cell each is of.

    What is open at the end of a month and at the end of its quarter is the same cell.
    """
    stock = any(_is(policy.family_of(policy.rests_on.get(name, name)), policy, "open") for name in family)
    apart = ("period_start", "period_kind") if stock else ()
    names = rows.get_column("measure").unique().to_list()
    counted = [pl.when(pl.col("measure") == name).then(_counted(measures.get(name))) for name in names]
    minimum = pl.col("measure").replace_strict(
        {name: policy.minimum_of(name) for name in names}, return_dtype=pl.Float64
    )
    return rows.with_columns(
        size=pl.coalesce(*counted) if counted else pl.lit(None, pl.Float64),
        minimum=minimum,
        cell=pl.struct(name for name in CELL if name not in ("measure", "series", *apart)).hash(),
        stock=pl.lit(stock),
    )


def _counted(measure: Measure | None) -> pl.Expr:
    """What a row of a measure counts; of a measure that is no longer defined, whatever it may count."""
    if measure is None:
        return pl.coalesce("denominator", "numerator")
    figure = {"share": "denominator", "count": "numerator", "rate": "numerator"}.get(measure.kind)
    return pl.col(figure) if figure else pl.lit(None, pl.Float64)
