"""What petitions do to a score: the points they give, the score and the place without them.

The portal gives 12 of the 18 points of satisfaction, and so 12 of the 100 of the index, for petitions: 6 for the share
answered on time, 6 for the share answered to the sender's satisfaction, both in full where there was no petition
(Decision 766/QĐ-TTg as the portal scored it in September 2026).
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

MOST_POINTS = 12
"""What the two parts give together where there is no petition."""
RESTING = ("index_766", "mdhl")
"""The measures that hold these points."""
PARTS = ("petition_on_time_share", "petition_satisfaction_share")
"""The two shares that they are given for, each for half of them."""


class Tail(NamedTuple):
    """Of `of` ranked units `petitioned` had a petition, and `last` of these fill the last `last` places.

    `lost`: the points that the middle one of those with a petition lost; None where nobody had one.
    """

    of: int
    petitioned: int
    last: int
    lost: float | None


def with_and_without(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `points` of the petitions, `without` (the score less these), `rank_without` and `of_without`.

    `rows`: `value`, `rank`, `petitions` (their number, null where it is not known), `on_time` and `satisfied` in per
    cent (null without petitions). Only ranked units are ranked again; ties share the best rank, as in all rankings.
    """
    half = MOST_POINTS / 200
    given = (half * pl.col("on_time")).round(2) + (half * pl.col("satisfied")).round(2)
    number = pl.col("petitions")
    points = pl.when(number == 0).then(pl.lit(float(MOST_POINTS))).when(number > 0).then(given)
    known = rows.with_columns(points=points).with_columns(
        without=pl.when(pl.col("rank").is_not_null()).then((pl.col("value") - pl.col("points")).round(2))
    )
    return known.with_columns(
        rank_without=pl.col("without").rank("min", descending=True).cast(pl.UInt32),
        of_without=pl.col("without").count().cast(pl.UInt32),
    )


def tail(rows: pl.DataFrame) -> Tail:
    """How the units with a petition fill the end of a ranking; `rows` as `with_and_without` gives them.

    Counted from the last place up to the first that a unit without a petition holds or shares.
    """
    ranked = rows.filter(pl.col("rank").is_not_null(), pl.col("petitions").is_not_null())
    petitioned = ranked.filter(pl.col("petitions") > 0)
    spared = ranked.filter(pl.col("petitions") == 0).select(pl.max("rank")).item()
    last = petitioned.filter(pl.col("rank") > (spared or 0)).height
    lost = petitioned.select((MOST_POINTS - pl.col("points")).median()).item()
    return Tail(ranked.height, petitioned.height, last, lost)
