"""How long people wait by procedure (thủ tục), from partial sums of dossiers, by unit and year of reception."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from ranking.batches import inflation
from ranking.cumulative_incidence import COUNTS, waiting
from ranking.dossiers.places import PROVINCES, of_units, places_of
from ranking.dossiers.rows import DAYS_MAX, LEFT, SETTLED
from ranking.dossiers.waits import SCHEMA as OF_FIELDS
from ranking.dossiers.waits import alike, counts_by_month, until
from ranking.dossiers.years import shaped, years

_KEY = ["place", "procedure"]
TABLE = "procedure_waiting"
"""The table of a snapshot that keeps them."""
SCHEMA: dict[str, Any] = {("procedure" if name == "field" else name): kind for name, kind in OF_FIELDS.items()}
"""One row per unit, year of reception and procedure, with `cumulative_incidence.waiting` of it."""
COMMONEST = 50
"""So many procedures of a province are told, by the dossiers received in the year."""
FEWEST = 100
"""Of a unit those with as many dossiers or more."""


def waited_by_procedure(
    sums: dict[str, pl.LazyFrame],
    units: pl.DataFrame,
    procedures: pl.DataFrame,
    spans: pl.DataFrame,
    calendar: pl.DataFrame,
    day: date,
) -> Iterator[pl.DataFrame]:
    """As `waits.waited`, by procedure instead of field; `procedures`: `id`, `name`, one without a name is not told.

    Limits allow for dossiers that are alike as much as those of a field are (`waits.alike`).
    """
    places, sums = places_of(units), of_units(sums, units)
    today, ends = until(calendar, day)
    spelt = procedures.filter(pl.col("name") != "").select(procedure=pl.col("id").cast(pl.Int32), name="name")
    for year in years(spans):
        counts = _counts(sums, year.months, today).join(spelt, on="procedure").drop("procedure")
        counts = counts.rename({"name": "procedure"})
        for (_,), here in places.partition_by("home", as_dict=True).items():
            rows = _told(counts.join(here.select("unit", "place"), on="unit"))
            if rows.is_empty():
                continue
            by_field = counts_by_month(sums, here["unit"].unique(), year.months, today)
            rho = alike(by_field.join(here.select("unit", "place"), on="unit"), ends, today)
            wider = inflation(_sizes(rows, len(year.months)), _KEY, rho)
            found = waiting(rows.drop("unit"), _KEY, wider)
            codes = here.select("place", "unit_code", "level", "province").unique()
            yield shaped(found.join(codes, on="place").with_columns(**year.literals), SCHEMA)


def _sizes(rows: pl.DataFrame, months: int) -> pl.DataFrame:
    """`_KEY`, `n`: how many dossiers a unit has of a procedure in a month, as if they came in evenly."""
    return rows.group_by(*_KEY, "unit").agg(n=pl.sum_horizontal(COUNTS).sum() / months)


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """The commonest procedures of the province; of its units those of them with enough dossiers."""
    sizes = rows.group_by(_KEY).agg(n=pl.sum_horizontal(COUNTS).sum())
    order = pl.struct(-pl.col("n"), "procedure").rank("ordinal").over("place")
    most = sizes.filter(pl.col("place") >= PROVINCES).filter(order <= COMMONEST)
    of_units = sizes.filter(pl.col("place") < PROVINCES, pl.col("n") >= FEWEST).join(most, on="procedure", how="semi")
    return rows.join(pl.concat([most, of_units]), on=_KEY, how="semi")


def _counts(sums: dict[str, pl.LazyFrame], months: list[int], today: int) -> pl.DataFrame:
    """`unit`, `procedure`, `days` and `COUNTS` of the dossiers received in the year of `months`."""
    outcome, n, nothing = pl.col("outcome"), pl.col("n"), pl.lit(0, pl.Int64)
    ended = sums["procedure_waits"].filter(pl.col("received_year") == months[0] // 12).select(
        "intake", "procedure", "n", days="working_days",
        done=pl.when(outcome == SETTLED).then(n).otherwise(0),
        left=pl.when(outcome == LEFT).then(n).otherwise(0),
        open=nothing,
    )  # fmt: skip
    waited = (today - pl.col("began")).clip(0, DAYS_MAX).cast(pl.Int32)
    still = sums["open"].filter(pl.col("received_month").is_in(months)).select(
        "intake", "procedure", "n", days=waited, done=nothing, left=nothing, open=n
    )  # fmt: skip
    rows = pl.concat([ended, still]).group_by("procedure", "days", unit="intake").agg(pl.col(COUNTS).sum())
    return rows.filter(pl.any_horizontal(pl.col(COUNTS) != 0)).collect(engine="streaming")
