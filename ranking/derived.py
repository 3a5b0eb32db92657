"""Measures that follow from another measure and from facts about the unit."""

from __future__ import annotations

import polars as pl

from ranking.periods import MERGER
from ranking.states import REPORTED
from ranking.tables import Measurements
from ranking.working_days import Swaps, working_days

_ONE_PREDECESSOR = "area_population_of_one_predecessor"


def received_per_day(received: pl.DataFrame, swaps: Swaps) -> pl.DataFrame:
    """Rows of `received_per_day`: dossiers received over the working days of the period."""
    rows = _base(received, "received_per_day")
    days = working_days(rows.get_column("period_start"), rows.get_column("period_end"), swaps)
    return rows.with_columns(denominator=days.cast(pl.Float64))


def received_per_1000(received: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Rows of `received_per_1000` for communes of today and provinces.

    A unit whose published population is that of one predecessor only gets no denominator, so no value;
    nor does a province that holds such a unit.
    """
    known = pl.col("quality").ne_missing(_ONE_PREDECESSOR)
    own = units.select(
        unit_code="code",
        level=pl.lit("commune"),
        residents=pl.when(known).then("population").otherwise(None),
        known_problem="quality",
    )
    whole = units.group_by("province_code").agg(
        residents=pl.when((known & pl.col("population").is_not_null()).all()).then(pl.col("population").sum()),
    )
    whole = whole.select(
        unit_code="province_code",
        level=pl.lit("province"),
        residents="residents",
        known_problem=pl.lit(None, pl.String),
    )
    residents = pl.concat([own, whole]).with_columns(pl.col("residents").cast(pl.Float64))
    rows = _base(received, "received_per_1000").filter(
        (pl.col("level") != "commune") | (pl.col("period_end") >= MERGER)
    )
    return (
        rows.join(residents, on=["unit_code", "level"])
        .with_columns(denominator="residents", quality=pl.coalesce("quality", "known_problem"))
        .select(Measurements.column_names())
    )


def _base(received: pl.DataFrame, measure: str) -> pl.DataFrame:
    counted = received.filter(pl.col("field") == "all", pl.col("state") == REPORTED)
    return counted.with_columns(measure=pl.lit(measure), score=pl.lit(None, pl.Float64))
