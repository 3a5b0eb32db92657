"""What a commune needs to be among the first third of its province: by how many dossiers, in which fields, by luck."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from display.portraits import before_after as chance
from display.portraits import summary
from display.portraits.summary import Row
from ranking import before_after, first_third
from ranking.before_after import Stretch
from ranking.first_third import Gap, Step
from ranking.frame_types import Row as Cells
from ranking.in_period import in_period
from ranking.periods import MERGER
from ranking.rank_sets import best_of
from ranking.windows import first_month
from store import case_mix, peer_months, standings, units
from store.snapshot import Snapshot

_YEAR, _SIDE = 12, 3
"""Similar communes are looked at over a year: its first three months and its last three."""


@dataclass(frozen=True)
class Way:
    """One share of a commune in the period that its page opens on.

    `third`: to the level of the last of the first third, `of` units being ranked; `target`: to the measure's target,
    None where it has none. `gaps`: the fields of the same period, the one with the most dossiers to mend first.
    """

    row: Row
    third: Step
    target: Step | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Similar:
    """The similar communes over a year: how many could be looked at, and those that came to the level (rows of
    `before_after.reached`); `before` and `after`: the months that were set against each other."""

    looked_at: int
    reached: tuple[Cells, ...]
    before: Stretch
    after: Stretch


def ways(snapshot: Snapshot, code: str) -> tuple[Way, ...]:
    """One entry per share with a good side that the commune is ranked by, those of punctuality first."""
    return tuple(way(snapshot, code, at) for at in range(len(told(snapshot, code))))


def told(snapshot: Snapshot, code: str) -> list[Row]:
    """The rows of the summary that have a way, in the order of `ways`: a page that shows one works out no other."""
    found = [row for row in summary.rows(snapshot, code) if _has_way(row)]
    return sorted(found, key=lambda row: row.measure.id not in case_mix.ON_TIME)


def _has_way(row: Row) -> bool:
    """Fewer than three ranked units have no first third."""
    shown = row.measure.kind == "share" and row.measure.direction != "neutral" and row.rank is not None
    return shown and row.of >= 3 and first_third.counts(row.numerator, row.denominator) is not None


@lru_cache(maxsize=64)
def way(snapshot: Snapshot, code: str, at: int) -> Way:
    """The way of the row that stands at a place of `told`."""
    row = told(snapshot, code)[at]
    best = best_of(row.measure.direction)
    scope = units.known(code)["province_code"]
    ranked = standings.ranking(snapshot, "commune", row.measure.id, row.basis, row.period, scope)
    ranked = ranked.filter(pl.col("rank").is_not_null())
    level = first_third.threshold(ranked.get_column("value"), best)
    third = None if level is None else first_third.step(ranked, code, level, best)
    if third is None:
        raise ValueError(f"{row.measure.id} of {code}: no counts from which the first third could be told")
    target = None if row.target is None else first_third.step(ranked, code, row.target, best)
    return Way(row, third, target, tuple(first_third.gaps(_fields(snapshot, code, row), best)))


def _fields(snapshot: Snapshot, code: str, row: Row) -> pl.DataFrame:
    """The fields of a commune beside the same fields of its province, in the period of the row; empty without any."""
    here = [pl.col("measure") == row.measure.id, pl.col("basis") == row.basis, in_period(row.period)]
    own = units.figures(snapshot, code).filter(*here, pl.col("field") != "all", pl.col("value").is_not_null())
    theirs = units.province_fields(snapshot, units.known(code)["province_code"]).filter(*here)
    usual = theirs.select("field", "series", usual_numerator="numerator", usual_denominator="denominator")
    cells = own.filter(pl.col("series") == row.series).select("field", "series", "numerator", "denominator")
    return cells.join(usual, on=["field", "series"], how="left")


def similar(snapshot: Snapshot, code: str, of: Way) -> Similar | None:
    """Which similar communes have come to the level of the first third within a year; None where no months tell."""
    row, rows = of.row, _months(snapshot, code, of.row)
    months = rows.filter(pl.col("unit_code") != code)
    pair = _year(months.get_column("period_start").unique().sort().to_list(), row.period.start)
    if pair is None:
        return None
    found = before_after.changes(months, *pair, *chance.luck(snapshot, code, row))
    best = best_of(row.measure.direction)
    reached = before_after.reached(found, of.third.threshold, best)
    return Similar(found.height, tuple(reached.iter_rows(named=True)), *pair)


def _months(snapshot: Snapshot, code: str, row: Row) -> pl.DataFrame:
    return peer_months.months(snapshot, row.measure.id, row.basis, (code, *units.peer_codes(code)))


def _year(months: list[date], last: date) -> tuple[Stretch, Stretch] | None:
    """The first and the last three of the twelve months up to `last`, or of as many as are known; None below six."""
    known = [month for month in months if max(MERGER, first_month(last, _YEAR)) <= month <= last]
    if len(known) < 2 * _SIDE:
        return None
    return Stretch(known[0], known[_SIDE - 1]), Stretch(known[-_SIDE], known[-1])


def silent_months(row: Row) -> tuple[int, int]:
    """Of the last twelve months of a row, how many have no figure, and how many these are."""
    months = row.months[-_YEAR:]
    return sum(month.value is None for month in months), len(months)
