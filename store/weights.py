"""How units would rank if the six groups of Quyết định 766 weighed differently."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl

from ranking import index_sensitivity
from ranking.collation import by_name
from ranking.index_sensitivity import GROUPS
from ranking.periods import Period
from store import standings
from store.snapshot import Snapshot

Weights = tuple[int, ...]
PUBLISHED: Weights = tuple(int(points) for points in GROUPS.values())


@lru_cache(maxsize=16)
def group_scores(snapshot: Snapshot, level: str, basis: str, period: Period, scope: str) -> pl.DataFrame:
    """One row per unit: `unit_code`, `name`, `province_code`, and per group its points and `<group>_state`.

    Points are null where the unit has none; the state is null where the source does not even name the unit.
    """
    parts = [
        standings.ranking(snapshot, level, group, basis, period, scope).select(
            "unit_code", "name", "province_code", "value", "state", group=pl.lit(group)
        )
        for group in GROUPS
    ]
    rows = pl.concat(parts)
    units = rows.unique("unit_code").select("unit_code", "name", "province_code").sort(by_name(), "unit_code")
    for group in GROUPS:
        ours = rows.filter(pl.col("group") == group)
        ours = ours.select("unit_code", pl.col("value").alias(group), pl.col("state").alias(f"{group}_state"))
        units = units.join(ours, on="unit_code", how="left", maintain_order="left")
    return units


def complete(scores: pl.DataFrame) -> pl.DataFrame:
    """The units that have points in all six groups: the only ones that can be ranked."""
    return scores.drop_nulls(list(GROUPS))


@lru_cache(maxsize=64)
def places_again(
    snapshot: Snapshot, level: str, basis: str, period: Period, scope: str, weights: Weights
) -> pl.DataFrame:
    """As `ranked_again`, of the units of a scope in a period."""
    return ranked_again(complete(group_scores(snapshot, level, basis, period, scope)), weights)


def ranked_again(whole: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """Units with both ranks: `published`, `chosen` with its band `low` to `high`, `change`, `total` of 100, `ahead`.

    `whole` as `complete` gives it. `change` is positive where the chosen weights put a unit higher up. `ahead`: in
    what part of the trials of the band it stands before the unit of the next row, from 0 to 1; null in the last.
    Sorted by the chosen rank, then by name.
    """
    points = whole.select(list(GROUPS)).to_numpy()
    chosen, low, high = index_sensitivity.rank_band(points, weights)
    published = index_sensitivity.rank_with(points)
    shares = np.array(weights, dtype=float) / sum(weights) * 100
    rows = (
        whole.select("unit_code", "name", "province_code")
        .with_row_index("place")
        .with_columns(
            published=pl.Series(published.astype(int)),
            chosen=pl.Series(chosen.astype(int)),
            low=pl.Series(low.astype(int)),
            high=pl.Series(high.astype(int)),
            total=pl.Series((points / np.array(PUBLISHED)) @ shares),
        )
        .with_columns(change=pl.col("published") - pl.col("chosen"))
        .sort("chosen", by_name())
    )
    order = rows.get_column("place").to_numpy()
    ahead = index_sensitivity.share_ahead(points, order[:-1], order[1:], weights)
    return rows.drop("place").with_columns(ahead=pl.Series([*ahead.tolist(), None], dtype=pl.Float64))
