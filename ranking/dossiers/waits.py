"""How long people wait, from partial sums of dossiers: by unit, field and year of reception."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from ranking.batches import inflation, rho
from ranking.cumulative_incidence import COUNTS, FIGURES, waiting
from ranking.dossiers.places import PROVINCES, of_units, places_of
from ranking.dossiers.rows import DAYS_MAX, LEFT, SETTLED
from ranking.dossiers.years import SPAN, shaped, years

TABLE = "waiting"
"""The table of a snapshot that keeps them."""
SCHEMA: dict[str, Any] = {
    "province": pl.String,
    "unit_code": pl.String,
    "level": pl.String,
    **SPAN,
    "field": pl.String,
    **dict.fromkeys(FIGURES, pl.Int32),
}
"""One row per unit, year of reception and field (`all`: all together), with `cumulative_incidence.waiting` of it."""


def waited(
    sums: dict[str, pl.LazyFrame],
    units: pl.DataFrame,
    fields: pl.DataFrame,
    spans: pl.DataFrame,
    calendar: pl.DataFrame,
    day: date,
) -> Iterator[pl.DataFrame]:
    """How long the dossiers received in the years among `spans` took, as known at the end of `day` (`SCHEMA`).

    Arguments as of `dossiers.tables.measured`. In whole working days from the day of reception, which is day 0, without
    those waited for the applicant's papers. Done or handed out is what is waited for; withdrawn, stopped and refused
    dossiers compete with it; open ones are censored on `day`. Nothing is told of months and quarters: at their end most
    of what takes long is open. Limits allow for dossiers of a unit and month that are alike (`alike`). Province by
    province, so that memory stays flat.
    """
    places, sums = places_of(units), of_units(sums, units)
    today, ends = until(calendar, day)
    spelt = fields.select(field=pl.col("id").cast(pl.Int32), name="name")
    for year in years(spans):
        for (_,), here in places.partition_by("home", as_dict=True).items():
            counts = counts_by_month(sums, here["unit"].unique(), year.months, today)
            rows = counts.join(here.select("unit", "place"), on="unit")
            whole = rows.with_columns(field=pl.lit("all"))
            named = rows.join(spelt, on="field").with_columns(field="name").drop("name")
            wider = pl.concat([_inflation(part, ends, today) for part in (whole, named) if part.height])
            found = waiting(pl.concat([whole, named.select(whole.columns)]), ["place", "field"], wider)
            codes = here.select("place", "unit_code", "level", "province").unique()
            yield shaped(found.join(codes, on="place").with_columns(**year.literals), SCHEMA)


def until(calendar: pl.DataFrame, day: date) -> tuple[int, pl.DataFrame]:
    """The number of `day` among the working days, and by `month` that of its last day so far (`end`)."""
    by_day = calendar.filter(pl.col("day") <= day)
    return by_day.item(-1, "index"), by_day.group_by("month").agg(end=pl.col("index").last())


def _inflation(rows: pl.DataFrame, ends: pl.DataFrame, today: int) -> pl.DataFrame:
    """`place`, `field`, `inflation`: what the limits allow for, since the dossiers of a unit and month share a fate."""
    sizes = rows.group_by("place", "unit", "field", "month").agg(n=pl.sum_horizontal(COUNTS).sum())
    return inflation(sizes, ["place", "field"], alike(rows, ends, today))


def alike(rows: pl.DataFrame, ends: pl.DataFrame, today: int) -> float:
    """ρ of the dossiers of a unit, field and month: of those done by the day on which half of the field's were.

    `rows`: as of `counts_by_month`, with `place` and fields by name; `ends`: by `month` the number of its last working
    day. Months of which it cannot be told yet are left out.
    """
    own = rows.filter(pl.col("place") < PROVINCES)
    half = waiting(own.drop("place", "unit", "month"), ["field"]).select("field", half="tenth_5").drop_nulls()
    known = own.join(half, on="field").join(ends, on="month").filter(pl.col("end") + pl.col("half") <= today)
    by_then = pl.col("done").filter(pl.col("days") <= pl.col("half")).sum()
    told = known.group_by("unit", "field", "month").agg(n=pl.sum_horizontal(COUNTS).sum(), x=by_then)
    return rho(told, ["unit", "field"])


def counts_by_month(
    sums: dict[str, pl.LazyFrame], units: pl.Series, months: list[int], today: int, *more: str
) -> pl.DataFrame:
    """`unit`, `field`, `month`, `days` and `COUNTS` of what `units` received in `months`, by `more` keys too."""
    wanted = pl.col("received_month").is_in(months) & pl.col("intake").is_in(units.cast(pl.Int32).implode())
    outcome, n, nothing = pl.col("outcome"), pl.col("n"), pl.lit(0, pl.Int64)
    keys = ("intake", "field", "received_month", *more)
    ended = sums["waits"].filter(wanted).select(
        *keys, days="working_days",
        done=pl.when(outcome == SETTLED).then(n).otherwise(0),
        left=pl.when(outcome == LEFT).then(n).otherwise(0),
        open=nothing,
    )  # fmt: skip
    waited = (today - pl.col("began")).clip(0, DAYS_MAX).cast(pl.Int32)
    still = sums["open"].filter(wanted).select(*keys, days=waited, done=nothing, left=nothing, open=n)
    key = ["field", *more, "days"]
    rows = pl.concat([ended, still]).group_by(*key, unit="intake", month="received_month").agg(pl.col(COUNTS).sum())
    return rows.filter(pl.any_horizontal(pl.col(COUNTS) != 0)).collect(engine="streaming")
