"""The level of many units together: what a single unit is compared with."""

from __future__ import annotations

import polars as pl

from ranking.measures import Measure


def together(rows: pl.DataFrame, measure: Measure) -> float | None:
    """The value of all `rows` (columns of `tables.Measurements`) taken as one unit.

    Shares and rates: sum of numerators over sum of denominators. Counts: the sum. Scores and
    quantities, whose weights are not known: the median. None where no row reports.
    """
    reported = rows.filter(pl.col("state") == "reported")
    if reported.is_empty():
        return None
    if measure.kind in ("share", "rate"):
        parts = reported.drop_nulls(["numerator", "denominator"])
        denominator = parts.get_column("denominator").sum()
        factor = 100 if measure.kind == "share" else measure.per
        return factor * parts.get_column("numerator").sum() / denominator if denominator else None
    if measure.kind == "count":
        return reported.get_column("numerator").sum()
    return reported.select(measure.value()).to_series().median()


def is_typical(measure: Measure) -> bool:
    """Whether `together` gives the median unit rather than the level of all dossiers."""
    return measure.kind in ("score", "quantity")
