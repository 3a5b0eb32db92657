"""What an attacker reads out of public tables: a row per unit and period, a column per quantity, gaps where withheld.

A quantity is what a measure's definition counts, such as column 7 of form II.06 (`7`) or the dossiers received
(`received:n`): two measures with the same denominator have one column. Definitions are public, so an attacker has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ranking.measures import Measure
from ranking.periods import MERGER

CELL = ("unit_code", "level", "old", "period_start", "period_end", "period_kind", "series", "field")
DAYS = "days"
"""Before the name of a quantile: its rows rest on as many dossiers as ended."""


@dataclass(frozen=True)
class Figures:
    """`cells`: the rows; `keys`: the columns; `known`: figures, NaN where none; `withheld`: where one was taken out;
    `elsewhere`: where one was taken out of one measure, and another shows it.
    """

    cells: pl.DataFrame
    keys: list[str]
    known: NDArray[np.float64]
    withheld: NDArray[np.bool_]
    elsewhere: NDArray[np.bool_]

    def values(self, long: pl.DataFrame) -> NDArray[np.float64]:
        """The figures of another long table, such as the truth, in the same rows and columns."""
        return _matrix(self.cells, self.keys, long.filter(pl.col("value").is_not_null()))


def columns(measure: Measure, basis: str) -> dict[str, str]:
    """The quantities of a measure on a basis: by `numerator`, `denominator` and `score`."""
    if measure.kind == "score":
        return {"score": f"score:{measure.id}"}
    if measure.derived_from:
        return {}
    found = measure.formula.model_dump().get(basis) if measure.formula else None
    first = found[0] if isinstance(found, (list, tuple)) and found else found
    if not isinstance(first, dict):
        return {}
    of = f"{first['of']}:" if basis == "dossiers" and first.get("of") else ""
    if measure.kind == "quantity":
        return {"numerator": f"{DAYS}:{measure.id}"}
    sides = {side: first.get(side) for side in ("numerator", "denominator")}
    return {side: of + str(words).replace(" ", "") for side, words in sides.items() if words}


def long(measurements: pl.DataFrame, measures: Mapping[str, Measure], basis: str) -> pl.DataFrame:
    """One row per cell and quantity with its `value` (null where withheld) of `tables.Measurements`."""
    rows = measurements.filter(pl.col("basis") == basis).with_columns(
        old=pl.when(pl.col("level") == "commune").then(pl.col("period_end") < MERGER).otherwise(False)
    )
    parts = []
    for name in sorted(rows.get_column("measure").unique()):
        measure = measures[name]
        named = columns(measure, basis)
        if measure.derived_from:
            named = {"numerator": columns(measures[measure.derived_from], basis).get("numerator", "")}
        own = rows.filter(pl.col("measure") == name)
        parts += [
            own.select(*CELL, "state", key=pl.lit(key), value=pl.col(side).cast(pl.Float64))
            for side, key in named.items()
            if key
        ]
    return pl.concat(parts) if parts else pl.DataFrame()


def figures(published: pl.DataFrame) -> Figures:
    """The figures of a `long` table as the public sees it."""
    cells = published.select(CELL).unique(maintain_order=True)
    keys = sorted(published.get_column("key").unique())
    known = _matrix(cells, keys, published.filter(pl.col("value").is_not_null()))
    gone = published.filter(pl.col("state") == "suppressed").with_columns(value=pl.lit(1.0))
    silent = published.filter(pl.col("state") == "no_dossiers", pl.col("value").is_null()).with_columns(
        value=pl.lit(0.0)
    )
    nothing = _matrix(cells, keys, silent)
    known = np.where(np.isnan(known), nothing, known)
    taken_out = ~np.isnan(_matrix(cells, keys, gone))
    return Figures(cells, keys, known, taken_out & np.isnan(known), taken_out & ~np.isnan(known))


def _matrix(cells: pl.DataFrame, keys: list[str], rows: pl.DataFrame) -> NDArray[np.float64]:
    found = np.full((cells.height, len(keys)), np.nan)
    placed = rows.join(cells.with_row_index("at"), on=CELL).select(
        "at",
        "value",
        column=pl.col("key").replace_strict({key: n for n, key in enumerate(keys)}, return_dtype=pl.Int64),
    )
    found[placed.get_column("at").to_numpy(), placed.get_column("column").to_numpy()] = placed.get_column("value")
    return found
