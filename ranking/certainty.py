"""Fills in how sure the standings are: the ranks a unit could have, and its band against the level."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl

from ranking import beta_binomial
from ranking.bands import ABOVE, ALIKE, BELOW, Better, against, cautious, discoveries
from ranking.count_rates import ANSCOMBE, count_rates
from ranking.dispersions import ALIKE as COMMON
from ranking.dispersions import dispersions, months
from ranking.intervals import Floats, two_sided_z, wilson
from ranking.measures import Measure
from ranking.overdispersion import ASSUMED
from ranking.rank_sets import best_of, rank_sets
from ranking.value_errors import column, inflation, value_errors
from ranking.vocabulary import COUNTRY, PERIOD_COLUMNS

GROUP = ["level", *PERIOD_COLUMNS, "series", "basis", "scope"]
_CELL = ["unit_code", *PERIOD_COLUMNS, *COMMON]
_FILLED = {
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "rank_low": pl.UInt32,
    "rank_high": pl.UInt32,
    "band": pl.String,
    "rho": pl.Float64,
    "known": pl.String,
    "bond": pl.Float64,
}
_FOUND = ("rho", "known", "bond")
BETTER: dict[str, Better] = {"higher": "high", "lower": "low", "neutral": "neutral"}


def with_certainty(
    standings: pl.DataFrame,
    measurements: pl.DataFrame,
    measure: Measure,
    history: pl.DataFrame,
    *,
    confidence: float = 0.95,
    country_periods: int | None = None,
    errors: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The `standings` of one measure with intervals, rank_low, rank_high, band, rho, known and bond, in the same order.

    `standings`: rows of `tables.Standings`; `measurements`: the rows of `tables.Measurements` they were
    made from; `history`: the measure's rows of any units and periods, from which the noise from period to
    period is taken, apart for each level, series and basis (`dispersions`). Rows of another measure, of single
    fields, of derived figures and of communes before the merger are left out of it.

    The standard error depends on the measure's kind. Share: binomial times √(1 + (n − 1)ρ), with `rho` of
    `overdispersion.overdispersion`. Rate: Poisson times the spread of all units from month to month; count: Poisson
    times the unit's own on the square-root scale; both without six months times √(1 + xρ), ρ the assumed one of the
    measure. Score and quantity: the spread from month to month, for stretches under 28 days times √(28 / days);
    without six months not known. `known` says of each row with an error where it comes from: measured (from six
    periods), pairs (from fewer, a lower bound), assumed.
    value_low and value_high are the interval of the value itself: for shares Wilson's, with the counts
    divided by 1 + (n − 1)ρ; otherwise value ± z times the error, within 0 and the maximum score.
    Where the error is not known, as where a numerator exceeds its denominator, all of them stay
    null, and the others of the group treat that unit as one that could stand anywhere. Units without a
    rank stay null as well.

    rank_low ≤ rank ≤ rank_high always: rank sets (`rank_sets.rank_sets`, marginal) hold the point rank
    by construction, and are widened to it where rounding should break a tie. The band compares with the middle
    unit, the median value of the ranked units of the group: shares by `bands.shares_against` with the ρ of
    `bands.cautious` (to within a hundredth of a p-value), counts on the scale of their root, others by
    `bands.against`. `country_periods`: rank sets of communes across the whole country only for that many latest
    periods of each kind and basis (None: all of them); bands are filled in for all. `errors`: what `with_errors`
    gives of the same, where it is known already.
    """
    rows = with_errors(standings, measurements, measure, history) if errors is None else errors
    rows = rows.with_columns(wanted=_wanted(country_periods)).with_columns(*_interval(rows, measure, confidence))
    filled = _filled(rows.filter(pl.col("rank").is_not_null()), measure, confidence)
    numbered = standings.drop(_FILLED, strict=False).with_row_index("row")
    columns = [*standings.columns, *(name for name in _FILLED if name not in standings.columns)]
    return numbered.join(filled, on="row", how="left", maintain_order="left").select(columns)


def with_errors(
    standings: pl.DataFrame,
    measurements: pl.DataFrame,
    measure: Measure,
    history: pl.DataFrame,
    beside: Sequence[pl.Expr] = (),
    given: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The standings, group after group, with place (`row`), figures, `rho`, `known`, `bond`, `inflation`, `error`.

    Arguments as of `with_certainty`; where all ranked rows say how their error is `known` and how alike months are
    (`bond`), that stands and the history is not asked for it. `beside`: what else of the measurements to keep.
    `inflation`: how many times the variance exceeds that of pure chance; `error`: the standard error of the value in
    its unit, NaN where not known. `given`: errors of scores by their counts (`score_certainty.given_errors`), for where
    no months tell.
    """
    whole = months(history, measure)
    rows = _sorted(standings, measurements, measure, beside)
    unknown = pl.any_horizontal(pl.col("known", "bond").is_null())
    if rows.filter(pl.col("rank").is_not_null() & unknown).height:
        found = dispersions(history, measure).rename({name: f"found_{name}" for name in _FOUND})
        rows = rows.join(found, on=COMMON, how="left", maintain_order="left")
        rows = rows.with_columns(pl.coalesce(name, f"found_{name}").alias(name) for name in _FOUND)
    assumed = pl.lit(measure.assumed_rho.value if measure.kind == "share" else None, pl.Float64)
    rows = rows.with_columns(pl.col("rho").fill_null(assumed), pl.col("known").fill_null(ASSUMED))
    rows = rows.with_columns(inflation=pl.Series(inflation(rows, measure, whole)))
    rows = rows.with_columns(error=value_errors(rows, measure, whole))
    return rows if given is None or measure.kind != "score" else _with_given(rows, measure, given)


def _with_given(rows: pl.DataFrame, measure: Measure, given: pl.DataFrame) -> pl.DataFrame:
    """The rows with the errors that follow from counts, where no months tell."""
    own = given.filter(pl.col("measure") == measure.id).drop("measure")
    found = rows.join(own, on=_CELL, how="left", maintain_order="left")
    unknown = pl.col("error").is_nan() & pl.col("given_error").is_not_null()
    return found.with_columns(
        error=pl.when(unknown).then("given_error").otherwise("error"),
        known=pl.when(unknown).then("given_known").otherwise("known"),
    ).drop("given_error", "given_known")


def _sorted(
    standings: pl.DataFrame, measurements: pl.DataFrame, measure: Measure, beside: Sequence[pl.Expr]
) -> pl.DataFrame:
    """The standings with their figures, group after group."""
    own = measurements.filter(pl.col("measure") == measure.id, pl.col("field") == "all")
    figures = own.select(*_CELL, "numerator", "denominator", *beside)
    missing = [pl.lit(None, _FILLED[name]).alias(name) for name in _FOUND if name not in standings.columns]
    rows = standings.with_columns(missing).select(*_CELL, "scope", "value", "rank", *_FOUND).with_row_index("row")
    return rows.join(figures, on=_CELL, how="left").sort(*GROUP, "row")


def _wanted(country_periods: int | None) -> pl.Expr:
    if country_periods is None:
        return pl.lit(True)
    communes = (pl.col("level") == "commune") & (pl.col("scope") == COUNTRY)
    newest = pl.col("period_end").rank("dense", descending=True).over("level", "scope", "period_kind", "basis")
    return ~communes | (newest <= country_periods)


def _interval(rows: pl.DataFrame, measure: Measure, confidence: float) -> tuple[pl.Series, pl.Series]:
    if measure.kind == "share":
        x, n, phi = (column(rows, name) for name in ("numerator", "denominator", "inflation"))
        low, high = (100 * end for end in wilson(np.where(x <= n, x, np.nan) / phi, n / phi, confidence))
    else:
        value, half = column(rows, "value"), two_sided_z(confidence) * column(rows, "error")
        low, high = np.maximum(value - half, 0), np.minimum(value + half, measure.max_score or np.inf)
    return pl.Series("value_low", low, nan_to_null=True), pl.Series("value_high", high, nan_to_null=True)


def _filled(rows: pl.DataFrame, measure: Measure, confidence: float) -> pl.DataFrame:
    """One row per ranked unit: its `row`, its interval, the ranks it could have, its band, how its error is known."""
    rows = rows.with_columns(reference=pl.col("value").median().over(GROUP))
    value, error = column(rows, "value"), column(rows, "error")
    rank, wanted = rows.get_column("rank").to_numpy(), rows.get_column("wanted").to_numpy()
    low, high = np.zeros(len(rows), np.uint32), np.zeros(len(rows), np.uint32)
    best = best_of(measure.direction)
    groups = groups_of(rows)
    for group in groups:
        sure = group.start + np.flatnonzero(np.isfinite(error[group]))
        if len(sure) and wanted[group.start]:
            first, last = rank_sets(value[sure], error[sure], confidence, best=best)
            unsure = group.stop - group.start - len(sure)
            low[sure], high[sure] = np.minimum(first, rank[sure]), np.maximum(last + unsure, rank[sure])
    sure_rows = pl.Series(np.isfinite(error))
    return rows.select("row", "value_low", "value_high").with_columns(
        rank_low=_unless(pl.Series(low), 0),
        rank_high=_unless(pl.Series(high), 0),
        band=_unless(pl.Series(_bands(rows, groups, measure), dtype=pl.String), ""),
        rho=rows.get_column("rho"),
        **{name: rows.select(pl.when(pl.lit(sure_rows)).then(name)).to_series() for name in ("known", "bond")},
    )


def _bands(rows: pl.DataFrame, groups: list[slice], measure: Measure) -> np.ndarray:
    """The band of each row of `groups`, empty where its error is not known."""
    value, error, reference = (column(rows, name) for name in ("value", "error", "reference"))
    band = np.full(len(rows), "", dtype=object)
    p = _share_p(rows, reference) if measure.kind == "share" else None
    phi = column(rows, "inflation")
    for group in groups:
        sure = group.start + np.flatnonzero(np.isfinite(error[group]))
        if not len(sure):
            continue
        better = BETTER[measure.direction]
        if measure.kind == "count":
            band[sure] = _counts_against(reference[group.start], value[sure], phi[sure], better)
        elif p is None:
            band[sure] = against(reference[group.start], value[sure], error[sure], better=better)
        else:
            good, bad = (BELOW, ABOVE) if better == "low" else (ABOVE, BELOW)
            side = np.where(value[sure] > reference[group.start], good, bad)
            band[sure] = np.where(discoveries(p[sure]), side, ALIKE)
    return band


def _counts_against(level: float, counts: Floats, phi: Floats, better: Better) -> np.ndarray:
    """On the scale of the root, where the error of a large count is that of a small one: so 72 is told from 4."""
    found = count_rates(counts, 1.0, phi)
    return against(0.0, found.estimates - np.sqrt(level + ANSCOMBE * phi), found.standard_errors, better=better)


def _share_p(rows: pl.DataFrame, reference: Floats) -> Floats:
    x, n, rho = (column(rows, name) for name in ("numerator", "denominator", "rho"))
    sound = (n > 0) & (x >= 0) & (x <= n)
    level, x, n, rho = (of[sound] for of in (reference / 100, np.round(x), np.round(n), rho))
    p = np.ones(len(rows))
    p[sound] = beta_binomial.midp(level, x, n, cautious(rho, level, x / n), quick=True)
    return p


def groups_of(rows: pl.DataFrame) -> list[slice]:
    """The stretches of rows that share a group; `rows` are sorted by it."""
    if rows.is_empty():
        return []
    group = rows.select(pl.struct(GROUP).rle_id()).to_series().to_numpy()
    return [slice(start, end) for start, end in pairwise(np.flatnonzero(np.diff(group, prepend=-1, append=-1)))]


def _unless(column: pl.Series, empty: object) -> pl.Series:
    """The column with null where it holds `empty`."""
    return column.to_frame("x").select(pl.when(pl.col("x") != empty).then("x")).to_series()
