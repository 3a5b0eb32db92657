"""How a unit's place changed since the period before: whether its figure clearly did, and where it likely stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ranking.differences import changes
from ranking.in_period import in_period
from ranking.periods import Period, previous
from ranking.vocabulary import PERIOD_COLUMNS
from store import ages, places, sight
from store.kept import kept
from store.reference import measures
from store.snapshot import Snapshot

_KEYS = ("measure", "level", "series", "basis", "scope")
_CLEAR = ("rose", "fell")
_CHANGED = {"unit_code": pl.String, "change": pl.Float64, "clear": pl.String}


@dataclass(frozen=True)
class Move:
    """A unit's change since `before`, the period before its own.

    `change`: of the value, in its unit. `clear`: rose, fell or alike after `ranking.differences`, None where an error
    is not known. Of a clear one `expected_before` and `expected_now`: the expected rank in each period by itself among
    the units ranked in both, with regression to the mean taken out (`ranking.likely_ranks`); else None.
    """

    before: Period
    change: float
    clear: str | None
    expected_before: float | None = None
    expected_now: float | None = None

    @property
    def is_clear(self) -> bool:
        """Whether the figure changed by more than chance explains."""
        return self.clear in _CLEAR


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
    key, unit = tuple(standing[name] for name in _KEYS), pl.col("unit_code") == standing["unit_code"]
    found = _changed(snapshot.of(standing["scope"]), key, before, now).filter(unit)
    if found.is_empty():
        return None
    _, change, clear = found.row(0)
    if clear not in _CLEAR:
        return Move(before, change, clear)
    ranks = _expected(snapshot.of(standing["scope"]), key, before, now).filter(unit).sort("period_start")
    return Move(before, change, clear, *ranks.get_column("expected_rank"))


@kept(megabytes=4)
def _changed(snapshot: Snapshot, key: tuple[str, ...], before: Period, now: Period) -> pl.DataFrame:
    """One row (`_CHANGED`) per unit ranked in both periods; none where the periods can't be compared."""
    measure, level, _, basis, scope = key
    if not ages.comparable(snapshot, level, measure, basis, scope, before, now):
        return pl.DataFrame(schema=_CHANGED)
    rows = _common(snapshot, key, before, now)
    after, earlier = rows.filter(in_period(now)), rows.filter(in_period(before))
    return changes(earlier, after, measures()[measure]).select(*_CHANGED)


@kept(megabytes=2)
def _expected(snapshot: Snapshot, key: tuple[str, ...], before: Period, now: Period) -> pl.DataFrame:
    """The expected ranks of the units ranked in both periods, two rows each: it takes some 200 ms."""
    rows = places.by_themselves(snapshot, _common(snapshot, key, before, now))
    return rows.select("unit_code", "period_start", "expected_rank")


def _common(snapshot: Snapshot, key: tuple[str, ...], before: Period, now: Period) -> pl.DataFrame:
    """The standings of both periods of the units that are ranked in both."""
    at = [pl.col(name) == value for name, value in zip(_KEYS, key, strict=True)]
    both = (in_period(before) | in_period(now)) & pl.col("rank").is_not_null()
    rows = sight.scan(snapshot, "standings").filter(*at, both).collect()
    return rows.filter(pl.len().over("unit_code") == 2)
