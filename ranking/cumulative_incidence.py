"""How long until a dossier is done, where some are still open and others were withdrawn or refused: Aalen–Johansen."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import polars as pl

CONFIDENCE = 0.95
TENTHS = tuple(range(1, 10))
"""The tenths whose days are told."""
WITH_LIMITS = (5, 9)
"""Those that are told with limits."""
COUNTS = ("done", "left", "open")
FIGURES = (
    "n",
    *COUNTS,
    *(f"tenth_{k}" for k in TENTHS),
    *(f"{end}_{k}" for k in WITH_LIMITS for end in ("low", "high")),
)
_NEARLY = 1e-12


def incidence(
    counts: pl.DataFrame, key: Sequence[str], confidence: float = CONFIDENCE, inflation: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The share done by each day, with its limits: one row per `key` and day on which anything happened, in order.

    `counts`: one row per `key` and number of `days` (whole, from 0) with how many dossiers were `done` after so many
    days, how many `left` then (withdrawn, refused: they can no longer be done), and how many are `open` and have waited
    so long until now (censored: they are at risk on that day still). Rows of the same day need not be added up.

    Adds `at_risk`, `share` (from 0 to 1), `error` (its standard error), `low` and `high` (on the scale of
    log(−log share), so that they stay between 0 and 1; a share of 0 or 1 is its own limit). By chance alone, dossiers
    being taken to be independent, unless `inflation` has one row per `key` with the factor `inflation` on the variance
    of `low` and `high` (`batches.inflation`); `error` stays that of chance.
    Source: Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141–150; the variance is of Greenwood's
    type (Dinse and Larson 1986, Biometrika 73, 379–386), which without open dossiers is share · (1 − share) / n.
    """
    group = [*key]
    days = counts.group_by(*group, "days").agg(pl.col(COUNTS).sum().cast(pl.Float64)).sort(*group, "days")
    done, gone, n, f = pl.col("done"), pl.col("done") + pl.col("left"), pl.col("at_risk"), pl.col("share")
    rows = days.with_columns(at_risk=pl.sum_horizontal(COUNTS).cum_sum(reverse=True).over(group))
    rows = rows.with_columns(stays=(1 - gone / n).cum_prod().over(group), hazard=done / n)
    rows = rows.with_columns(before=pl.col("stays").shift(1, fill_value=1.0).over(group))
    rows = rows.with_columns(share=(pl.col("before") * pl.col("hazard")).cum_sum().over(group))
    # Where all leave at once nothing comes after, and the term of that day is nothing too.
    spread = pl.when(gone < n).then(gone / (n * (n - gone))).otherwise(0.0)
    step = pl.col("before") * pl.col("hazard") / n
    terms = {
        "a": spread,
        "b": spread * f,
        "c": spread * f * f,
        "g": pl.col("before").pow(2) * pl.col("hazard") * (1 - pl.col("hazard")) / n,
        "h": step,
        "k": step * f,
    }
    sums = rows.with_columns(term.cum_sum().over(group).alias(name) for name, term in terms.items())
    a, b, c, g, h, k = (pl.col(name) for name in terms)
    variance = (f * f * a - 2 * f * b + c + g - 2 * (f * h - k)).clip(lower_bound=0)
    told = sums.with_columns(error=variance.sqrt())
    if inflation is None:
        told = told.with_columns(inflation=pl.lit(1.0))
    else:
        told = told.join(inflation, on=group, how="left", maintain_order="left").with_columns(
            pl.col("inflation").fill_null(1.0)
        )
    return told.with_columns(**_limits(confidence)).drop("stays", "hazard", "before", "inflation", *terms)


def _limits(confidence: float) -> dict[str, pl.Expr]:
    f, z = pl.col("share"), NormalDist().inv_cdf((1 + confidence) / 2) * pl.col("inflation").sqrt()
    inside = (f > _NEARLY) & (f < 1 - _NEARLY)
    width = z * pl.col("error") / (f * f.log().abs())
    return {
        name: pl.when(inside).then(f.pow((sign * width).exp())).otherwise(f)
        for name, sign in (("low", 1), ("high", -1))
    }


def waiting(counts: pl.DataFrame, key: Sequence[str], inflation: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per `key`: `n` dossiers, how many of them were done, left and are open, and the days of each tenth.

    `tenth_5`: the least number of days by which half of all dossiers were done; null where so many never are, or are
    not yet. `low_5` and `high_5`: its 95 % limits, the least days at which the upper and the lower limit of the share
    reach a half; `high_5` is null where that is not yet known (Brookmeyer and Crowley 1982, Biometrics 38, 29–41).
    `inflation` as of `incidence`.
    """
    rows = incidence(counts, key, inflation=inflation)

    def first(of: str, tenth: int) -> pl.Expr:
        return pl.col("days").filter(pl.col(of) >= tenth / 10 - _NEARLY).first().cast(pl.Int32)

    days = {f"tenth_{k}": first("share", k) for k in TENTHS}
    limits = {f"{end}_{k}": first(of, k) for k in WITH_LIMITS for end, of in (("low", "high"), ("high", "low"))}
    counted = {name: pl.col(name).sum().cast(pl.Int64) for name in COUNTS}
    found = rows.group_by(key, maintain_order=True).agg(**counted, **days, **limits)
    return found.with_columns(n=pl.sum_horizontal(COUNTS)).select(*key, *FIGURES)
