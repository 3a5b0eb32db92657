"""Months of a measure: of some units and of a whole scope, and the order that periods are offered in."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from ranking.levels import level as level_of
from ranking.periods import MERGER
from ranking.states import REPORTED
from ranking.vocabulary import CELL, COUNTRY, PERIOD_COLUMNS
from store import sight
from store.kept import kept
from store.reference import measures
from store.snapshot import Snapshot
from store.standings import unit_names


@lru_cache(maxsize=64)
def series(snapshot: Snapshot, measure: str, level: str, units: tuple[str, ...]) -> pl.DataFrame:
    """All periods of some units of one level: rows of measurements with their `value`, in time order."""
    rows = (
        sight.scan(snapshot, "measurements")
        .filter(
            pl.col("measure") == measure,
            pl.col("level") == level,
            pl.col("field") == "all",
            pl.col("unit_code").is_in(list(units)),
        )
        .collect()
    )
    return rows.with_columns(value=measures()[measure].value()).sort(*CELL)


def by_month(snapshot: Snapshot, measure: str, basis: str, level: str, scope: str) -> pl.DataFrame:
    """The standings of one measure in every month, the open month included: what trends are drawn from.

    With the `numerator` and `denominator` of each figure, null where it rests on none.
    """
    return _by_month(snapshot.of(scope), measure, basis, level, scope)


@kept(megabytes=16)
def _by_month(snapshot: Snapshot, measure: str, basis: str, level: str, scope: str) -> pl.DataFrame:
    here = [
        pl.col(name) == value
        for name, value in zip(("measure", "basis", "level", "scope"), (measure, basis, level, scope), strict=True)
    ]
    columns = ["unit_code", "period_start", "period_end", "period_kind", "series", "state", "value", "rank", "of"]
    cell = ["unit_code", *PERIOD_COLUMNS, "series"]
    figures = (
        sight.scan(snapshot, "measurements")
        .filter(*here[:-1], pl.col("field") == "all", is_month())
        .select(*cell, "numerator", "denominator")
    )
    return (
        sight.scan(snapshot, "standings")
        .filter(*here, is_month())
        .select(columns)
        .join(figures, on=cell, how="left", nulls_equal=True)
        .sort("period_start", "unit_code")
        .collect()
    )


def together_by_month(snapshot: Snapshot, measure: str, basis: str, level: str, scope: str) -> pl.DataFrame:
    """The level of a scope in each month: `period_start`, `series`, `value`, the `units` that report, and whether the
    month is `open`, that is not over yet."""
    levels = _levels_by_month(snapshot.of(scope), measure, basis, level)
    return levels.filter(pl.col("scope") == scope).drop("scope")


@lru_cache(maxsize=64)
def _levels_by_month(snapshot: Snapshot, measure: str, basis: str, level: str) -> pl.DataFrame:
    """`together_by_month` of every scope; read at once, since the rows of one are hardly fewer to look through."""
    here = [pl.col(n) == v for n, v in (("measure", measure), ("basis", basis), ("level", level), ("field", "all"))]
    rows = (
        sight.scan(snapshot, "measurements")
        .filter(*here, is_month(), (pl.col("period_start") >= MERGER) | (pl.col("level") != "commune"))
        .collect()
        .join(unit_names(snapshot, level).select("unit_code", scope="province_code"), on="unit_code")
    )
    months = one_per_month(rows)
    known = {
        "value": level_of(measures()[measure]),
        "units": (pl.col("state") == REPORTED).sum().cast(pl.Int64),
        "open": (pl.col("period_kind") != "month").any(),
    }
    month = ["period_start", "series"]
    country = months.group_by(month).agg(**known).with_columns(scope=pl.lit(COUNTRY))
    provinces = months.group_by("scope", *month).agg(**known)
    return pl.concat([provinces, country.select(provinces.columns)]).sort("scope", *month)


def one_per_month(rows: pl.DataFrame) -> pl.DataFrame:
    """Of several stretches of one unit that start in the same month, the longest."""
    key = [name for name in ("unit_code", "level", "series", "basis", "period_start") if name in rows.columns]
    return rows.sort("period_end").unique(key, keep="last", maintain_order=True)


def latest_series(months: pl.DataFrame) -> pl.DataFrame:
    """The months that were counted by the latest rules: values of two sets of rules make no one line."""
    last = pl.lit(months.sort("period_start").get_column("series").last(), pl.String)
    return months.filter(pl.col("series").eq_missing(last))


def is_month() -> pl.Expr:
    """Whole months, and the open month from its first day to date."""
    return (pl.col("period_kind") == "month") | is_open_month()


def is_open_month() -> pl.Expr:
    """The month that is not over yet, from its first day to date."""
    start, end = pl.col("period_start"), pl.col("period_end")
    within = (start.dt.day() == 1) & (start.dt.month_start() == end.dt.month_start())
    return (pl.col("period_kind") == "to_date") & within


def latest_first(periods: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order that pages offer their periods in: the one that ends last first; of several, the longest.

    The open month comes last: its few days can be compared with no month before.
    """
    return periods.sort(is_open_month(), "period_end", "period_start", "series", descending=[False, True, False, True])
