"""How long dossiers took: exact quantiles from counts of dossiers by their number of days, in any number of parts."""

from __future__ import annotations

import polars as pl

# measure → (count of days, tenths of the dossiers that do not exceed it)
QUANTILES = {
    "median_processing_days": ("working_days", 5),
    "p90_processing_days": ("working_days", 9),
    "median_calendar_days": ("calendar_days", 5),
    "p90_calendar_days": ("calendar_days", 9),
}


def histogram(days: pl.LazyFrame, months: list[int], count: str) -> pl.DataFrame:
    """`intake`, `count`, `n` of the dossiers that ended in `months`: a few rows a unit, however many dossiers."""
    ended = days.filter(pl.col("end_month").is_in(months))
    return ended.group_by("intake", count).agg(pl.col("n").sum()).collect(engine="streaming")


def quantile(histogram: pl.DataFrame, key: list[str], value: str, tenths: int) -> pl.DataFrame:
    """One row per `key`: the least `value` that so many tenths of the counted (`n`) do not exceed; exact."""
    counts = histogram.group_by([*key, value]).agg(pl.col("n").sum()).filter(pl.col("n") > 0).sort(value)
    needed = (pl.col("n").sum() * tenths + 9) // 10
    return counts.group_by(key).agg(pl.col(value).filter(pl.col("n").cum_sum() >= needed).first())
