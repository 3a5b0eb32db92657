"""The ranking of one view: standings with names, figures and dossiers received."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

import polars as pl
from cachetools import LRUCache

from ranking.collation import by_name
from ranking.periods import Period
from ranking.states import REPORTED
from ranking.vocabulary import COUNTRY
from store import ages, places, sight
from store.filed import filed
from store.kept import kept
from store.reference import measures, reference_table
from store.snapshot import Snapshot

_OFTEN = 3
_asked: LRUCache[tuple[Snapshot, Period], int] = LRUCache(256)
_ASKING = Lock()
_CELL = ("measure", "basis", "series", "unit_code")
_FACTS = ("numerator", "denominator", "score", "max_score", "provisional", "quality", "captured_at")


def ranking(snapshot: Snapshot, level: str, measure: str, basis: str, period: Period, scope: str) -> pl.DataFrame:
    """The ranked units of one view: standings with names, figures and the dossiers received (`received`).

    Where a period was scored by two sets of rules, the later one counts.
    """
    return _ranking(snapshot.of(scope), level, measure, basis, period, scope)


@kept(megabytes=16)
def _ranking(snapshot: Snapshot, level: str, measure: str, basis: str, period: Period, scope: str) -> pl.DataFrame:
    if level == "commune" and scope != COUNTRY and _is_asked_often(snapshot, period):
        found = _in_provinces(snapshot, period, part=scope, of=[measure]).filter(pl.col("basis") == basis)
        if not places.lacks_ranges(found):
            return places.with_places(snapshot, found, measures()[measure])
    where = _at(level, measure, basis, period)
    standings = sight.scan(snapshot, "standings").filter(*where, pl.col("scope") == scope).collect()
    latest = pl.col("series").eq_missing(pl.lit(standings.get_column("series").max(), pl.String))
    standings = standings.filter(latest)
    figures = sight.scan(snapshot, "measurements").filter(*where, pl.col("field") == "all", latest).collect()
    standings = places.completed(snapshot, standings, figures, measures()[measure])
    return _with_figures(snapshot, level, period, standings, figures)


def _is_asked_often(snapshot: Snapshot, period: Period) -> bool:
    """Whether so many rankings of a period were asked for that those of all provinces are worth reading at once."""
    with _ASKING:
        times = _asked.get((snapshot, period), 0) + 1
        _asked[snapshot, period] = times
    return times > _OFTEN


@filed("measure", most=400, apart="scope")
def _in_provinces(snapshot: Snapshot, period: Period) -> pl.DataFrame:
    """The rankings of a period within all provinces: what is asked of one is asked of others, and read at once."""
    at = _at_period("commune", period)
    standings = sight.scan(snapshot, "standings").filter(*at, pl.col("scope") != COUNTRY).collect()
    last = pl.col("series").max().over("measure", "basis", "scope")
    standings = standings.filter(pl.col("series").eq_missing(last))
    figures = sight.scan(snapshot, "measurements").filter(*at, pl.col("field") == "all")
    return _with_figures(snapshot, "commune", period, standings, figures.select(*_CELL, *_FACTS).collect())


def _with_figures(
    snapshot: Snapshot, level: str, period: Period, standings: pl.DataFrame, figures: pl.DataFrame
) -> pl.DataFrame:
    """The standings of one period with their figures, the dossiers received and the units' names, in rank order."""
    received = [
        _received(snapshot, level, basis, period).with_columns(basis=pl.lit(basis, pl.String))
        for basis in standings.get_column("basis").unique()
    ]
    known = {"unit_code": pl.String, "received": pl.Float64, "basis": pl.String}
    return (
        standings.join(figures.select(*_CELL, *_FACTS), on=_CELL, how="left", nulls_equal=True)
        .join(pl.concat([pl.DataFrame(schema=known), *received]), on=["unit_code", "basis"], how="left")
        .join(unit_names(snapshot, level), on="unit_code", how="left")
        .sort("rank", by_name(), nulls_last=True)
    )


def with_earlier(
    snapshot: Snapshot, measure: str, basis: str, period: Period, scope: str, since: Period | None
) -> pl.DataFrame:
    """The communes' `ranking` with `before`, the value of an earlier period that was counted by the same rules.

    Null where the two periods were not equally old when they were captured (`store.ages`).
    """
    return _with_earlier(snapshot.of(scope), measure, basis, period, scope, since)


@kept(megabytes=10)
def _with_earlier(
    snapshot: Snapshot, measure: str, basis: str, period: Period, scope: str, since: Period | None
) -> pl.DataFrame:
    rows = ranking(snapshot, "commune", measure, basis, period, scope)
    if since is None:
        return rows
    earlier = ranking(snapshot, "commune", measure, basis, since, scope)
    if not ages.comparable(snapshot, "commune", measure, basis, scope, since, period):
        earlier = earlier.clear()
    return rows.join(earlier.select("unit_code", "series", before="value"), on=["unit_code", "series"], how="left")


@lru_cache(maxsize=64)
def _received(snapshot: Snapshot, level: str, basis: str, period: Period) -> pl.DataFrame:
    """Dossiers received by each unit, all on one basis: the ranking's own where it is known."""
    rows = (
        sight.scan(snapshot, "measurements")
        .filter(*_at(level, "received", None, period), pl.col("field") == "all", pl.col("state") == REPORTED)
        .collect()
    )
    bases = rows.get_column("basis").unique().sort(descending=True).to_list()
    own = basis if basis in bases else next(iter(bases), basis)
    return rows.filter(pl.col("basis") == own).select("unit_code", received="numerator")


def _at(level: str, measure: str, basis: str | None, period: Period) -> list[pl.Expr]:
    where = [pl.col("measure") == measure, *_at_period(level, period)]
    return where if basis is None else [*where, pl.col("basis") == basis]


def _at_period(level: str, period: Period) -> list[pl.Expr]:
    return [
        pl.col("level") == level,
        pl.col("period_start") == period.start,
        pl.col("period_end") == period.end,
        pl.col("period_kind") == period.kind,
    ]


@lru_cache(maxsize=16)
def unit_names(snapshot: Snapshot, level: str) -> pl.DataFrame:
    """`unit_code`, `name`, `kind`, `province_code` of the units of a level."""
    if level == "commune":
        return reference_table("units").select(
            unit_code="code",
            name="full_name",
            kind="kind",
            province_code="province_code",
            land_border="land_border",
            special_zone="special_zone",
        )
    if level == "province":
        return reference_table("provinces").select(unit_code="code", name="name", kind="kind", province_code="code")
    return department_names(snapshot)


@lru_cache(maxsize=16)
def department_names(snapshot: Snapshot) -> pl.DataFrame:
    """The departments that a snapshot ranks, by the names their sources gave, else by their state codes."""
    codes = (
        sight.scan(snapshot, "standings").filter(pl.col("level") == "department").select("unit_code").unique().collect()
    )
    states = reference_table("provinces").select("state_code", province_code="code")
    return (
        codes.with_columns(state=pl.col("unit_code").str.split(".").list.first())
        .join(sight.scan(snapshot, "departments").collect(), left_on="unit_code", right_on="state_code", how="left")
        .join(states, left_on="state", right_on="state_code", how="left")
        .select("unit_code", pl.coalesce("name", "unit_code"), kind=pl.lit("sở, ngành"), province_code="province_code")
    )
