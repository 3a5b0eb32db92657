"""Fills in how sure the standings are: the ranks a unit could have, and its band against the level."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import polars as pl

from ranking.bands import Better, against
from ranking.intervals import Floats, dispersion, poisson_errors, spread_errors, standard_errors, two_sided_z, wilson
from ranking.measures import Measure
from ranking.periods import MERGER
from ranking.rank_sets import Best, rank_sets
from ranking.states import REPORTED
from ranking.vocabulary import COUNTRY, PERIOD_COLUMNS

_GROUP = ["level", *PERIOD_COLUMNS, "series", "basis", "scope"]
_ALIKE = ["level", "series", "basis"]
_CELL = ["unit_code", *PERIOD_COLUMNS, *_ALIKE]
_FILLED = {
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "rank_low": pl.UInt32,
    "rank_high": pl.UInt32,
    "band": pl.String,
}
_SHORTEST_MONTH = 28
_BETTER: dict[str, Better] = {"higher": "high", "lower": "low", "neutral": "neutral"}


def with_certainty(
    standings: pl.DataFrame,
    measurements: pl.DataFrame,
    measure: Measure,
    history: pl.DataFrame,
    *,
    confidence: float = 0.95,
    country_periods: int | None = None,
) -> pl.DataFrame:
    """The `standings` of one measure with intervals, rank_low, rank_high and band filled in, in the same order.

    `standings`: rows of `tables.Standings`; `measurements`: the rows of `tables.Measurements` they were
    made from; `history`: the measure's monthly rows, of any units, from which the noise from month to
    month is taken, apart for each level, series and basis. Rows of another measure, of single fields,
    of other period kinds and of communes before the merger are left out of it.

    The standard error depends on the measure's kind (`inflation_of` says which inflation was used):
    share, binomial times √inflation; rate, Poisson times √inflation; count, Poisson times the unit's
    own spread from month to month on the square-root scale, plain Poisson without six months; score and
    quantity, the spread from month to month, for stretches under 28 days times √(28 / days); without
    six months not known.
    value_low and value_high are the interval of the value itself: for shares Wilson's, with the counts
    divided by the inflation; otherwise value ± z times the error, within 0 and the maximum score.
    Where the error is not known, as where a numerator exceeds its denominator, all of them stay
    null, and the others of the group treat that unit as one that could stand anywhere. Units without a
    rank stay null as well.

    rank_low ≤ rank ≤ rank_high always: rank sets (`rank_sets.rank_sets`, marginal) hold the point rank
    by construction, and are widened to it where rounding should break a tie. The band (`bands.against`)
    compares with the level of all units of the group that report: the sum of numerators over the sum of
    denominators for shares and rates, the median unit otherwise. `country_periods`: rank sets of
    communes across the whole country only for that many latest periods of each kind and basis (None:
    all of them); bands are filled in for all.
    """
    rows, months = _sorted(standings, measurements, measure), _months(history, measure)
    rows = rows.with_columns(inflation=pl.Series(_inflation(rows, measure, months)), wanted=_wanted(country_periods))
    rows = rows.with_columns(error=_errors(rows, measure, months))
    rows = rows.with_columns(*_interval(rows, measure, confidence)).filter(pl.col("rank").is_not_null())
    filled = _filled(rows, measure, confidence)
    numbered = standings.drop(_FILLED).with_row_index("row")
    return numbered.join(filled, on="row", how="left", maintain_order="left").select(standings.columns)


def inflation_of(history: pl.DataFrame, measure: Measure) -> float:
    """By how much the variance of a share or rate exceeds pure sampling, from its monthly `history`.

    `history`: rows of `tables.Measurements`; a unit counts again in each level, series and basis. At
    least 1. Exactly 1.0 where no unit has six months (recorded single pulls): then the error is that of
    plain sampling. Also 1.0 for scores, quantities and counts, which have no common inflation: theirs
    comes from each unit's own months.
    """
    if measure.kind not in ("share", "rate"):
        return 1.0
    key = pl.concat_str("unit_code", *_ALIKE, separator=" ")
    counts = _months(history, measure).select("numerator", "denominator", "period_start", unit_code=key)
    return dispersion(counts, "binomial" if measure.kind == "share" else "poisson")


def _sorted(standings: pl.DataFrame, measurements: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """The standings with their figures and the level of their group, group after group."""
    own = measurements.filter(pl.col("measure") == measure.id, pl.col("field") == "all")
    figures = own.select(*_CELL, "numerator", "denominator")
    rows = standings.select(*_CELL, "scope", "value", "rank").with_row_index("row")
    return (
        rows.join(figures, on=_CELL, how="left")
        .with_columns(reference=_reference(measure).over(_GROUP))
        .sort(*_GROUP, "row")
    )


def _reference(measure: Measure) -> pl.Expr:
    if measure.kind not in ("share", "rate"):
        return pl.col("value").median()
    counted = pl.col("value").is_not_null()
    factor = 100 if measure.kind == "share" else measure.per
    return factor * pl.col("numerator").filter(counted).sum() / pl.col("denominator").filter(counted).sum()


def _wanted(country_periods: int | None) -> pl.Expr:
    if country_periods is None:
        return pl.lit(True)
    communes = (pl.col("level") == "commune") & (pl.col("scope") == COUNTRY)
    newest = pl.col("period_end").rank("dense", descending=True).over("level", "scope", "period_kind", "basis")
    return ~communes | (newest <= country_periods)


def _interval(rows: pl.DataFrame, measure: Measure, confidence: float) -> tuple[pl.Series, pl.Series]:
    if measure.kind == "share":
        x, n, phi = (_column(rows, name) for name in ("numerator", "denominator", "inflation"))
        low, high = (100 * end for end in wilson(np.where(x <= n, x, np.nan) / phi, n / phi, confidence))
    else:
        value, half = _column(rows, "value"), two_sided_z(confidence) * _column(rows, "error")
        low, high = np.maximum(value - half, 0), np.minimum(value + half, measure.max_score or np.inf)
    return pl.Series("value_low", low, nan_to_null=True), pl.Series("value_high", high, nan_to_null=True)


def _errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> pl.Series:
    """The standard error of each row's value, in the value's unit, NaN where it is not known."""
    by_kind: dict[str, Callable[[pl.DataFrame, Measure, pl.DataFrame], Floats]] = {
        "share": _share_errors,
        "rate": _rate_errors,
        "count": _count_errors,
        "score": _spread_errors,
        "quantity": _spread_errors,
    }
    return pl.Series("error", by_kind[measure.kind](rows, measure, months))


def _months(history: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """The reported months of the units of today: a code from before the merger can mean another place."""
    return history.filter(
        pl.col("measure") == measure.id,
        pl.col("field") == "all",
        pl.col("period_kind") == "month",
        pl.col("state") == REPORTED,
        (pl.col("level") != "commune") | (pl.col("period_start") >= MERGER),
    )


def _share_errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    x, n = _column(rows, "numerator"), _column(rows, "denominator")
    return 100 * standard_errors(np.where(x <= n, x, np.nan), n, _column(rows, "inflation"))


def _rate_errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    x, d = _column(rows, "numerator"), _column(rows, "denominator")
    return poisson_errors(x, d, measure.per, _column(rows, "inflation"))


def _inflation(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    found = [(*key, inflation_of(part, measure)) for key, part in months.partition_by(_ALIKE, as_dict=True).items()]
    table = pl.DataFrame(found, dict.fromkeys(_ALIKE, pl.String) | {"inflation": pl.Float64}, orient="row")
    joined = rows.select(_ALIKE).join(table, on=_ALIKE, how="left", maintain_order="left")
    return _column(joined.with_columns(pl.col("inflation").fill_null(1.0)), "inflation")


def _count_errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    """On the square-root scale pure Poisson noise has standard deviation ½ whatever the count (Anscombe 1948)."""
    root = (pl.col("numerator") + 3 / 8).sqrt()
    spread = _spread(rows, months.select(*_ALIKE, "unit_code", "period_start", value=root))
    return poisson_errors(_column(rows, "numerator"), 1.0, 1.0, np.nan_to_num((2 * spread) ** 2, nan=1.0))


def _spread_errors(rows: pl.DataFrame, measure: Measure, months: pl.DataFrame) -> Floats:
    spread = _spread(rows, months.select(*_ALIKE, "unit_code", "period_start", value=measure.value()))
    days = rows.select(((pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1).cast(pl.Float64))
    return spread * np.sqrt(np.maximum(1.0, _SHORTEST_MONTH / days.to_series().to_numpy()))


def _spread(rows: pl.DataFrame, values: pl.DataFrame) -> Floats:
    """The spread of each row's unit; a unit without any month in `values` gets the median one too."""
    keys = [*_ALIKE, "unit_code"]
    silent = rows.select(*keys, "period_start", value=pl.lit(None, pl.Float64)).unique(keys)
    parts = [
        spread_errors(part).select(*map(_named, key, _ALIKE), "unit_code", "standard_error")
        for key, part in pl.concat([values, silent]).partition_by(_ALIKE, as_dict=True).items()
    ]
    empty = pl.DataFrame(schema=dict.fromkeys(keys, pl.String) | {"standard_error": pl.Float64})
    joined = rows.select(keys).join(pl.concat([empty, *parts]), on=keys, how="left", maintain_order="left")
    return _column(joined, "standard_error")


def _named(value: object, name: str) -> pl.Expr:
    return pl.lit(value, pl.String).alias(name)


def _column(frame: pl.DataFrame, name: str) -> Floats:
    return frame.get_column(name).cast(pl.Float64).fill_null(np.nan).to_numpy()


def _filled(rows: pl.DataFrame, measure: Measure, confidence: float) -> pl.DataFrame:
    """One row per ranked unit: its `row`, its interval, the ranks it could have, its band."""
    value, error, reference = (_column(rows, name) for name in ("value", "error", "reference"))
    rank, wanted = rows.get_column("rank").to_numpy(), rows.get_column("wanted").to_numpy()
    low, high = np.zeros(len(rows), np.uint32), np.zeros(len(rows), np.uint32)
    band = np.full(len(rows), "", dtype=object)
    better = _BETTER[measure.direction]
    best: Best = "low" if better == "low" else "high"
    for group in _groups(rows):
        sure = group.start + np.flatnonzero(np.isfinite(error[group]))
        if not len(sure):
            continue
        band[sure] = against(reference[group.start], value[sure], error[sure], better=better)
        if wanted[group.start]:
            first, last = rank_sets(value[sure], error[sure], confidence, best=best)
            unsure = group.stop - group.start - len(sure)
            low[sure], high[sure] = np.minimum(first, rank[sure]), np.maximum(last + unsure, rank[sure])
    return rows.select("row", "value_low", "value_high").with_columns(
        rank_low=_unless(pl.Series(low), 0),
        rank_high=_unless(pl.Series(high), 0),
        band=_unless(pl.Series(band, dtype=pl.String), ""),
    )


def _groups(rows: pl.DataFrame) -> list[slice]:
    """The stretches of rows that share a group; `rows` are sorted by it."""
    if rows.is_empty():
        return []
    group = rows.select(pl.struct(_GROUP).rle_id()).to_series().to_numpy()
    return [slice(start, end) for start, end in pairwise(np.flatnonzero(np.diff(group, prepend=-1, append=-1)))]


def _unless(column: pl.Series, empty: object) -> pl.Series:
    """The column with null where it holds `empty`."""
    return column.to_frame("x").select(pl.when(pl.col("x") != empty).then("x")).to_series()
