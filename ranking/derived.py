"""Measures that follow from another measure and from facts about the unit."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import holidays
import polars as pl

from ranking.periods import MERGER
from ranking.states import REPORTED
from ranking.tables import Measurements

_DAY = timedelta(days=1)
_ONE_PREDECESSOR = "area_population_of_one_predecessor"


@lru_cache(maxsize=512)
def working_days(start: date, end: date) -> int:
    """Working days from `start` to `end`, both included: Monday to Friday without public holidays."""
    free = holidays.country_holidays("VN", years=range(start.year, end.year + 1))
    days = (start + _DAY * n for n in range((end - start).days + 1))
    return sum(1 for day in days if day.weekday() < 5 and day not in free)


def received_per_day(received: pl.DataFrame) -> pl.DataFrame:
    """Rows of `received_per_day`: dossiers received over the working days of the period."""
    periods = received.select("period_start", "period_end").unique()
    days = pl.Series("denominator", [float(working_days(*row)) for row in periods.iter_rows()], pl.Float64)
    rows = _base(received, "received_per_day").drop("denominator")
    return rows.join(periods.with_columns(days), on=["period_start", "period_end"]).select(Measurements.column_names())


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
