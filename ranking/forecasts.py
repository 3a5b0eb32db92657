"""What a unit's next month is likely to be from the months before it, and how well that was said in the past."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
import polars as pl

from ranking.intervals import Floats
from ranking.normal import cumulative
from ranking.rank_sets import Best
from ranking.unit_months import as_matrices

REACHES = (1, 2, 3, 6)
"""The mean of so many last months is the expected value; which of these, the past says."""
LEAST_MONTHS = 3
"""With fewer months before it nothing is expected of a month."""
_OWN_WEIGHT = 4.0
"""The spread of a unit's own errors counts as if so many errors of the whole scope stood beside them."""
_HELD = 0.95
_THIRDS = np.array([[1 / 3], [2 / 3]])
_HALVINGS = 34
"""The level of a third is found to within a billionth of the span of values, finer than `cumulative` is exact."""
SURE = 0.8
Tier = Literal["first", "middle", "last"]

SCHEMA = {
    "unit_code": pl.String,
    "expected": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "p_first": pl.Float64,
    "p_last": pl.Float64,
}


@dataclass(frozen=True)
class Score:
    """How good forecasts were: of `n`, the part whose interval held the value, the mean distance from it, and that of
    saying each time what the month before was. `told`: how many were put into a tier, `right`: how many of these were
    there."""

    n: int
    held: float
    error: float
    naive: float
    told: int
    right: int


def forecasts(months: pl.DataFrame, best: Best, least: float = 0.0, most: float | None = None) -> pl.DataFrame:
    """The month after the last one, one row per unit, sorted: `SCHEMA`; empty where nothing can be expected.

    `months`: one row per unit and whole month of one scope and one set of rules with `unit_code`, `period_start` and
    `value`. `least`, `most`: where values end. Expected is the mean of a unit's last 1, 2, 3 or 6 months, whichever was
    nearest in the past of all units together. The interval is ± the unit's own spread of past errors (drawn towards
    that of all) times the 95 % quantile of all past errors so measured, each against the spread without it: split
    conformal prediction, which needs no shape of the errors, only that the next month is like those before. Tiers: a
    normal error about the expected value, against the level above which a third of the units are expected.
    Source: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), Journal of the American Statistical Association 113,
    1094–1111 (locally weighted).
    """
    codes, values = as_matrices(months.select("unit_code", "period_start", "value"))
    return _next(codes, values, best, least, most)


def score(forecast: pl.DataFrame, actual: pl.DataFrame, best: Best) -> Score | None:
    """How good a forecast of one month was; `actual`: `unit_code`, `value` and `before`, the month before (or null).

    None where no unit has both.
    """
    both = forecast.join(actual.drop_nulls("value"), on="unit_code")
    if both.is_empty():
        return None
    value, expected = both.get_column("value"), both.get_column("expected")
    held = both.select(pl.col("value").is_between("low", "high", closed="both").mean()).item()
    naive = (both.get_column("before") - value).abs().mean()
    third = both.height // 3
    place = value.rank("max", descending=best == "high").to_numpy()
    first, last = (both.get_column(f"p_{end}").to_numpy() >= SURE for end in ("first", "last"))
    right = int((first & (place <= third)).sum() + (last & (place > both.height - third)).sum())
    error = float((expected - value).abs().mean())  # type: ignore[arg-type]
    known = float(naive) if isinstance(naive, float) else error
    return Score(both.height, float(held), error, known, int(first.sum() + last.sum()), right)


def together(scores: list[Score]) -> Score | None:
    """Several months as one, each forecast counting alike."""
    n = sum(one.n for one in scores)
    if not n:
        return None
    held, error, naive = (sum(getattr(one, name) * one.n for one in scores) / n for name in ("held", "error", "naive"))
    return Score(n, held, error, naive, sum(one.told for one in scores), sum(one.right for one in scores))


def tried(months: pl.DataFrame, best: Best, least: float = 0.0, most: float | None = None) -> Score | None:
    """How good forecasts would have been of each past month, each made from the months before it alone."""
    codes, values = as_matrices(months.select("unit_code", "period_start", "value"))
    found = []
    for month in range(LEAST_MONTHS, values.shape[1]):
        made = _next(codes, values[:, :month], best, least, most)
        actual = pl.DataFrame(
            {"unit_code": codes, "value": values[:, month], "before": values[:, month - 1]}
        ).with_columns(pl.col("value", "before").fill_nan(None))
        if (one := score(made, actual, best)) is not None:
            found.append(one)
    return together(found)


def tier(p_first: float, p_last: float) -> Tier:
    return "first" if p_first >= SURE else "last" if p_last >= SURE else "middle"


def _next(codes: list[str], values: Floats, best: Best, least: float, most: float | None) -> pl.DataFrame:
    if values.shape[1] < LEAST_MONTHS:
        return pl.DataFrame(schema=SCHEMA)
    past = {reach: _errors(values, reach) for reach in REACHES}
    known = {reach: np.abs(found[np.isfinite(found)]) for reach, found in past.items()}
    usable = [reach for reach in REACHES if len(known[reach])]
    if not usable:
        return pl.DataFrame(schema=SCHEMA)
    reach = min(usable, key=lambda one: (round(float(known[one].mean()), 12), one))
    errors = past[reach]
    expected = _mean_of_last(values, reach)
    spread, quantile = _spread(errors), _quantile(errors)
    low, high = expected - quantile * spread, expected + quantile * spread
    p_first, p_last = _thirds(expected, spread, best)
    rows = pl.DataFrame(
        {
            "unit_code": codes,
            "expected": expected,
            "low": np.clip(low, least, most),
            "high": np.clip(high, least, most),
            "p_first": p_first,
            "p_last": p_last,
        },
        schema=SCHEMA,
    )
    return rows.filter(pl.col("expected").is_not_nan())


def _mean_of_last(values: Floats, reach: int) -> Floats:
    """Of each unit the mean of its known values in the last months; NaN where there is none."""
    last = values[:, -reach:]
    have = np.isfinite(last)
    mean = np.where(have, last, 0).sum(axis=1) / np.maximum(have.sum(axis=1), 1)
    found: Floats = np.where(have.any(axis=1), mean, np.nan)
    return found


def _errors(values: Floats, reach: int) -> Floats:
    """Units × months: the value less what the months before it let expect; NaN for the first one and for gaps."""
    columns = [values[:, month] - _mean_of_last(values[:, :month], reach) for month in range(1, values.shape[1])]
    return np.column_stack(columns)


def _spread(errors: Floats, without: Floats | None = None) -> Floats:
    """The spread of each unit's errors, drawn towards that of all; `without`: each error's own square, left out."""
    have = np.isfinite(errors)
    squares = np.where(have, errors, 0) ** 2
    common = float(squares.sum() / max(1, have.sum())) or 1e-12
    total, n = squares.sum(axis=1), have.sum(axis=1)
    if without is not None:
        left: Floats = np.sqrt((_OWN_WEIGHT * common + total[:, None] - without) / (_OWN_WEIGHT + n - 1)[:, None])
        return left
    spread: Floats = np.sqrt((_OWN_WEIGHT * common + total) / (_OWN_WEIGHT + n))
    return spread


def _quantile(errors: Floats) -> float:
    have = np.isfinite(errors)
    squares = np.where(have, errors, 0) ** 2
    measured = np.sort((np.sqrt(squares) / _spread(errors, squares))[have])
    return float(measured[min(len(measured), ceil(_HELD * (len(measured) + 1))) - 1])


def _thirds(expected: Floats, spread: Floats, best: Best) -> tuple[Floats, Floats]:
    """The chance of each unit to be among the first and the last third of those with an expected value."""
    have = np.isfinite(expected)
    sign = 1.0 if best == "high" else -1.0
    mean, deviation = sign * expected[have], spread[have]
    low, high = (np.full((2, 1), end) for end in ((mean - 9 * deviation).min(), (mean + 9 * deviation).max()))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = cumulative((mean - middle) / deviation).mean(axis=1, keepdims=True) > _THIRDS
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    chances = np.full((2, len(expected)), np.nan)
    chances[:, have] = cumulative((mean - low) / deviation)
    return chances[0], 1 - chances[1]
