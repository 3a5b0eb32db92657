"""The calendar that dossiers' days are looked up in: working days counted through, days off left out."""

from __future__ import annotations

from datetime import date

import polars as pl

from ranking.working_days import Swaps, are_worked

# Days outside are refused at reading. The counts start on the first day, so sums kept for later rest on it.
FIRST_DAY, LAST_DAY = date(2010, 1, 1), date(2045, 12, 31)


def calendar(swaps: Swaps, first: date = FIRST_DAY, last: date = LAST_DAY) -> pl.DataFrame:
    """One row per day from `first` to `last`.

    `number`: days through; `index`: working days up to and with this day, so that the difference of two
    days' `index` is the working days after the first one; `next`: the `index` of the first working day on
    or after it; `month`: 12 · year + month − 1; `closed`: the `next` of the last day of the month before.
    Working days are those of `ranking.working_days`.
    """
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    works = pl.col("works")
    counted = days.with_columns(works=are_worked(days["day"], swaps)).select(
        "day",
        number=(pl.col("day") - pl.lit(date(1970, 1, 1))).dt.total_days().cast(pl.Int32),
        index=works.cast(pl.Int32).cum_sum(),
        next=works.cast(pl.Int32).cum_sum() + (~works).cast(pl.Int32),
        month=12 * pl.col("day").dt.year().cast(pl.Int32) + pl.col("day").dt.month().cast(pl.Int32) - 1,
    )
    before = counted.with_columns(closed=pl.col("next").shift(1, fill_value=0))
    return before.with_columns(pl.col("closed").first().over("month"))


def histogram(days: pl.LazyFrame, months: list[int], count: str) -> pl.DataFrame:
    """`intake`, `count`, `n` of the dossiers that ended in `months`: a few rows a unit, however many dossiers."""
    ended = days.filter(pl.col("end_month").is_in(months))
    return ended.group_by("intake", count).agg(pl.col("n").sum()).collect(engine="streaming")


def quantile(histogram: pl.DataFrame, key: list[str], value: str, tenths: int) -> pl.DataFrame:
    """One row per `key`: the least `value` that so many tenths of the counted (`n`) do not exceed; exact."""
    counts = histogram.group_by([*key, value]).agg(pl.col("n").sum()).filter(pl.col("n") > 0).sort(value)
    needed = (pl.col("n").sum() * tenths + 9) // 10
    return counts.group_by(key).agg(pl.col(value).filter(pl.col("n").cum_sum() >= needed).first())
