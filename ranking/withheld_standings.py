"""Standings without those that are withheld, of snapshots published without public ones: ranks and values alone."""

from __future__ import annotations

import polars as pl

from ranking.later_columns import LATER
from ranking.movement import MOVEMENTS
from ranking.suppression import blanked
from ranking.vocabulary import PERIOD_COLUMNS

GROUP = ("measure", "level", *PERIOD_COLUMNS, "series", "basis", "scope")
_SERIES = ("measure", "series", "basis")
_OF_OTHERS = ("value_low", "value_high", "rank_low", "rank_high", "band", *LATER, "previous_rank", *MOVEMENTS)
"""What other months and units decide too: from it a withheld one could be worked out."""


def withheld_ranks(standings: pl.DataFrame) -> pl.DataFrame:
    """Where withheld rows of `tables.Standings` stand, and their ranks: what `suppressed_standings` needs of them."""
    return standings.select(*GROUP, "rank").sort("rank")


def suppressed_standings(standings: pl.DataFrame, hidden: pl.Series, withheld: pl.DataFrame) -> pl.DataFrame:
    """The standings without the figures of `hidden` rows, and the others ranked among those that are shown.

    `withheld`: `withheld_ranks` of all hidden rows of the snapshot. A gap in the ranks would say where a withheld
    unit stands, so `rank` and `of` leave it out. Intervals, bands, movements and likely places rest on all months and
    units of a measure, series and basis: where any is withheld, they are empty. Publishing works them out from what is
    shown (`ranked.ranked`), which takes too long for a reader who waits.
    """
    ranked = withheld.filter(pl.col("rank").is_not_null())
    left_out = ranked.group_by(GROUP).agg(left_out=pl.len().cast(pl.Int64))
    counted = ranked.with_columns(ahead=pl.col("rank").cum_count().over(GROUP).cast(pl.Int64))
    touched = withheld.select(_SERIES).unique().with_columns(touched=pl.lit(True))
    rows = (
        standings.with_row_index("place")
        .with_columns(hidden)
        .join(left_out, on=GROUP, how="left")
        .join(touched, on=_SERIES, how="left")
        .sort("rank")
        .join_asof(counted, on="rank", by=list(GROUP), allow_exact_matches=False, check_sortedness=False)
        .sort("place")
    )
    shown = rows.with_columns(
        rank=pl.col("rank") - pl.col("ahead").fill_null(0),
        of=pl.col("of") - pl.col("left_out").fill_null(0),
        **{name: pl.when(pl.col("touched").is_null()).then(name) for name in _OF_OTHERS},
    )
    shown = shown.select(pl.col(name).cast(dtype) for name, dtype in standings.schema.items())
    return _unranked_if_alike(blanked(shown, hidden, ["value", "rank", *_OF_OTHERS]))


def _unranked_if_alike(shown: pl.DataFrame) -> pl.DataFrame:
    """Where only units with the same value are left to see, nobody has a rank, as in `standings.standings`."""
    alike = ((pl.col("rank").max() == 1) & (pl.col("rank").count() > 1)).over(GROUP)
    return shown.with_columns(pl.when(~alike.fill_null(False)).then(name).alias(name) for name in ("rank", *_OF_OTHERS))
