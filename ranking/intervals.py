"""How sure a single value is: intervals and standard errors of shares, rates, counts and scores."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ENOUGH_MONTHS = 6
MANY_UNITS = 30
_NORMAL = NormalDist()
_Z = _NORMAL.inv_cdf(0.975)
TAIL = 0.1


def wilson(numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The Wilson score interval of each share, as two arrays (low, high) of proportions from 0 to 1.

    `numerator` and `denominator`: counts of the same shape, NaN allowed. Where the denominator is 0
    or either is NaN, both limits are NaN. ValueError, naming the index, where a numerator is negative
    or larger than its denominator, and where `confidence` is not between 0 and 1.
    Source: Wilson (1927), JASA 22, 209–212; formula as in Newcombe (1998), Statistics in Medicine 17,
    857–872, method 3.
    """
    x, n = _counts(numerator, denominator)
    z = two_sided_z(confidence)
    centre = (x + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(x * (n - x) / n + z**2 / 4)
    return np.where(x == 0, 0.0, centre - half), np.where(x == n, 1.0, centre + half)


def standard_errors(numerator: ArrayLike, denominator: ArrayLike, inflation: ArrayLike = 1.0) -> Floats:
    """Binomial standard errors of shares, as proportions, times the square root of `inflation`.

    se = √(inflation · p̃(1 − p̃) / n) at the centre of the Wilson interval, p̃ = (x + z²/2) / (n + z²)
    with z = 1.96. As p̃ is nearer to ½ than x/n is, se is never smaller than the usual √(p(1 − p) / n)
    and is not zero at 0 % or 100 %. An `inflation` (one number, or one per unit) below 1 counts as 1.
    NaN where the denominator is 0 or anything is NaN; ValueError as in `wilson`.
    Source: Agresti and Coull (1998), The American Statistician 52, 119–126, for the centre; McCullagh
    and Nelder (1989), Generalized Linear Models, section 4.5, for the inflation.
    """
    x, n = _counts(numerator, denominator)
    centre = (x + _Z**2 / 2) / (n + _Z**2)
    return np.sqrt(np.maximum(inflation, 1.0) * centre * (1 - centre) / n)


def poisson_errors(
    numerator: ArrayLike, denominator: ArrayLike, per: float = 1.0, inflation: ArrayLike = 1.0
) -> Floats:
    """Poisson standard errors of rates `per · numerator / denominator`, in the unit of the rate.

    se = per · √(inflation · (x + z²/2)) / denominator with z = 1.96: evaluated at the centre of the
    score interval, so that a count of 0 has an error too. `denominator` is what the count refers to
    (working days, residents; 1 for a plain count). An `inflation` below 1 counts as 1. NaN where the
    denominator is 0 or anything is NaN; ValueError, naming the index, where a count is negative.
    Source: as `standard_errors`; the score interval of a Poisson mean as in Barker (2002), The American
    Statistician 56, 85–89.
    """
    x, d = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    _refuse(x < 0, x, "a count must not be negative")
    _refuse(d < 0, d, "a denominator must not be negative")
    return per * np.sqrt(np.maximum(inflation, 1.0) * (x + _Z**2 / 2)) / np.where(d > 0, d, np.nan)


def dispersion(counts: pl.DataFrame, noise: Literal["binomial", "poisson"] = "binomial") -> float:
    """How many times the variance from month to month within units exceeds that of pure chance, at least 1.

    `counts`: one row per unit and month with `unit_code`, `numerator`, `denominator`; only units with
    six months or more of a denominator above 0 count. Each month is compared with its own unit's
    share (`binomial`) or rate (`poisson`) over all months, z = (x − E) / √(V(1 − n/Σn)), where the last
    factor is for the unit's level being estimated from the same months: Pearson's chi² over its degrees
    of freedom. So that a few wild months don't decide, the z are Winsorised at their 10th and 90th
    percentile, and the mean of z² is divided by what Winsorised normal z would give (0.68).
    If `counts` has the column `period_start`, the shift that all units share in a month (season, a new
    rule) is removed first, added to shares and multiplied into rates, in months with 30 units or more:
    it moves nobody's rank. What remains of trend and season within a unit counts as noise, which errs
    on the side of caution. 1.0 where no unit has six months: plain sampling error is all that is known.
    Source: Spiegelhalter (2005), Statistics in Medicine 24, 1185–1202 (Winsorised overdispersion).
    """
    z = _monthly_z(counts, noise)
    if not len(z):
        return 1.0
    low, high = np.quantile(z, [TAIL, 1 - TAIL])
    return max(1.0, float(np.mean(np.clip(z, low, high) ** 2)) / winsorised_variance(TAIL))


def spread_errors(values: pl.DataFrame) -> pl.DataFrame:
    """The standard error of a unit's monthly value, taken from how much it moves from month to month.

    `values`: one row per unit and month with `unit_code`, `value`; rows without a value don't count. If
    it has the column `period_start`, each month's median is removed first, as in `dispersion`.
    Returns one row per unit, sorted, with `unit_code` and `standard_error` in the unit of the value. A
    unit with six months or more has the larger of its own standard deviation and the median one; any
    other has the median one. (The larger: six months are few, and without it half of the units would
    seem surer than they are by chance.) Null everywhere if no unit has six months.
    Source: within-unit standard deviation as the error of one occasion, Bland and Altman (1996), BMJ
    312, 1654; bias of the median of χ²/df after Wilson and Hilferty (1931), PNAS 17, 684–688.
    """
    values = without_common_shift(values)
    months = pl.col("value").count()
    bias = (1 - 2 / (9 * (months - 1))) ** 1.5
    units = values.group_by("unit_code").agg(
        own=pl.when(months >= ENOUGH_MONTHS).then(pl.col("value").std()),
        unbiased=pl.when(months >= ENOUGH_MONTHS).then(pl.col("value").std() / bias),
    )
    error = pl.max_horizontal("own", pl.col("unbiased").median()).cast(pl.Float64)
    return units.select("unit_code", standard_error=error).sort("unit_code")


def two_sided_z(confidence: float) -> float:
    """The normal quantile z with P(|Z| ≤ z) = `confidence`; ValueError unless 0 < confidence < 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: must be between 0 and 1, found {confidence}")
    return -_NORMAL.inv_cdf((1 - confidence) / 2)


def known(estimates: ArrayLike, standard_errors: ArrayLike) -> tuple[Floats, Floats]:
    """Both as one-dimensional float arrays of one length, or ValueError naming the first bad index.

    An estimate must be finite, a standard error finite and not negative.
    """
    values, errors = np.asarray(estimates, float), np.asarray(standard_errors, float)
    if values.ndim != 1 or values.shape != errors.shape:
        raise ValueError(f"estimates {values.shape} and standard_errors {errors.shape}: must be two equal lists")
    _refuse(~np.isfinite(values), values, "an estimate must be a finite number")
    _refuse(~np.isfinite(errors) | (errors < 0), errors, "a standard error must be finite and not negative")
    return values, errors


def _counts(numerator: ArrayLike, denominator: ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    _refuse((x < 0) | (x > n), x, "a numerator must be between 0 and its denominator")
    return np.where(n > 0, x, np.nan), np.where(n > 0, n, np.nan)


def _refuse(bad: NDArray[np.bool_], found: Floats, rule: str) -> None:
    if bad.any():
        index = int(np.flatnonzero(bad)[0])
        raise ValueError(f"index {index}: {rule}, found {found.flat[index]}")


def _monthly_z(counts: pl.DataFrame, noise: Literal["binomial", "poisson"]) -> Floats:
    x, n, level = pl.col("numerator"), pl.col("denominator"), pl.col("level")
    months = (
        counts.filter(n > 0, x.is_not_null())
        .filter(pl.len().over("unit_code") >= ENOUGH_MONTHS)
        .with_columns(level=(x.sum() / n.sum()).over("unit_code"), part=n / n.sum().over("unit_code"))
    )
    if "period_start" in counts.columns:
        months = months.with_columns(level=_shifted_level(noise))
    variance = n * level * (1 - level) if noise == "binomial" else n * level
    z = (x - n * level) / (variance * (1 - pl.col("part"))).sqrt()
    return months.filter(variance > 0).select(z).to_series().to_numpy()


def _shifted_level(noise: Literal["binomial", "poisson"]) -> pl.Expr:
    """The unit's level moved by what all units share in the month, where there are many of them."""
    x, n, level = pl.col("numerator"), pl.col("denominator"), pl.col("level")
    if noise == "binomial":
        shifted = (level + ((x - n * level).sum() / n.sum()).over("period_start")).clip(0, 1)
    else:
        shifted = level * (x.sum() / (n * level).sum()).over("period_start")
    return pl.when(pl.len().over("period_start") >= MANY_UNITS).then(shifted).otherwise(level)


def without_common_shift(values: pl.DataFrame) -> pl.DataFrame:
    """The values less each month's median, where many units have the month; all of them as they are without months."""
    if "period_start" not in values.columns:
        return values
    value = pl.col("value")
    many = value.count().over("period_start") >= MANY_UNITS
    shift = value.median().over("period_start")
    return values.with_columns(value=value - pl.when(many).then(shift).otherwise(value.median()))


def winsorised_variance(tail: float) -> float:
    """The variance of a standard normal cut at its `tail` and 1 − `tail` quantiles."""
    cut = _NORMAL.inv_cdf(1 - tail)
    return 1 - 2 * tail - 2 * cut * _NORMAL.pdf(cut) + 2 * tail * cut**2
