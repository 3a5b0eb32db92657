"""How a unit's place changed since the period before: whether its figure clearly did, and where it likely stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ranking.differences import changes
from ranking.expected_moves import EXPECTED_MOVES, expected_moves
from ranking.in_period import in_period
from ranking.periods import Period, previous
from ranking.rank_sets import best_of
from ranking.vocabulary import PERIOD_COLUMNS
from store import ages, places, sight
from store.kept import kept
from store.reference import measures
from store.snapshot import Snapshot

_KEYS = ("measure", "level", "series", "basis", "scope")
_CLEAR = ("rose", "fell")
MOVED = {"unit_code": pl.String, "change": pl.Float64, "clear": pl.String} | EXPECTED_MOVES


@dataclass(frozen=True)
class Move:
    """A unit's change since `before`, the period before its own.

    `change`: of the value, in its unit. `clear`: rose, fell or alike after `ranking.differences`, None where an error
    is not known. Of a clear one the expected ranks and what they rest on (`ranking.expected_moves`); else None.
    """

    before: Period
    change: float
    clear: str | None
    expected_before: float | None = None
    expected_now: float | None = None
    expected_own: float | None = None
    expected_others: float | None = None
    expected_membership: float | None = None

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
    found = _moved(snapshot.of(standing["scope"]), key, before, now).filter(unit_code=standing["unit_code"])
    return None if found.is_empty() else Move(before, *found.drop("unit_code").row(0))


def with_moves(snapshot: Snapshot, standings: pl.DataFrame) -> pl.DataFrame:
    """One ranking with the columns of `MOVED`: null for units of which `move` knows nothing.

    `standings`: rows of `tables.Standings` of one measure, level, basis, scope and period.
    """
    nothing = standings.join(pl.DataFrame(schema=MOVED), on="unit_code", how="left", maintain_order="left")
    ranked = standings.filter(pl.col("rank").is_not_null())
    if ranked.is_empty():
        return nothing
    row = ranked.row(0, named=True)
    now = Period(*(row[name] for name in PERIOD_COLUMNS))
    before = previous(now)
    if before is None or measures()[row["measure"]].direction == "neutral":
        return nothing
    found = _moved(snapshot.of(row["scope"]), tuple(row[name] for name in _KEYS), before, now)
    return standings.join(found, on="unit_code", how="left", maintain_order="left")


@kept(megabytes=6)
def _moved(snapshot: Snapshot, key: tuple[str, ...], before: Period, now: Period) -> pl.DataFrame:
    """One row (`MOVED`) per unit ranked in both periods; none where the periods can't be compared."""
    measure, level, _, basis, scope = key
    if not ages.comparable(snapshot, level, measure, basis, scope, before, now):
        return pl.DataFrame(schema=MOVED)
    at = [pl.col(name) == value for name, value in zip(_KEYS, key, strict=True)]
    both = (in_period(before) | in_period(now)) & pl.col("rank").is_not_null()
    rows = sight.scan(snapshot, "standings").filter(*at, both).collect()
    found = changes(rows.filter(in_period(before)), rows.filter(in_period(now)), measures()[measure])
    clear = found.filter(pl.col("clear").is_in(_CLEAR)).get_column("unit_code").to_list()
    expected = _expected(snapshot, rows, now, clear) if clear else pl.DataFrame(schema=EXPECTED_MOVES)
    return found.join(expected, on="unit_code", how="left", maintain_order="left").select(*MOVED)


def _expected(snapshot: Snapshot, rows: pl.DataFrame, now: Period, units: list[str]) -> pl.DataFrame:
    known = places.by_themselves(snapshot, rows)
    after, before = known.filter(in_period(now)), known.filter(~in_period(now))
    return expected_moves(before, after, units, best_of(measures()[rows.item(0, "measure")].direction))
