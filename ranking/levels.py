"""The level of many units together: what a single unit is compared with."""

from __future__ import annotations

import polars as pl

from ranking.measures import Measure
from ranking.states import REPORTED


def together(rows: pl.DataFrame, measure: Measure) -> float | None:
    """The value of all `rows` (columns of `tables.Measurements`) taken as one unit; None where no row reports."""
    value: float | None = rows.select(level(measure)).item()
    return value


def level(measure: Measure) -> pl.Expr:
    """What `together` gives, as an aggregation of a group's rows.

    Shares and rates: sum of numerators over sum of denominators. Counts: the sum. Scores and
    quantities, whose weights are not known: the median. Null where no row reports.
    """
    reported, numerator, denominator = pl.col("state") == REPORTED, pl.col("numerator"), pl.col("denominator")
    if measure.kind in ("share", "rate"):
        whole = reported & numerator.is_not_null() & denominator.is_not_null()
        factor = 100 if measure.kind == "share" else measure.per
        total = denominator.filter(whole).sum()
        return pl.when(total != 0).then(factor * numerator.filter(whole).sum() / total)
    if measure.kind == "count":
        return pl.when(reported.any()).then(numerator.filter(reported).sum())
    return measure.value().filter(reported).median()


def common(rows: pl.DataFrame, measure: Measure) -> float | None:
    """What a single one of `rows` is compared with, in the measure's unit; None where no row reports.

    The level of all dossiers for shares and rates, the median unit for all others: a unit's count can't be set
    against the sum that it is a part of.
    """
    if not compares_with_middle(measure):
        return together(rows, measure)
    value: float | None = rows.select(measure.value().filter(pl.col("state") == REPORTED).median()).item()
    return value


def compares_with_middle(measure: Measure) -> bool:
    """Whether `common` gives the median unit rather than the level of all dossiers."""
    return measure.kind not in ("share", "rate")


def is_typical(measure: Measure) -> bool:
    """Whether `together` gives the median unit rather than the level of all dossiers."""
    return measure.kind in ("score", "quantity")
