"""The commonest procedures of each province and year: for the province itself, never published."""

from __future__ import annotations

import polars as pl

from ranking.dossiers.days import quantile
from ranking.dossiers.rows import TIMED


def commonest(procedures: pl.DataFrame, names: dict[str, pl.DataFrame], keep: int = 50) -> pl.DataFrame:
    """The `keep` commonest procedures of each province and year, by dossiers ended, the commonest first.

    `procedures`: sums as in `rows`; `names`: the lists (`id`, `name`) of provinces, fields and procedures.
    One row per province, year, field and procedure with `ended`, `timed`, `on_time`, `last_day`, `median_days`,
    `p90_days` (working days).
    """
    key = ["province", "year", "field", "procedure"]
    rows = procedures.with_columns(year=pl.col("end_month") // 12)
    counts = rows.group_by(key).agg(pl.col("n").sum().alias("ended"), pl.col(TIMED).sum())
    place = pl.col("ended").rank("ordinal", descending=True).over("province", "year")
    counts = counts.sort(key).filter(place <= keep)
    for name, tenths in (("median_days", 5), ("p90_days", 9)):
        days = quantile(rows, key, "working_days", tenths).rename({"working_days": name})
        counts = counts.join(days, on=key, how="left")
    for column, table in (("province", "provinces"), ("field", "fields"), ("procedure", "procedures")):
        known = names[table].select(pl.col("id").cast(pl.Int32).alias(column), spoken="name")
        counts = counts.join(known, on=column).drop(column).rename({"spoken": column})
    order = ["province", "year", "ended", "field", "procedure"]
    return counts.sort(order, descending=[False, True, True, False, False]).select(
        *key, "ended", *TIMED, "median_days", "p90_days"
    )
