"""The petitions that a ranking rests on, beside its rows."""

from __future__ import annotations

import polars as pl

from ranking import petitions
from ranking.periods import Period
from store import standings
from store.snapshot import Snapshot


def beside(
    snapshot: Snapshot, rows: pl.DataFrame, level: str, measure: str, basis: str, period: Period, scope: str
) -> pl.DataFrame:
    """The rows of a ranking with `petitions`, `points`, `without`, `rank_without`, `of_without`.

    See `ranking.petitions`; without these columns where the measure holds no such points, or nothing is known of any
    petition.
    """
    if measure not in petitions.RESTING:
        return rows
    on_time, satisfied = (standings.ranking(snapshot, level, part, basis, period, scope) for part in petitions.PARTS)
    if on_time.is_empty() or satisfied.is_empty():
        return rows
    known = on_time.select("unit_code", "series", petitions="denominator", on_time="value").join(
        satisfied.select("unit_code", satisfied="value"), on="unit_code"
    )
    joined = rows.join(known, on=["unit_code", "series"], how="left", maintain_order="left")
    return petitions.with_and_without(joined).drop("on_time", "satisfied")
