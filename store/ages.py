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
    spans = _spans(snapshot.of(scope), level, measure, basis, scope)
    one, other = spans.get(before, {}), spans.get(after, {})
    if all(ages.surely_equally_old(one[series], other[series]) for series in one.keys() & other.keys()):
        return True
    known = _ages(snapshot.of(scope), level, measure, basis, scope)
    pairs = _at(known, before).join(_at(known, after), on=["unit_code", "series"], suffix="_after")
    return bool(pairs.select(ages.equally_old("age", "age_after").all()).item())


@lru_cache(maxsize=256)
def _spans(
    snapshot: Snapshot, level: str, measure: str, basis: str, scope: str
) -> dict[Period, dict[str, tuple[int, int]]]:
    """The lowest and the highest age of the reported figures of each period, by series: mostly they are one."""
    known = _ages(snapshot, level, measure, basis, scope).drop_nulls("age").group_by("series", *PERIOD_COLUMNS)
    found: dict[Period, dict[str, tuple[int, int]]] = {}
    for series, start, end, kind, low, high in known.agg(low=pl.min("age"), high=pl.max("age")).iter_rows():
        found.setdefault(Period(start, end, kind), {})[series] = (low, high)
    return found


def uneven_months(snapshot: Snapshot, level: str, measure: str, basis: str, scope: str) -> frozenset[date]:
    """The first days of the whole months that can't be set against the month before because of their age."""
    whole = snapshot.of(scope)
    if level == "commune" and scope != COUNTRY:
        return _uneven_months(whole, scope).get((measure, basis), frozenset())
    return frozenset(_uneven(_ages(whole, level, measure, basis, scope), []).get_column("start"))


@lru_cache(maxsize=64)
def _uneven_months(snapshot: Snapshot, province: str) -> dict[tuple[str, str], frozenset[date]]:
    """The same of all measures and bases of a province's communes: a page of a commune asks for each of them."""
    found = _uneven(_reported(snapshot, "commune", province).collect(), ["measure", "basis"])
    starts = found.group_by("measure", "basis").agg("start")
    return {(measure, basis): frozenset(days) for measure, basis, days in starts.iter_rows()}


def _uneven(known: pl.DataFrame, each: list[str]) -> pl.DataFrame:
    """`each` and `start` of the months of which some unit's figure is not as old as its figure of the month before."""
    known = known.filter(pl.col("period_kind") == "month")
    months = [Period(*row) for row in known.select(PERIOD_COLUMNS).unique().iter_rows()]
    pairs = [(before.start, month.start) for month in months if (before := previous(month)) in months]
    following = pl.DataFrame(pairs, {"period_start": pl.Date, "start": pl.Date}, orient="row")
    key = [*each, "unit_code", "series"]
    earlier = known.join(following, on="period_start").select(*key, "start", "age")
    both = earlier.join(known.rename({"period_start": "start"}), on=[*key, "start"], suffix="_after")
    return both.filter(~ages.equally_old("age", "age_after")).select(*each, "start").unique()


def _at(known: pl.DataFrame, period: Period) -> pl.DataFrame:
    return known.filter(in_period(period)).select("unit_code", "series", "age")


@kept(megabytes=12)
def _ages(snapshot: Snapshot, level: str, measure: str, basis: str, scope: str) -> pl.DataFrame:
    """`unit_code`, `series`, the columns of a period and `age` of each reported figure of a scope."""
    rows = _reported(snapshot, level, scope).filter(pl.col("measure") == measure, pl.col("basis") == basis)
    return rows.drop("measure", "basis").collect()


def _reported(snapshot: Snapshot, level: str, scope: str) -> pl.LazyFrame:
    """The same of all measures, with `measure` and `basis`."""
    rows = sight.scan(snapshot, "measurements").filter(
        pl.col("level") == level, pl.col("field") == "all", pl.col("state") == REPORTED
    )
    if level == "commune" and scope != COUNTRY:
        own = reference_table("units").filter(pl.col("province_code") == scope).get_column("code")
        rows = rows.filter(pl.col("unit_code").is_in(own.implode()))
    return rows.select("measure", "basis", "unit_code", "series", *PERIOD_COLUMNS, ages.age().cast(pl.Int32))
