"""Stretches of time that no source tells of: what is left of one captured period without others that lie in it.

Most figures can't be had this way, for an open dossier is counted again in the next period: July as the quarter without
August and September would be more on time than received. So a difference is taken only if it could be true in every
unit, and if it agrees with what the source itself says of that stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ranking.ages import captured_on
from ranking.frame_types import Row
from ranking.in_period import in_period
from ranking.measures import Measure
from ranking.monthly_charts import has_no_counts
from ranking.periods import Period, calendar_period
from ranking.states import REPORTED
from ranking.vocabulary import PERIOD_COLUMNS

DERIVED = "derived"
"""The quality of such a figure: `derived: 2026-Q3 - 2026-08 - 2026-09`."""
AGREES = 1.0
"""By how many percentage points a difference and the source's own word may differ."""
_DAY = timedelta(days=1)
_UNIT = ("unit_code", "level", "field")
_RULES = ("series", "basis")
_PARTS = (("half", 2), ("quarter", 4), ("month", 12))


@dataclass(frozen=True)
class Difference:
    """A stretch that is `whole` without `others`, which lie in it, don't overlap and leave nothing else."""

    stretch: Period
    whole: Period
    others: tuple[Period, ...]

    @property
    def id(self) -> str:
        return " - ".join(period.id for period in (self.whole, *self.others))


def is_derived(column: str = "quality") -> pl.Expr:
    """Rows that are such a difference."""
    return pl.col(column).fill_null("").str.starts_with(f"{DERIVED}:")


def differences(rows: pl.DataFrame, measure: Measure) -> tuple[pl.DataFrame, list[str]]:
    """(the rows of `tables.Measurements` that follow by subtraction, what was refused and why).

    `rows`: all rows of a share. All periods of a difference must have been captured on one day, in Vietnam, by the same
    rules on one basis, and the stretch must have been over by then. A difference is refused for all units if in one of
    them the numerator is below 0 or above the denominator, or if it is more than a point off what the source's own
    chart says: of a month the chart's figure, of a longer stretch the range of its months. A stretch that the source
    has counted itself is none. ValueError for a measure that is no share.
    """
    if measure.kind != "share":
        raise ValueError(f"{measure.id}: differences are taken of shares, not of a {measure.kind}")
    counted = rows.filter(pl.col("state") == REPORTED, pl.col("numerator", "denominator").is_not_null(), ~is_derived())
    counted = counted.with_columns(day=captured_on())
    charts = rows.filter(pl.col("state") == REPORTED, has_no_counts()).with_columns(value=measure.value())
    found: list[pl.DataFrame] = []
    refused: list[str] = []
    for rules, own in counted.partition_by(*_RULES, as_dict=True, maintain_order=True).items():
        said = charts.filter(*(pl.col(name) == value for name, value in zip(_RULES, rules, strict=True)))
        for difference in possible(_periods(own)):
            left = _left(own, difference)
            if left.is_empty():
                continue
            if reason := _doubt(left, said, difference.stretch):
                refused.append(f"{measure.id}, {difference.stretch.id} as {difference.id}: {reason}")
            else:
                found.append(left.filter(pl.col("denominator") > 0))
    columns = rows.columns
    taken = pl.concat([frame.select(columns) for frame in found]) if found else rows.clear()
    return taken.unique([*_UNIT, *_RULES, *PERIOD_COLUMNS], keep="first", maintain_order=True), refused


def possible(periods: Sequence[Period]) -> Iterator[Difference]:
    """The months, quarters and halves that subtraction gives, those from the shortest whole first."""
    known = sorted(periods, key=lambda period: (period.end - period.start, period.start))
    for whole in known:
        inner = [period for period in known if whole.start <= period.start and period.end <= whole.end]
        for stretch in _within(whole):
            if stretch in known:
                continue
            before = _tiles(whole.start, stretch.start, inner)
            after = _tiles(stretch.end + _DAY, whole.end + _DAY, inner)
            if before is not None and after is not None and (before or after):
                yield Difference(stretch, whole, (*before, *after))


def _within(whole: Period) -> Iterator[Period]:
    for kind, count in _PARTS:
        for number in range(1, count + 1):
            part = calendar_period(kind, whole.start.year, number)
            if whole.start <= part.start and part.end <= whole.end:
                yield part


def _tiles(start: date, end: date, periods: Sequence[Period]) -> tuple[Period, ...] | None:
    """Periods that cover the days from `start` up to `end` without overlap, the longest first; None where none do."""
    if start == end:
        return ()
    for period in sorted(periods, key=lambda one: one.end, reverse=True):
        if period.start == start and period.end < end:
            rest = _tiles(period.end + _DAY, end, periods)
            if rest is not None:
                return (period, *rest)
    return None


def _periods(rows: pl.DataFrame) -> list[Period]:
    return [Period(*row) for row in rows.select(PERIOD_COLUMNS).unique().iter_rows()]


def _left(rows: pl.DataFrame, difference: Difference) -> pl.DataFrame:
    """What is left of each unit that has all periods from one day, as rows of the stretch; nothing if it was open."""
    left = _of(rows, difference.whole).filter(pl.col("day") > difference.stretch.end)
    for period in difference.others:
        part = _of(rows, period).select(*_UNIT, "day", less="numerator", lesser="denominator")
        left = (
            left.join(part, on=[*_UNIT, "day"], maintain_order="left")
            .with_columns(pl.col("numerator") - pl.col("less"), pl.col("denominator") - pl.col("lesser"))
            .drop("less", "lesser")
        )
    stretch = difference.stretch
    return left.with_columns(
        period_start=pl.lit(stretch.start),
        period_end=pl.lit(stretch.end),
        period_kind=pl.lit(stretch.kind),
        provisional=pl.lit(False),
        quality=pl.lit(f"{DERIVED}: {difference.id}"),
    )


def _of(rows: pl.DataFrame, period: Period) -> pl.DataFrame:
    return rows.filter(in_period(period))


def _doubt(left: pl.DataFrame, charts: pl.DataFrame, stretch: Period) -> str | None:
    """Why a difference can't be true; None where nothing speaks against it."""
    sound = (pl.col("numerator") >= 0) & (pl.col("numerator") <= pl.col("denominator"))
    if impossible := left.filter(~sound).height:
        worst: Row = left.filter(~sound).row(0, named=True)
        part, whole = f"{worst['numerator']:g}", f"{worst['denominator']:g}"
        return f"impossible in {impossible} of {left.height} units, such as {worst['unit_code']}: {part} of {whole}"
    inside = charts.filter(pl.col("period_start") >= stretch.start, pl.col("period_end") <= stretch.end)
    limits = inside.group_by(_UNIT).agg(low=pl.min("value"), high=pl.max("value"))
    value = 100 * pl.col("numerator") / pl.col("denominator")
    off = left.join(limits, on=list(_UNIT)).filter((value < pl.col("low") - AGREES) | (value > pl.col("high") + AGREES))
    if off.is_empty():
        return None
    first = off.with_columns(value=value).row(0, named=True)
    return f"{first['value']:.2f} in {first['unit_code']}, but the source's own chart says {first['low']:g}"
