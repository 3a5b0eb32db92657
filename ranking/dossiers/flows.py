"""Who takes dossiers in for whom (phi địa giới): how many go from a unit of intake to the unit that decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from ranking.dossiers.years import SPAN, shaped, years

TABLE = "flows"
"""The table of a snapshot that keeps them."""
COUNTS = ("received", "ended", "timed", "on_time")
_PAIR = ["intake", "decision"]
SCHEMA: dict[str, Any] = {
    "province": pl.String,
    **SPAN,
    "intake": pl.String,
    "intake_level": pl.String,
    "decision": pl.String,
    "decision_level": pl.String,
    **dict.fromkeys(COUNTS, pl.Int32),
}
"""One row per pair of units and year, a unit that decides its own among them. `province`: of the intake; `received` in
the year; of those that `ended` in it, the ones with a known last day (`timed`) and those that were `on_time`."""


def flows(
    sums: dict[str, pl.LazyFrame], units: pl.DataFrame, known: pl.DataFrame, spans: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """The flows out of `units` in the years among `spans` (`SCHEMA`), from the sums of `rows.partial_sums`.

    `units`: whose intake is told, `id`, `code`, `level`, `province`; `known`: all units that may decide, likewise. What
    another province decides is told with the intake's province: its export says so.
    """
    ids = units["id"].cast(pl.Int32).implode()
    events = sums["events"].filter(pl.col("intake").is_in(ids))
    names = known.select(decision=pl.col("id").cast(pl.Int32), code="code", decision_level="level")
    own = units.select("province", intake=pl.col("id").cast(pl.Int32), own="code", intake_level="level")
    for year in years(spans):
        taken = events.filter(pl.col("received_month").is_in(year.months)).group_by(_PAIR)
        done = events.filter(pl.col("end_month").is_in(year.months)).group_by(_PAIR)
        received, ended = pl.collect_all(
            [taken.agg(received=pl.col("n").sum()), done.agg(pl.col("n", "timed", "on_time").sum())],
            engine="streaming",
        )
        both = received.join(ended.rename({"n": "ended"}), on=_PAIR, how="full", coalesce=True)
        counted = both.with_columns(pl.col(COUNTS).fill_null(0))
        told = counted.filter(pl.any_horizontal(pl.col(COUNTS) != 0)).join(own, on="intake").join(names, on="decision")
        named = (
            told.drop("intake", "decision").rename({"own": "intake", "code": "decision"}).with_columns(**year.literals)
        )
        yield shaped(named, SCHEMA)


def elsewhere(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of dossiers that another unit decides."""
    return rows.filter(pl.col("intake") != pl.col("decision"))


def workload(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per unit of `rows` (one period): `taken_in`, `sent` to others, `decided` and `for_others`, dossiers.

    `taken_in` and `sent` are of those received in the period, `decided` and `for_others` of those that ended in it,
    counted where the work is done.
    """
    away = pl.col("intake") != pl.col("decision")
    came = rows.group_by(unit_code="intake").agg(
        taken_in=pl.col("received").sum(), sent=pl.col("received").filter(away).sum()
    )
    went = rows.group_by(unit_code="decision").agg(
        decided=pl.col("ended").sum(), for_others=pl.col("ended").filter(away).sum()
    )
    both = came.join(went, on="unit_code", how="full", coalesce=True)
    return both.with_columns(pl.exclude("unit_code").fill_null(0).cast(pl.Int64)).sort("unit_code")
