"""How a unit's place changed since the period before: whether its figure clearly did, and where it likely stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ranking.differences import changes
from ranking.in_period import in_period
from ranking.measures import Measure
from ranking.periods import Period, previous
from ranking.vocabulary import PERIOD_COLUMNS
from store import ages, places, sight
from store.kept import kept
from store.reference import measures
from store.snapshot import Snapshot

_KEYS = ("measure", "level", "series", "basis", "scope")
_MOVES = {
    "unit_code": pl.String,
    "change": pl.Float64,
    "clear": pl.String,
    "expected_before": pl.Float64,
    "expected_now": pl.Float64,
}


@dataclass(frozen=True)
class Move:
    """A unit's change since `before`, the period before its own.

    `change`: of the value, in its unit. `clear`: rose, fell or alike after `ranking.differences`, None where an error
    is not known. `expected_before`, `expected_now`: the expected rank in each period by itself among the units ranked
    in both, with regression to the mean taken out (`ranking.likely_ranks`); None where an error is not known.
    """

    before: Period
    change: float
    clear: str | None
    expected_before: float | None
    expected_now: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the figure changed by more than chance explains."""
        return self.clear in ("rose", "fell")


def move(snapshot: Snapshot, standing: Mapping[str, Any]) -> Move | None:
    """The move of the unit of one row of `tables.Standings`.

    None where the unit was not ranked in both periods under the same rules, where the two were not equally old when
    they were captured, and for a measure without a good side.
    """
    now = Period(*(standing[name] for name in PERIOD_COLUMNS))
    before = previous(now)
    if before is None or standing["rank"] is None or measures()[standing["measure"]].direction == "neutral":
        return None
    key = tuple(standing[name] for name in _KEYS)
    found = _moves(snapshot.of(standing["scope"]), key, before, now)
    rows = found.filter(pl.col("unit_code") == standing["unit_code"]).rows()
    return Move(before, *rows[0][1:]) if rows else None


@kept(megabytes=4)
def _moves(snapshot: Snapshot, key: tuple[str, ...], before: Period, now: Period) -> pl.DataFrame:
    """One row (`_MOVES`) per unit ranked in both periods; none where the periods can't be compared."""
    measure, level, _, basis, scope = key
    if not ages.comparable(snapshot, level, measure, basis, scope, before, now):
        return pl.DataFrame(schema=_MOVES)
    at = [pl.col(name) == value for name, value in zip(_KEYS, key, strict=True)]
    both = (in_period(before) | in_period(now)) & pl.col("rank").is_not_null()
    rows = sight.scan(snapshot, "standings").filter(*at, both).collect()
    common = rows.filter(pl.len().over("unit_code") == 2)
    return _between(snapshot, common, measures()[measure], now) if common.height else pl.DataFrame(schema=_MOVES)


def _between(snapshot: Snapshot, rows: pl.DataFrame, measure: Measure, now: Period) -> pl.DataFrame:
    placed = places.by_themselves(snapshot, rows)
    after, earlier = placed.filter(in_period(now)), placed.filter(~in_period(now))
    changed = changes(earlier, after, measure).select("unit_code", "change", "clear")
    ranks = [part.select("unit_code", expected="expected_rank") for part in (earlier, after)]
    found = changed.join(ranks[0].rename({"expected": "expected_before"}), on="unit_code")
    return found.join(ranks[1].rename({"expected": "expected_now"}), on="unit_code").cast(_MOVES)  # type: ignore[arg-type]
