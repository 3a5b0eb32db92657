"""How alike the luck of months that follow each other is: what several months together leave uncertain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from ranking.intervals import ENOUGH_MONTHS, TAIL, Floats, without_common_shift

ASSUMED_BOND = 0.6
"""Where fewer than six periods tell: a judgement on the side of caution, more than most simulated measures have."""
FEWEST = 30
_CLEAR = 2.0
_STRONGEST = 0.9
_STEPS = 60
_CLOSE = 1e-3
_LEAST = 1e-9


def bond_of_values(values: pl.DataFrame) -> float:
    """The correlation, from 0 to 0.9, of the values of a unit in months that follow each other.

    `values`: one row per unit and month with `unit_code`, `period_start`, `value`. Of each month what all units share
    is removed, of each unit its mean; what that hides of the correlation is put back, as of a first-order
    autoregression. Units with fewer than six months don't count; 0.6 is assumed where fewer than 30 pairs of months
    tell, and 0 where what is seen lies within two standard errors of what independent months give.
    All units' differences are Winsorised together at 10 % on either side.
    Source: Marriott and Pope (1954), Biometrika 41, 390–402.
    """
    value = pl.col("value")
    rows = (
        without_common_shift(values.filter(value.is_not_null()))
        .with_columns(periods=pl.len().over("unit_code"))
        .filter(pl.col("periods") >= ENOUGH_MONTHS)
        .sort("unit_code", "period_start")
        .with_columns(apart=value - value.mean().over("unit_code"))
        .with_columns(follows=pl.col("unit_code") == pl.col("unit_code").shift(1))
    )
    later = np.flatnonzero(rows.get_column("follows").fill_null(False).to_numpy())
    if len(later) < FEWEST:
        return ASSUMED_BOND
    periods = rows.get_column("periods").to_numpy().astype(float)[later]
    z = winsorised(rows.get_column("apart").to_numpy())
    if not z.any():
        return 0.0
    seen = float(np.mean(z[later] * z[later - 1]) / np.mean(z**2))
    return solved(lambda bond: float(np.mean(beside(periods, bond) / (1 - of_mean(periods, bond)))) - seen, len(later))


def solved(gap: Callable[[float], float], pairs: int) -> float:
    """The correlation at which `gap`, what it makes neighbours alike by less what is seen of `pairs`, is 0."""
    return 0.0 if -gap(0.0) < _CLEAR / np.sqrt(pairs) else root(gap, _STRONGEST, _CLOSE)


def root(rising: Callable[[float], float], high: float, close: float) -> float:
    """Where a rising function is 0, from 0 to `high`: by false position, of a side that stays put half (Illinois)."""
    low, at_low, at_high = 0.0, rising(0.0), rising(high)
    if at_low >= 0 or at_high <= 0:
        return low if at_low >= 0 else high
    last, middle = "", np.inf
    for _ in range(_STEPS):
        before, middle = middle, (low * at_high - high * at_low) / (at_high - at_low)
        found = rising(middle)
        if found == 0 or abs(middle - before) < close:
            break
        if found > 0:
            high, at_high, at_low, last = middle, found, at_low / (2 if last == "high" else 1), "high"
        else:
            low, at_low, at_high, last = middle, found, at_high / (2 if last == "low" else 1), "low"
    return middle


def winsorised(z: Floats) -> Floats:
    low, high = np.quantile(z, [TAIL, 1 - TAIL])
    return np.asarray(np.clip(z, low, high))


def of_mean(periods: Floats, bond: float) -> Floats:
    """The variance of the mean of a first-order autoregression of variance 1 over so many periods."""
    count, inverse = np.unique(periods, return_inverse=True)
    found = [
        (total + 2 * float((bond ** np.arange(1, total)) @ (total - np.arange(1, total)))) / total**2
        for total in count.astype(int)
    ]
    return np.asarray(found)[inverse]


def beside(periods: Floats, bond: float) -> Floats:
    """The mean covariance of two neighbours of such an autoregression once its own mean is taken away."""
    count, inverse = np.unique(periods, return_inverse=True)
    found = []
    for total in count.astype(int):
        alike = bond ** np.abs(np.subtract.outer(np.arange(total), np.arange(total)))
        centred = alike - alike.mean(axis=0) - alike.mean(axis=1)[:, None] + alike.mean()
        found.append(float(np.diagonal(centred, 1).mean()) if total > 1 else 0.0)
    return np.asarray(found)[inverse]


def in_common(weight: pl.Expr, start: str = "at", bond: str = "bond") -> pl.Expr:
    """2 · Σ wᵢ wⱼ bond^(months between i and j) over the pairs i < j of a group whose rows follow in time.

    `weight`: of each row; `start`: the column of its first day; `bond`: from 0 to below 1. To be used in an
    aggregation; the powers are taken from the group's first month, so no pair is written out.
    """
    month = 12 * pl.col(start).dt.year().cast(pl.Float64) + pl.col(start).dt.month()
    kept = pl.max_horizontal(pl.col(bond), pl.lit(_LEAST)) ** (month - month.first())
    before = (weight / kept).cum_sum().shift(1, fill_value=0.0)
    return 2 * (weight * kept * before).sum()
