"""What the reasons of the shortlist rest on: how far a commune is from the middle one, and how many dossiers that is.

Equal scores are told apart by it: the commune with the most dossiers behind the middle one comes first.
"""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from display.portraits import shortlist
from ranking.frame_types import Row
from ranking.levels import common
from ranking.measures import Measure
from ranking.periods import Period
from store import standings
from store.months import by_month, latest_series
from store.reference import measures
from store.snapshot import Snapshot

_COMMUNE = "commune"
LOOK_BACK = 5
"""Months before the last one from which the earlier value is taken: the first of them that is known."""
GAPS = {
    "unit_code": pl.String,
    "measure": pl.String,
    "value": pl.Float64,
    "level": pl.Float64,
    "n": pl.Float64,
    "affected": pl.Float64,
    "before": pl.Float64,
    "since": pl.Date,
}


@lru_cache(maxsize=16)
def gaps(snapshot: Snapshot, scope: str) -> pl.DataFrame:
    """A row (`GAPS`) for each commune and measure of the shortlist that has a figure in the measure's last period.

    `level`: the middle commune's value; `n`: the dossiers that a share is of; `affected`: how many of these the
    commune is behind the middle one, null where it is not or the measure is no share; `before`, `since`: the first
    known value of the last half-year before, and its month.
    """
    now = shortlist.period(snapshot, scope)
    frames = [_of(snapshot, scope, measure, now) for measure in shortlist.weights().measures] if now else []
    return pl.concat([pl.DataFrame(schema=GAPS), *frames])


def has_worsened(measure: Measure, gap: Row) -> bool:
    """Whether a row of `gaps` stands on the worse side of its earlier value; not where that is not known."""
    if gap["before"] is None:
        return False
    return bool(gap["value"] > gap["before"] if measure.direction == "lower" else gap["value"] < gap["before"])


@lru_cache(maxsize=16)
def in_order(snapshot: Snapshot, scope: str) -> pl.DataFrame:
    """The shortlist with `affected`, the sum over the measures that a commune stands clearly below in, and `place`:
    a higher score first, of equal ones the commune with more dossiers behind."""
    found = shortlist.scored(snapshot, scope)
    parts = found.select("unit_code", part="parts").explode("part")
    below = parts.select(
        "unit_code", kind=pl.col("part").struct.field("kind"), measure=pl.col("part").struct.field("name")
    ).filter(pl.col("kind") == "below")
    counted = below.join(gaps(snapshot, scope), on=["unit_code", "measure"]).group_by("unit_code")
    with_gaps = found.join(counted.agg(pl.col("affected").sum()), on="unit_code", how="left", maintain_order="left")
    # Sums of floats differ in their last digits with the order of their parts; ties must not hang on that.
    ordered = with_gaps.with_columns(pl.col("affected").fill_null(0.0).round(6)).sort(
        "score", "affected", descending=True, maintain_order=True
    )
    numbered = ordered.with_row_index("place", offset=1)
    return numbered.with_columns(pl.col("place").min().over("score", "affected").cast(pl.Int64))


def _of(snapshot: Snapshot, scope: str, measure: str, now: Period) -> pl.DataFrame:
    last = shortlist.last(snapshot, scope, measure, now)
    if last is None:
        return pl.DataFrame(schema=GAPS)
    definition = measures()[measure]
    rows = standings.ranking(snapshot, _COMMUNE, measure, last.basis, last.period, scope).drop_nulls("value")
    level = common(rows, definition)
    is_share = definition.kind == "share"
    behind = (pl.col("value") - pl.lit(level)) * (1 if definition.direction == "lower" else -1)
    lost = behind / 100 * pl.col("denominator")
    known = rows.with_columns(
        measure=pl.lit(measure),
        level=pl.lit(level, pl.Float64),
        n=pl.col("denominator") if is_share else pl.col("received"),
        affected=pl.when(behind > 0).then(lost) if is_share else pl.lit(None, pl.Float64),
    ).join(_earlier(snapshot, scope, measure, last.basis, last.period), on="unit_code", how="left")
    return known.select(pl.col(name).cast(dtype) for name, dtype in GAPS.items())


def _earlier(snapshot: Snapshot, scope: str, measure: str, basis: str, at: Period) -> pl.DataFrame:
    """`unit_code`, `before` and `since` of the months of one set of rules."""
    months = by_month(snapshot, measure, basis, _COMMUNE, scope)
    months = months.filter(pl.col("period_kind") == "month", pl.col("period_end") <= at.end)
    if months.is_empty():
        return pl.DataFrame(schema={"unit_code": pl.String, "before": pl.Float64, "since": pl.Date})
    back = pl.lit(at.end).dt.offset_by(f"-{LOOK_BACK + 1}mo")
    one_kind = latest_series(months).drop_nulls("value")
    before = one_kind.filter(pl.col("period_end") > back, pl.col("period_end") < at.start)
    return (
        before.sort("period_start")
        .group_by("unit_code", maintain_order=True)
        .first()
        .select("unit_code", before="value", since="period_start")
    )
