"""Who has reported: of all the units there are, those that a source says something about, and each that it does not.

A unit reports where any of its figures says something, be it that there were no dossiers (`answered` in
`data/states.yaml`). What is counted against is never the number of rows: a unit that a source forgot has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from ranking.collation import by_name
from ranking.frame_types import Row
from ranking.in_period import in_period
from ranking.periods import MERGER, Period
from ranking.states import ABSENT, NOT_REPORTED
from ranking.suppression import places_of
from ranking.vocabulary import COUNTRY, PERIOD_COLUMNS
from store import sight, standings, states
from store.kept import kept
from store.months import is_month
from store.reference import reference_table
from store.snapshot import Snapshot

_LAST = ("last_start", "last_end", "last_kind")
MISSING = {
    **dict.fromkeys(("unit_code", "name", "province_code", "state"), pl.String),
    **dict(zip(_LAST, (pl.Date, pl.Date, pl.String), strict=True)),
}
"""A unit that says nothing: `state` not_reported where the source names it, absent where it does not; the period that
it last reported by the same source, null for never."""


@dataclass(frozen=True)
class Coverage:
    """Of `of` units of a scope those that one source says something about in one period; `missing` (`MISSING`) are not.

    The missing stand by their names.
    """

    basis: str
    period: Period
    of: int
    missing: pl.DataFrame

    @property
    def reporting(self) -> int:
        return self.of - self.missing.height


def last(row: Row) -> Period | None:
    """The period that a missing unit last reported; None for never."""
    return Period(row["last_start"], row["last_end"], row["last_kind"]) if row["last_end"] else None


def there(snapshot: Snapshot, level: str, scope: str = COUNTRY) -> pl.DataFrame:
    """The units of today that there are in a scope: `unit_code`, `name`, `province_code`, by name.

    Of departments, of which there is no list, those that the snapshot knows.
    """
    units = standings.unit_names(snapshot, level).select("unit_code", "name", "province_code")
    units = units if scope == COUNTRY else units.filter(pl.col("province_code") == scope)
    return units.sort(by_name(), "unit_code")


def coverage(snapshot: Snapshot, level: str, scope: str, basis: str, period: Period) -> Coverage:
    """Who of a scope has reported by a source in a period; nobody where the source has no row of it."""
    whose = snapshot.of(scope)
    if period in periods(whose, level, basis):
        found = missing(whose, level, basis).filter(in_period(period))
    else:
        found = _silent(_said(whose, level, basis), there(whose, level), _frame(period))
    here = there(whose, level, scope).select("unit_code")
    return Coverage(basis, period, here.height, found.join(here, on="unit_code", how="semi").select(*MISSING))


@lru_cache(maxsize=32)
def periods(snapshot: Snapshot, level: str, basis: str) -> tuple[Period, ...]:
    """The periods since the merger that a source has rows of about any unit of a level, in time order."""
    rows = _rows(snapshot, level, basis).select(PERIOD_COLUMNS).unique().collect()
    return tuple(sorted(Period(*row) for row in rows.iter_rows()))


@kept(megabytes=16)
def missing(snapshot: Snapshot, level: str, basis: str) -> pl.DataFrame:
    """All silences of a source since the merger: the columns of a period and `MISSING`, by period, then by name.

    One row per unit and period that the source has any row of, where it says nothing about the unit.
    """
    said = _said(snapshot, level, basis)
    return _silent(said, there(snapshot, level), said.select(PERIOD_COLUMNS).unique().sort(PERIOD_COLUMNS))


def _rows(snapshot: Snapshot, level: str, basis: str) -> pl.LazyFrame:
    return sight.scan(snapshot, "measurements").filter(
        pl.col("level") == level,
        pl.col("basis") == basis,
        pl.col("field") == "all",
        (pl.col("period_end") >= MERGER) | (level != "commune"),
    )


def _said(snapshot: Snapshot, level: str, basis: str) -> pl.DataFrame:
    """Per unit and period that a source has rows of, whether any of them says something."""
    key = ["unit_code", *PERIOD_COLUMNS]
    return _rows(snapshot, level, basis).group_by(key).agg(answered=states.answered().any()).collect()


def _frame(period: Period) -> pl.DataFrame:
    schema = dict(zip(PERIOD_COLUMNS, (pl.Date, pl.Date, pl.String), strict=True))
    return pl.DataFrame([(period.start, period.end, period.kind)], schema=schema, orient="row")


def _silent(said: pl.DataFrame, units: pl.DataFrame, at: pl.DataFrame) -> pl.DataFrame:
    """The units that say nothing in each of some periods, with the last one before it that they did report.

    Of several that end on one day the shortest counts as the last.
    """
    every = at.join(units, how="cross", maintain_order="left_right").with_row_index("place")
    known = every.join(said, on=["unit_code", *PERIOD_COLUMNS], how="left")
    state = pl.when(pl.col("answered").is_null()).then(pl.lit(ABSENT)).otherwise(pl.lit(NOT_REPORTED))
    silent = known.filter(~pl.col("answered").fill_null(False)).with_columns(state=state)
    spoken = said.filter("answered").rename(dict(zip(PERIOD_COLUMNS, _LAST, strict=True)))
    found = silent.sort("period_end").join_asof(
        spoken.select("unit_code", *_LAST, end="last_end").sort("last_end", "last_start"),
        left_on="period_end",
        right_on="end",
        by="unit_code",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return found.sort("place").select(*PERIOD_COLUMNS, *MISSING)


def with_absent(rows: pl.DataFrame, snapshot: Snapshot, level: str, scope: str) -> pl.DataFrame:
    """The rows of a ranking (`store.standings.ranking`) with one more for each unit that has none, its state absent.

    Rankings are of units of today only. A ranking that does not exist stays empty.
    """
    if rows.is_empty():
        return rows
    units = standings.unit_names(snapshot, level)
    units = units if scope == COUNTRY else units.filter(pl.col("province_code") == scope)
    absent = units.join(rows, on="unit_code", how="anti").sort(by_name(), "unit_code")
    return pl.concat([rows, absent.with_columns(state=pl.lit(ABSENT))], how="diagonal_relaxed")


# --- the calendar


@lru_cache(maxsize=4)
def by_month(snapshot: Snapshot) -> pl.DataFrame:
    """`basis`, `month`, `open` (not over yet), `province`, `reporting`, `of` (communes there were then)."""
    months = (
        sight.scan(snapshot, "measurements")
        .filter(pl.col("level") == "commune", pl.col("field") == "all", is_month())
        .group_by("unit_code", "basis", month="period_start")
        .agg(reports=states.answered().any(), open=(pl.col("period_kind") == "to_date").all())
        .collect()
    )
    places = places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))
    return counted(months, places)


def counted(months: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """As `by_month`, from `unit_code`, `basis`, `month`, `reports`, `open`, and `ranking.suppression.places_of`.

    Every province stands in every month of a source, with nobody reporting where there is no row. Before the merger
    the old communes count, each in the province of today.
    """
    there_were = places.filter(pl.col("old").is_not_null())
    known = months.with_columns(old=pl.col("month") < MERGER).join(there_were, on=["unit_code", "old"])
    reporting = known.group_by("basis", "month", "province").agg(reporting=pl.col("reports").sum().cast(pl.Int64))
    calendar = known.group_by("basis", "month", "old").agg(pl.col("open").all())
    counts = there_were.group_by("province", "old").agg(of=pl.len().cast(pl.Int64))
    return (
        calendar.join(counts, on="old")
        .join(reporting, on=["basis", "month", "province"], how="left")
        .select("basis", "month", "open", "province", pl.col("reporting").fill_null(0), "of")
        .sort("basis", "month", "province")
    )
