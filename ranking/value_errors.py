"""How large the error of a unit's value is, by the kind of its measure: by its counts, or by how its months differ."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from ranking.dispersions import ALIKE as COMMON
from ranking.intervals import Floats, dispersion, poisson_errors, spread_errors, standard_errors
from ranking.measures import Measure
from ranking.overdispersion import MEASURED

_SHORTEST_MONTH = 28


def value_errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> pl.Series:
    """The standard error of each row's value, in the value's unit, NaN where it is not known.

    `rows`: with `inflation` and the columns of a standing; `months`: those of the same measure (`dispersions.months`).
    """
    by_kind: dict[str, Callable[[pl.DataFrame, Measure, pl.DataFrame], Floats]] = {
        "share": _share_errors,
        "rate": _rate_errors,
        "count": _count_errors,
        "score": _spread_errors,
        "quantity": _spread_errors,
    }
    return pl.Series("error", by_kind[measure.kind](rows, measure, months))


def _share_errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    x, n = column(rows, "numerator"), column(rows, "denominator")
    return 100 * standard_errors(np.where(x <= n, x, np.nan), n, column(rows, "inflation"))


def _rate_errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    x, d = column(rows, "numerator"), column(rows, "denominator")
    return poisson_errors(x, d, measure.per, column(rows, "inflation"))


def inflation(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    """By how much the variance of each row's value is larger than chance alone would make it, at least 1."""
    x, n = column(rows, "numerator"), column(rows, "denominator")
    if measure.kind == "share":
        return np.maximum(1.0, 1 + (n - 1) * column(rows, "rho"))
    assumed = np.maximum(1.0, 1 + x * measure.assumed_rho.value)
    if measure.kind == "rate":
        return np.where((rows.get_column("known") == MEASURED).to_numpy(), _of_rates(rows, months), assumed)
    if measure.kind == "count":
        return np.where(np.isnan(own := _of_counts(rows, months)), assumed, own)
    return np.ones(len(rows))


def _of_rates(rows: pl.DataFrame, months: pl.DataFrame) -> Floats:
    found = [(*key, dispersion(part, "poisson")) for key, part in months.partition_by(COMMON, as_dict=True).items()]
    table = pl.DataFrame(found, dict.fromkeys(COMMON, pl.String) | {"of_rate": pl.Float64}, orient="row")
    return column(rows.select(COMMON).join(table, on=COMMON, how="left", maintain_order="left"), "of_rate")


def _of_counts(rows: pl.DataFrame, months: pl.DataFrame) -> Floats:
    """On the square-root scale pure Poisson noise has standard deviation ½ whatever the count (Anscombe 1948).

    At least 1: that a unit's months happen to lie nearer together than chance would have them is chance too.
    """
    root = (pl.col("numerator") + 3 / 8).sqrt()
    found = (2 * _spread(rows, months.select(*COMMON, "unit_code", "period_start", value=root))) ** 2
    return np.maximum(1.0, found)


def _count_errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    return poisson_errors(column(rows, "numerator"), 1.0, 1.0, column(rows, "inflation"))


def _spread_errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    spread = _spread(rows, months.select(*COMMON, "unit_code", "period_start", value=measure.value()))
    days = rows.select(((pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1).cast(pl.Float64))
    return spread * np.sqrt(np.maximum(1.0, _SHORTEST_MONTH / days.to_series().to_numpy()))


def _spread(rows: pl.DataFrame, values: pl.DataFrame) -> Floats:
    """The spread of each row's unit; a unit without any month in `values` gets the median one too."""
    keys = [*COMMON, "unit_code"]
    silent = rows.select(*keys, "period_start", value=pl.lit(None, pl.Float64)).unique(keys)
    parts = [
        spread_errors(part).select(*map(_named, key, COMMON), "unit_code", "standard_error")
        for key, part in pl.concat([values, silent]).partition_by(COMMON, as_dict=True).items()
    ]
    empty = pl.DataFrame(schema=dict.fromkeys(keys, pl.String) | {"standard_error": pl.Float64})
    joined = rows.select(keys).join(pl.concat([empty, *parts]), on=keys, how="left", maintain_order="left")
    return column(joined, "standard_error")


def _named(value: object, name: str) -> pl.Expr:
    return pl.lit(value, pl.String).alias(name)


def column(frame: pl.DataFrame, name: str) -> Floats:
    """A column as numbers, NaN where it is empty."""
    return frame.get_column(name).cast(pl.Float64).fill_null(np.nan).to_numpy()
