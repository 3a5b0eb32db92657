"""How long people wait, from partial sums of dossiers: by unit, field and year of reception."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from ranking.cumulative_incidence import COUNTS, FIGURES, waiting
from ranking.dossiers.places import of_units, places_of
from ranking.dossiers.rows import DAYS_MAX, LEFT, SETTLED

_SPAN = ["period_start", "period_end", "period_kind", "provisional"]
TABLE = "waiting"
"""The table of a snapshot that keeps them."""
SCHEMA: dict[str, Any] = {
    "province": pl.String,
    "unit_code": pl.String,
    "level": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "period_kind": pl.String,
    "provisional": pl.Boolean,
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
    of what takes long is open. Province by province, so that memory stays flat.
    """
    places, sums = places_of(units), of_units(sums, units)
    today = calendar.filter(pl.col("day") == day).item(0, "index")
    spelt = fields.select(field=pl.col("id").cast(pl.Int32), name="name")
    for span in spans.group_by(_SPAN, maintain_order=True).agg(months="month").to_dicts():
        if not is_told(span):
            continue
        counts = _counts(sums, span["months"], today)
        for (_,), here in places.partition_by("home", as_dict=True).items():
            rows = counts.join(here.select("unit", "place"), on="unit").drop("unit")
            whole = rows.with_columns(field=pl.lit("all"))
            named = rows.join(spelt, on="field").with_columns(field="name").drop("name")
            found = waiting(pl.concat([whole, named.select(whole.columns)]), ["place", "field"])
            codes = here.select("place", "unit_code", "level", "province").unique()
            stretch = {name: pl.lit(span[name], SCHEMA[name]) for name in _SPAN}
            told = found.join(codes, on="place").with_columns(**stretch)
            yield told.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def is_told(span: dict[str, Any]) -> bool:
    """Whether a period is a year, whole or to date."""
    return bool(span["period_kind"] == "year" or (span["provisional"] and span["period_start"].month == 1))


def _counts(sums: dict[str, pl.LazyFrame], months: list[int], today: int) -> pl.DataFrame:
    """`unit`, `field`, `days` and `COUNTS` of the dossiers received in `months`."""
    received = pl.col("received_month").is_in(months)
    outcome, n, nothing = pl.col("outcome"), pl.col("n"), pl.lit(0, pl.Int64)
    ended = sums["waits"].filter(received).select(
        "intake", "field", "n", days="working_days",
        done=pl.when(outcome == SETTLED).then(n).otherwise(0),
        left=pl.when(outcome == LEFT).then(n).otherwise(0),
        open=nothing,
    )  # fmt: skip
    waited = (today - pl.col("began")).clip(0, DAYS_MAX).cast(pl.Int32)
    still = (
        sums["open"].filter(received).select("intake", "field", "n", days=waited, done=nothing, left=nothing, open=n)
    )
    rows = pl.concat([ended, still]).group_by("field", "days", unit="intake").agg(pl.col(COUNTS).sum())
    return rows.filter(pl.any_horizontal(pl.col(COUNTS) != 0)).collect(engine="streaming")
