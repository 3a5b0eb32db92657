"""The places that units count for: their own and their province."""

from __future__ import annotations

import polars as pl

from ranking.dossiers.rows import KEYS

PROVINCES = 1_000_000
"""The places of provinces are numbered from here on."""


def of_units(sums: dict[str, pl.LazyFrame], units: pl.DataFrame) -> dict[str, pl.LazyFrame]:
    """Only what `units` have taken in or decided: a store may hold provinces of several days of export."""
    ids = units["id"].cast(pl.Int32).implode()
    mine = {name: rows.filter(pl.col("intake").is_in(ids)) for name, rows in sums.items() if "intake" in KEYS[name]}
    either = pl.any_horizontal(pl.col("intake", "decision").is_in(ids))
    return mine | {"events": sums["events"].filter(either)}


def places_of(units: pl.DataFrame) -> pl.DataFrame:
    """One row per unit and place that it counts for, its own and its province.

    `unit`, `place`, `unit_code`, `level`, `province`; `home`: the place of the province. An office has no place of its
    own.
    """
    numbers = {code: PROVINCES + n for n, code in enumerate(units["province"].unique().sort())}
    home = pl.col("province").replace_strict(numbers, return_dtype=pl.Int32)
    known = units.select(unit=pl.col("id").cast(pl.Int32), home=home, level="level", code="code", province="province")
    own = known.filter(pl.col("level") != "office").select(
        "unit", "home", place="unit", unit_code="code", level="level", province="province"
    )
    whole = known.select("unit", "home", "province", place="home", unit_code="province", level=pl.lit("province"))
    return pl.concat([own, whole.select(own.columns)])


def homes_of(sums: dict[str, pl.LazyFrame], wanted: list[int], places: pl.DataFrame) -> pl.DataFrame:
    """`home`, `month`: the provinces (their places) that received dossiers in each month."""
    received = sums["events"].filter(pl.col("received_month").is_in(wanted)).rename({"received_month": "month"})
    found = received.group_by("month", unit="intake").agg(pl.col("n").sum()).filter(pl.col("n") > 0)
    return found.collect(engine="streaming").join(places, on="unit").select("home", "month").unique()
