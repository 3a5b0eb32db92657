"""Which periods of a snapshot may be set against each other: those that were equally old when they were captured."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import polars as pl

from ranking import ages
from ranking.in_period import in_period
from ranking.periods import Period, previous
from ranking.states import REPORTED
from ranking.vocabulary import COUNTRY, PERIOD_COLUMNS
from store import sight
from store.kept import kept
from store.reference import reference_table
from store.snapshot import Snapshot


@lru_cache(maxsize=4096)
def comparable(
    snapshot: Snapshot, level: str, measure: str, basis: str, scope: str, before: Period, after: Period
) -> bool:
    """Whether a change from one period to the other is a change of the units, and not of the figures' age.

    Both must have been over, and equally old, in every unit of the scope that reports both (`ranking.ages`).
    """
    known = _ages(snapshot, level, measure, basis, scope)
    pairs = _at(known, before).join(_at(known, after), on=["unit_code", "series"], suffix="_after")
    return bool(pairs.select(ages.equally_old("age", "age_after").all()).item())


def uneven_months(snapshot: Snapshot, level: str, measure: str, basis: str, scope: str) -> frozenset[date]:
    """The first days of the whole months that can't be set against the month before because of their age."""
    known = _ages(snapshot, level, measure, basis, scope)
    months = [Period(*row) for row in known.select(PERIOD_COLUMNS).unique().iter_rows() if row[2] == "month"]
    return frozenset(
        month.start
        for month in months
        if (before := previous(month)) in months
        and not comparable(snapshot, level, measure, basis, scope, before, month)
    )


def _at(known: pl.DataFrame, period: Period) -> pl.DataFrame:
    return known.filter(in_period(period)).select("unit_code", "series", "age")


@kept(megabytes=12)
def _ages(snapshot: Snapshot, level: str, measure: str, basis: str, scope: str) -> pl.DataFrame:
    """`unit_code`, `series`, the columns of a period and `age` of each reported figure of a scope."""
    rows = sight.scan(snapshot, "measurements").filter(
        pl.col("measure") == measure,
        pl.col("level") == level,
        pl.col("basis") == basis,
        pl.col("field") == "all",
        pl.col("state") == REPORTED,
    )
    if level == "commune" and scope != COUNTRY:
        own = reference_table("units").filter(pl.col("province_code") == scope).select(unit_code="code")
        rows = rows.join(own.lazy(), on="unit_code", how="semi")
    return rows.select("unit_code", "series", *PERIOD_COLUMNS, ages.age().cast(pl.Int32)).collect()
