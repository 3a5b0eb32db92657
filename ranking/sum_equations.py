"""Totals and their parts – over places, fields and time – and which further cells keep withheld ones from following."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from ranking.periods import MERGER
from ranking.unknowns import Flags, Floats, Integers, in_order, stretches
from ranking.vocabulary import COUNTRY, PERIOD_COLUMNS

NEAR = 2
"""A part that is known to within so many dossiers is as good as told."""
BOTH = "commune and department"
"""What a province's figures are sums of in some sources; others add up communes, or departments, alone."""
_TOTAL_OF = {"province": ("commune", "department", BOTH), "country": ("province",)}


class Equations:
    """All equations of a family: parts sorted by equation and size, and the cell of each total, −1 for none."""

    def __init__(
        self, rows: pl.DataFrame, places: pl.DataFrame, cell: Integers, size: Floats, minimum: Floats, is_resolved: bool
    ) -> None:
        """`rows`: one for each series, cell and `quantity`; `is_resolved`: of dossiers resolved no total over time is
        shown that has a withheld part."""
        parts, totals = _terms(rows.with_columns(at=pl.int_range(pl.len())), places)
        names, ids = np.unique(parts.get_column("equation").to_numpy(), return_inverse=True)
        at = parts.get_column("at").to_numpy()
        counts = (size[at] > 0) | ((size[at] >= 0) & (minimum[at] == 0))
        at, ids = at[counts], ids[counts]
        order = np.lexsort((at, size[at], ids))
        over_time = parts.get_column("over_time").to_numpy()[counts][order] & is_resolved
        self.equation, at = ids[order], at[order]
        self.cell, self.size = cell[at], size[at]
        self.quantity = np.zeros(len(names), np.int64)
        self.quantity[self.equation] = rows.get_column("quantity").to_numpy()[at]
        self.room: Floats = np.full(len(at), np.inf)
        self.minimum = np.zeros(len(names))
        self.minimum[self.equation] = minimum[at]
        self.wide: Flags = np.zeros(len(names), bool)
        self.wide[ids] = parts.get_column("wide").to_numpy()[counts]
        self.closed: Flags = np.zeros(len(names), bool)
        self.closed[self.equation[over_time]] = True
        self.apart: Flags = np.ones(len(names), bool)
        self.apart[ids] = parts.get_column("apart").to_numpy()[counts]
        self.total = np.full(len(names), -1)
        self.holds: Flags = np.zeros(len(names), bool)
        places_of_totals = np.searchsorted(names, totals.get_column("equation").to_numpy())
        places_of_totals = np.minimum(places_of_totals, max(len(names) - 1, 0))
        if len(names):
            known = names[places_of_totals] == totals.get_column("equation").to_numpy()
            whole = totals.get_column("at").to_numpy()[known]
            self.total[places_of_totals[known]] = cell[whole]
            self.holds = self._hold(places_of_totals[known], size[whole])
        self._by_cell = in_order(self.cell)
        self._begin = np.searchsorted(self.cell[self._by_cell], np.arange(int(self.cell.max(initial=-1)) + 2))
        self._out: Flags = np.zeros(len(self._begin) - 1, bool)
        self._count, self._together = np.zeros(len(names), np.int64), np.zeros(len(names))

    def hide_more(self, flags: Flags, shown: Flags, dear: Integers) -> None:
        """Set `flags` for further cells until every equation keeps what `hidden` promises.

        Those that are least `dear` come first, the smallest of them before others; what was `shown` before stays.
        A flag that was set at one call is set at all later ones.
        """
        while True:
            self._close(flags, shown)
            exhausted = self._lacking(flags)
            open_parts = np.flatnonzero(exhausted[self.equation])
            open_parts = open_parts[~(flags | shown)[self.cell[open_parts]]]
            open_parts = open_parts[np.lexsort((open_parts, dear[self.cell[open_parts]], self.equation[open_parts]))]
            lacking, first = np.unique(self.equation[open_parts], return_index=True)
            chosen = self.cell[open_parts][first]
            exhausted[lacking] = False
            whole = self.total[exhausted]
            whole = whole[whole >= 0]
            whole = whole[~shown[whole]]
            if not len(chosen) and flags[whole].all():
                return
            flags[chosen] = True
            flags[whole] = True

    def terms(self, width: int) -> tuple[Integers, Integers, Floats, Flags]:
        """Equation, figure and factor of every term of the equations that hold; whether the total is the country's.

        Figures are numbered like `Family.small_figures`, `width` of a quantity.
        """
        parts = self.holds[self.equation]
        totals = np.flatnonzero(self.holds)
        equation = np.concatenate([self.equation[parts], totals])
        cell = np.concatenate([self.cell[parts], self.total[totals]])
        figure = self.quantity[equation] * width + cell
        return equation, figure, np.concatenate([np.ones(parts.sum()), -np.ones(len(totals))]), self.wide[equation]

    def _hold(self, equations: Integers, totals: Floats) -> Flags:
        """Which equations come to within `NEAR` of their total: where one does not, nothing follows from it."""
        total = np.full(len(self.total), np.nan)
        total[equations] = totals
        holds: Flags = np.abs(np.bincount(self.equation, self.size, minlength=len(total)) - total) <= NEAR
        return holds

    def _close(self, flags: Flags, shown: Flags) -> None:
        while True:
            self._note(flags)
            wholes = self.total[self.closed & (self._count > 0) & (self.total >= 0)]
            wholes = wholes[~shown[wholes]]
            if flags[wholes].all():
                return
            flags[wholes] = True

    def _lacking(self, flags: Flags) -> Flags:
        """The equations that need one more cell withheld."""
        self._note(flags)
        count = self._count
        total_out = (self.total >= 0) & flags[self.total]
        enough = np.where(self.minimum > 0, count + self.minimum - 1, 0)
        few = (count > 0) & ((count < 2) | (self._together < enough)) | self._is_tight(flags)
        return np.where(total_out, count == 0, few) & self.apart

    def _note(self, flags: Flags) -> None:
        """Count the parts of each equation that have a flag, and what they count: only new ones are looked at."""
        own = flags[: len(self._out)]
        new = np.flatnonzero(own & ~self._out)
        self._out[new] = True
        parts = self._by_cell[stretches(self._begin[new], self._begin[new + 1])]
        equation = self.equation[parts]
        self._count += np.bincount(equation, minlength=len(self._count))
        self._together += np.bincount(equation, self.size[parts], minlength=len(self._count))

    def _is_tight(self, flags: Flags) -> Flags:
        """Where a small part among those with a flag follows to within `NEAR`, since no other can be much larger.

        `room`: by how much each part is smaller than what it is a part of, infinite where that is not shown.
        """
        tight = np.zeros(len(self.total), bool)
        if np.isfinite(self.room).any():
            out = flags[self.cell]
            room = np.minimum(self.room, 1e9)
            others = np.bincount(self.equation[out], room[out], minlength=len(self.total))[self.equation] - room
            follows = out & (self.size < self.minimum[self.equation]) & (others <= NEAR) & (room <= NEAR)
            tight[self.equation[follows]] = True
        return tight


def _terms(rows: pl.DataFrame, places: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The parts and the totals of all equations: `at`, the row's place, and `equation`."""
    old = (pl.col("level") == "commune") & (pl.col("period_end") < MERGER)
    rows = rows.filter(pl.col("size").is_not_null()).with_columns(
        old=pl.when(pl.col("level") == "commune").then(old),
        code=pl.when(pl.col("level") == "department")
        .then(pl.col("unit_code").str.split(".").list.first())
        .otherwise("unit_code"),
    )
    inside = rows.join(places, left_on=["code", "old"], right_on=["unit_code", "old"], how="left", nulls_equal=True)
    whole = pl.when(pl.col("level") == "province").then(pl.lit(COUNTRY)).otherwise("province")
    across = inside.filter(pl.col("level") != "country").with_columns(whole=whole, of=pl.col("level"))
    fields = rows.filter(pl.col("field") != "all").with_columns(whole="unit_code", of=pl.lit("field"))
    offices = across.filter(pl.col("of") != "province").with_columns(of=pl.lit(BOTH))
    parts = [_named(across, "field"), _named(fields, "level"), _named(offices, "field")]
    totals = [
        _named(rows.filter(pl.col("level") == level).with_columns(whole="unit_code", of=pl.lit(part)), "field")
        for level, partly in _TOTAL_OF.items()
        for part in partly
    ]
    wholes = rows.filter(pl.col("field") == "all").with_columns(whole="unit_code", of=pl.lit("field"))
    within, longer = _over_time(rows)
    return pl.concat([*parts, within]), pl.concat([*totals, _named(wholes, "level"), longer])


def _over_time(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Longer periods as totals of the shorter ones that fill them; what is open adds up over no time."""
    rows = rows.filter(~pl.col("stock"))
    stretches = rows.select(PERIOD_COLUMNS).unique().sort("period_end", "period_start").rows()
    filled = [(*part, *whole) for whole in stretches for part in _filling(stretches, (whole[0], whole[1], whole[2]))]
    schema = {name: rows.schema[name] for name in PERIOD_COLUMNS}
    pairs = pl.DataFrame(filled, schema=schema | {f"{n}_of": t for n, t in schema.items()}, orient="row")
    rows = rows.with_columns(of=pl.lit("time"), whole=pl.concat_str("unit_code", "level", separator=" "))
    parts = rows.join(pairs, on=list(PERIOD_COLUMNS)).with_columns(pl.col(f"{n}_of").alias(n) for n in PERIOD_COLUMNS)
    totals = rows.join(
        pairs.select(pl.col(f"{n}_of").alias(n) for n in PERIOD_COLUMNS), on=list(PERIOD_COLUMNS), how="semi"
    )
    return _named(parts, "field").with_columns(over_time=pl.lit(True)), _named(totals, "field")


def _filling(
    stretches: Sequence[tuple[date, date, str]], whole: tuple[date, date, str]
) -> list[tuple[date, date, str]]:
    """The shortest other periods that follow each other from the beginning of one to its end; none where they can't."""
    found: list[tuple[date, date, str]] = []
    start, end, _ = whole
    while not found or found[-1][1] < end:
        at = start if not found else found[-1][1] + timedelta(days=1)
        following = [one for one in stretches if one[0] == at and one[1] <= end and one != whole]
        if not following:
            return []
        found.append(following[0])
    return found


def _named(rows: pl.DataFrame, also: str) -> pl.DataFrame:
    """`at` and `equation`: the rows of one whole, split in one way, `also` alike in what the split leaves open."""
    keys = ["of", "whole", *PERIOD_COLUMNS, "series", "quantity", "basis"]
    wide = pl.col("whole") == COUNTRY
    return rows.select(
        "at",
        apart=pl.col("of") != BOTH,
        equation=pl.struct(*keys, _also=pl.col(also)).hash(),
        wide=wide.fill_null(False) & (pl.col("of") == "province"),
        over_time=pl.lit(False),
    )
