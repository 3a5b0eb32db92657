"""The fields (lĩnh vực) of a commune over its last months: what share was on time, there and in all of the province."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from display.words import numbers
from display.words.view import View
from ranking.collation import by_name
from ranking.intervals import wilson
from ranking.periods import MERGER, Period
from ranking.vocabulary import BASES, PERIOD_COLUMNS
from store import units
from store.months import latest_series
from store.snapshot import Snapshot

ON_TIME = ("on_time_share", "on_time_share_form")
_MOST_MONTHS = 12
_DRIVES = 0.5


@dataclass(frozen=True)
class Field:
    """One field over some months. `late` of `n` dossiers; `part`: of all late dossiers of the unit, 0 to 1.

    `on_time`, `low`, `high` (95 % interval) and `province` (the same field, all of the province) in per cent;
    `received`: dossiers received on the same basis, None where not known.
    """

    name: str
    n: float
    late: float
    part: float | None
    on_time: float
    low: float
    high: float
    received: float | None
    province: float | None


@dataclass(frozen=True)
class Fields:
    """All fields of a unit, the one with the most late dossiers first, and the periods that were added up."""

    fields: tuple[Field, ...]
    measure: str
    basis: str
    periods: tuple[Period, ...]

    def driving(self) -> tuple[Field, ...]:
        """The fewest fields that make up half of all late dossiers; none where nothing was late."""
        found, sum_of_parts = [], 0.0
        for field in self.fields:
            if sum_of_parts >= _DRIVES or not field.part:
                break
            found.append(field)
            sum_of_parts += field.part
        return tuple(found)

    def worse(self) -> tuple[Field, ...]:
        """The fields whose whole interval lies below the province's share in the same field."""
        return tuple(field for field in self.fields if field.province is not None and field.high < field.province)


@lru_cache(maxsize=512)
def fields_of(snapshot: Snapshot, code: str) -> Fields | None:
    """The fields under the latest rules, None where no source tells them.

    Over the last whole months, at most twelve; where no month is known, in the stretch that ends last.
    """
    figures = units.figures(snapshot, code).filter(pl.col("field") != "all", pl.col("period_start") >= MERGER)
    rows = figures.filter(pl.col("measure").is_in(ON_TIME), pl.col("value").is_not_null())
    if rows.is_empty():
        return None
    measure, basis = min(rows.select("measure", "basis").unique().rows(), key=lambda pair: _order(*pair))
    own = latest_series(rows.filter(pl.col("measure") == measure, pl.col("basis") == basis))
    periods = _periods(own)
    theirs = units.province_fields(snapshot, units.known(code)["province_code"])
    theirs = theirs.filter(pl.col("measure") == measure, pl.col("basis") == basis)
    province = _sums(theirs.join(periods, on=PERIOD_COLUMNS, how="semi")).select("field", province=_share())
    received = figures.filter(pl.col("measure") == "received", pl.col("basis") == basis)
    counted = received.join(periods, on=PERIOD_COLUMNS, how="semi").group_by("field")
    joined = (
        _sums(own.join(periods, on=PERIOD_COLUMNS, how="semi"))
        .join(province, on="field", how="left")
        .join(counted.agg(received=pl.col("numerator").sum()), on="field", how="left")
    )
    return Fields(_in_order(joined), measure, basis, tuple(Period(*row) for row in periods.iter_rows()))


def _order(measure: str, basis: str) -> tuple[int, int]:
    return ON_TIME.index(measure), BASES.index(basis)


def _periods(rows: pl.DataFrame) -> pl.DataFrame:
    """The last twelve whole months; without any, the longest of the stretches that end last."""
    known = rows.select(PERIOD_COLUMNS).unique().sort("period_end", "period_start", descending=[False, True])
    months = known.filter(pl.col("period_kind") == "month")
    return months.tail(_MOST_MONTHS) if months.height else known.tail(1)


def _sums(rows: pl.DataFrame) -> pl.DataFrame:
    known = rows.drop_nulls(["numerator", "denominator"]).filter(pl.col("denominator") > 0)
    return known.group_by("field").agg(pl.col("numerator").sum(), pl.col("denominator").sum())


def _share() -> pl.Expr:
    return 100 * pl.col("numerator") / pl.col("denominator")


def _in_order(sums: pl.DataFrame) -> tuple[Field, ...]:
    late = pl.col("denominator") - pl.col("numerator")
    rows = sums.with_columns(late=late).sort("late", by_name("field"), descending=[True, False])
    total = rows.get_column("late").sum()
    low, high = wilson(rows.get_column("numerator"), rows.get_column("denominator"))
    return tuple(
        Field(
            name=row["field"],
            n=row["denominator"],
            late=row["late"],
            part=row["late"] / total if total else None,
            on_time=100 * row["numerator"] / row["denominator"],
            low=100 * float(least),
            high=100 * float(most),
            received=row["received"],
            province=row["province"],
        )
        for row, least, most in zip(rows.iter_rows(named=True), low, high, strict=True)
    )


def when(view: View, found: Fields) -> str:
    """The periods that were added up: `12 tháng (9/2025–8/2026)`, or the only one."""
    if len(found.periods) == 1:
        return numbers.period(found.periods[0], view.language)
    ends = [found.periods[n].start for n in (0, -1)]
    first, last = (view.say("unit.trends.month", month=day.month, year=day.year) for day in ends)
    return view.say("unit.months", n=len(found.periods), first=first, last=last)
