"""The level of many units together, and that of the middle one, which a single unit is compared with."""

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
    """What a single one of `rows` is compared with, in the measure's unit: the middle unit; None where no row reports.

    The median value of the ranked units (where `rows` have a `rank`), else of all that report. Bands, the line of
    charts and the words beside a value all take it from here, so that they speak of one level.
    """
    counted = pl.col("rank").is_not_null() if "rank" in rows.columns else pl.col("state") == REPORTED
    value: float | None = rows.select(measure.value().filter(counted).median()).item()
    return value


def whole(rows: pl.DataFrame, measure: Measure) -> float | None:
    """The value of a province or the country, as the subject of a sentence: all dossiers, else the middle unit."""
    return common(rows, measure) if has_no_sum(measure) else together(rows, measure)


def has_no_sum(measure: Measure) -> bool:
    """Whether `whole` gives the middle unit: scores and days can't be added up, and a sum of counts is no level."""
    return measure.kind not in ("share", "rate")


def is_typical(measure: Measure) -> bool:
    """Whether `together` gives the median unit rather than the level of all dossiers."""
    return measure.kind in ("score", "quantity")
