"""Where units likely stand: their expected rank, and whether they can be told to be in the first or the last third."""

from __future__ import annotations

import numpy as np
import polars as pl

from ranking.certainty import GROUP, groups_of
from ranking.intervals import Floats
from ranking.later_columns import PLACES
from ranking.likely_ranks import LikelyRanks, likely_ranks
from ranking.measures import Measure
from ranking.rank_sets import Best, best_of
from ranking.vocabulary import COUNTRY, FIRST, LAST, MIDDLE
from ranking.windows import MONTHS, USUAL, windows

SURE = 0.8
"""A unit is put into a tier where it is there with this probability."""
FILLED = PLACES
_FIGURES = ("expected_rank", "likely_low", "likely_high", "p_first", "p_last")
_DIGITS = 4


def with_tiers(
    standings: pl.DataFrame,
    errors: pl.DataFrame,
    measure: Measure,
    groups: pl.DataFrame | None = None,
    window: str = USUAL,
) -> pl.DataFrame:
    """The `standings` of one measure with tier, expected rank and likely range filled in, in the same order.

    `standings`: rows of `tables.Standings`; `errors`: what `certainty.with_errors` says of them with `ages.age()`
    beside: months of a window are looked for among these. `groups`: which rankings (columns `certainty.GROUP`; None:
    all), see `latest`. `window`: of `windows.MONTHS`, after `windows.windows`, which says when the period stands by
    itself; `window_start`: the first day of what was used.

    Only ranked units take part; one whose error is not known could stand anywhere and has none of these itself. They
    are all null for a measure without a good side. `tier`: first where the unit is among the first ⌊n/3⌋ with
    probability 0.8, last where it is among the last ⌊n/3⌋, else middle: not told apart. `likely_low` to
    `likely_high` hold the rank with 95 %; probabilities have four digits. Source: `likely_ranks.likely_ranks`.
    """
    ranked = errors.filter(pl.col("rank").is_not_null())
    asked = ranked.select(GROUP).unique() if groups is None else groups
    if measure.direction == "neutral" or asked.is_empty():
        return _filled_in(
            standings, pl.DataFrame(schema={"row": standings.with_row_index("row").schema["row"], **FILLED})
        )
    known = windows(errors, asked, measure, MONTHS[window])
    rows = ranked.join(known.rename({"error": "own_error"}), on=[*GROUP, "unit_code"]).sort(*GROUP, "row")
    return _filled_in(standings, _placed(rows, measure))


def latest(errors: pl.DataFrame, periods: int, country_periods: int) -> pl.DataFrame:
    """The rankings in that many latest whole months, within provinces and across the country; none of departments."""
    groups = errors.filter(
        pl.col("rank").is_not_null(), pl.col("period_kind") == "month", pl.col("level") != "department"
    )
    groups = groups.select(GROUP).unique()
    newest = pl.col("period_end").rank("dense", descending=True).over("level", "scope", "basis")
    return groups.filter(newest <= pl.when(pl.col("scope") == COUNTRY).then(country_periods).otherwise(periods))


def _placed(rows: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """`row` and the figures of each unit whose error is known."""
    best = best_of(measure.direction)
    estimates, errors = (
        rows.get_column(name).cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("estimate", "own_error")
    )
    found = {name: np.full(len(rows), np.nan) for name in _FIGURES}
    for group in groups_of(rows):
        ranks = likely_ranks(estimates[group], errors[group], best=best)
        first, last = _thirds(ranks)
        for name, of in zip(_FIGURES, (ranks.expected, ranks.low, ranks.high, first, last), strict=True):
            found[name][group] = of
    tier = pl.when(pl.col("p_first") >= SURE).then(pl.lit(FIRST)).when(pl.col("p_last") >= SURE).then(pl.lit(LAST))
    return (
        rows.select("row", "window_start", *(pl.Series(name, of).round(_DIGITS) for name, of in found.items()))
        .filter(pl.Series(np.isfinite(errors)))
        .with_columns(tier=tier.otherwise(pl.lit(MIDDLE)))
        .cast(FILLED)  # type: ignore[arg-type]
    )


def tiers(estimates: Floats, errors: Floats, best: Best = "high") -> list[str]:
    """The tier of each of n units by their values and the standard errors of these alone, as `with_tiers` says it."""
    first, last = _thirds(likely_ranks(estimates, errors, best=best))
    return [FIRST if p >= SURE else LAST if q >= SURE else MIDDLE for p, q in zip(first, last, strict=True)]


def _thirds(ranks: LikelyRanks) -> tuple[Floats, Floats]:
    third = len(ranks.expected) // 3
    nobody = np.zeros(len(ranks.expected))
    return (ranks.p_best(third), ranks.p_worst(third)) if third else (nobody, nobody)


def _filled_in(standings: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    columns = [*standings.columns, *(name for name in FILLED if name not in standings.columns)]
    rows = standings.drop(FILLED, strict=False).with_row_index("row")
    return rows.join(found, on="row", how="left", maintain_order="left").select(columns)
