"""How alike the dossiers of one unit are within one period: what a share's error is beyond pure chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from ranking.intervals import ENOUGH_MONTHS, MANY_UNITS, TAIL, Floats, winsorised_variance
from ranking.month_bonds import ASSUMED_BOND, FEWEST, beside, of_mean, root, solved, winsorised

Known = Literal["measured", "pairs", "assumed"]
"""Where a ρ comes from: months of the units, two periods or a few of each (a lower bound), or a stated default."""
MEASURED, PAIRS, ASSUMED = KNOWN = get_args(Known)

_PAIR = 2
_HIGHEST_RHO = 0.5


@dataclass(frozen=True)
class Overdispersion:
    """`rho` of shares, from 0 to 1, and how it is `known`: measured, pairs or assumed.

    `bond`: how alike the luck of periods that follow each other is, as a correlation; assumed unless ρ is measured.
    """

    rho: float
    known: Known
    bond: float = ASSUMED_BOND

    def inflation(self, denominator: ArrayLike) -> Floats:
        """How many times the variance of a share exceeds the binomial one, 1 + (n − 1)ρ, for each n."""
        return np.maximum(1.0, 1 + (np.asarray(denominator, float) - 1) * self.rho)


def overdispersion(periods: pl.DataFrame, assumed: float) -> Overdispersion:
    """The ρ of one measure, level, series and basis: Var(x/n) = p(1 − p)/n · (1 + (n − 1)ρ).

    `periods`: directly recorded rows with `unit_code`, `period_start`, `period_end`, `numerator`, `denominator`, of
    any lengths; of periods that overlap only those count that end first, and of these the shortest, so nothing is
    ever taken from the difference of two. Rows without dossiers, or with more in the numerator than in the
    denominator, don't count. `assumed`: the default of the measure, above 0.

    Measured where units with six periods or more give 30 values or more, else from those with two or more if these
    give as many: a lower bound, since two periods that follow each other are more alike than two of a year. Else it
    is `assumed`. Measured can be 0; a 0 is never given because nothing is known.
    ValueError unless `assumed` is above 0 and below 1.
    """
    if not 0 < assumed < 1:
        raise ValueError(f"assumed: must be above 0 and below 1, found {assumed}")
    apart = disjoint(periods.select("period_start", "period_end").unique().iter_rows())
    kept = pl.DataFrame(apart, {"period_start": pl.Date, "period_end": pl.Date}, orient="row")
    rows = periods.join(kept, on=["period_start", "period_end"])
    if (found := _within(rows, ENOUGH_MONTHS)) is not None:
        return Overdispersion(found[0], MEASURED, found[1])
    if (rho := within_units(rows, _PAIR)) is not None:
        return Overdispersion(rho, PAIRS)
    return Overdispersion(assumed, ASSUMED)


def disjoint(periods: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """As many (start, end) as can be taken of which none overlap, in time order; of two with one end the shorter."""
    found: list[tuple[date, date]] = []
    for start, end in sorted(periods, key=lambda period: (period[1], -period[0].toordinal())):
        if not found or start > found[-1][1]:
            found.append((start, end))
    return found


def within_units(counts: pl.DataFrame, fewest: int = ENOUGH_MONTHS) -> float | None:
    """ρ from how much the periods of a unit differ, 0 at least; None where fewer than 30 values tell.

    `counts`: one row per unit and period, not overlapping, with `unit_code`, `period_start`, `numerator`,
    `denominator`; units with fewer than `fewest` periods don't count. Each share is compared with that of its unit
    over all periods, moved by what all units share in the period where they are 30 or more. ρ is that at which the
    squares of the standardised differences have the mean that they should have, Winsorised at 10 % on either side as
    in `intervals.dispersion`. Where months that follow each other are alike, the unit's own level moves with them
    and hides a part of ρ: then that part is put back, by their correlation, as of a first-order autoregression.
    Far from normal, as at 94 % with a ρ of 0.05, what is found is a fifth too small.
    Source: Williams (1982), Applied Statistics 31, 144–148, for solving the moments; Spiegelhalter (2005),
    Statistics in Medicine 24, 1185–1202, for the Winsorising; Marriott and Pope (1954), Biometrika 41, 390–402, for
    what centring does to an autocorrelation.
    """
    found = _within(counts, fewest)
    return None if found is None else found[0]


def _within(counts: pl.DataFrame, fewest: int) -> tuple[float, float] | None:
    """ρ and how alike neighbouring periods are; None where too little tells."""
    rows = _compared(counts, fewest)
    if rows.height < FEWEST:
        return None
    difference, n, all_n, periods = (
        rows.get_column(name).to_numpy().astype(float) for name in ("difference", "denominator", "all", "periods")
    )
    chance = (1 - n / all_n) / n
    follows = rows.get_column("follows").to_numpy()
    bond = 0.0
    rho = _solved(difference, chance, _left(periods, bond))
    if fewest > _PAIR and rho > 0:
        bond = _bond(difference, chance, n, all_n, periods, follows, rho)
        rho = _solved(difference, chance, _left(periods, bond))
    return rho, bond


def _compared(counts: pl.DataFrame, fewest: int) -> pl.DataFrame:
    """One row per unit and period: by how many √(p(1 − p)) its share differs from the one expected."""
    x, n = pl.col("numerator").cast(pl.Float64), pl.col("denominator").cast(pl.Float64)
    rows = (
        counts.filter(n > 0, x >= 0, x <= n)
        .filter(pl.len().over("unit_code") >= fewest)
        .with_columns(all=n.sum().over("unit_code"), periods=pl.len().over("unit_code"))
        .with_columns(level=x.sum().over("unit_code") / pl.col("all"))
        .sort("unit_code", "period_start")
    )
    shift = ((x - n * pl.col("level")).sum() / n.sum()).over("period_start")
    many = pl.len().over("period_start") >= MANY_UNITS
    expected = (pl.col("level") + pl.when(many).then(shift).otherwise(0.0)).clip(0, 1)
    spread = expected * (1 - expected)
    return rows.with_columns(
        difference=(x / n - expected) / spread.sqrt(), follows=pl.col("unit_code") == pl.col("unit_code").shift(1)
    ).filter(spread > 0)


def _solved(difference: Floats, chance: Floats, left: Floats) -> float:
    """The ρ at which the Winsorised standardised differences have the variance of Winsorised normal ones."""
    return root(lambda rho: 1 - _mean_square(difference, (1 - rho) * chance + rho * left), _HIGHEST_RHO, 1e-9)


def _mean_square(difference: Floats, variance: Floats) -> float:
    return float(np.mean(winsorised(difference / np.sqrt(variance)) ** 2)) / winsorised_variance(TAIL)


def _left(periods: Floats, bond: float) -> Floats:
    """The part of ρ that is left in differences from the unit's own mean of so many periods."""
    return 1 - of_mean(periods, bond)


def _bond(
    difference: Floats, chance: Floats, n: Floats, all_n: Floats, periods: Floats, follows: np.ndarray, rho: float
) -> float:
    """How alike months are that follow each other, beyond chance: the autocorrelation that explains what is seen."""
    later = np.flatnonzero(follows)
    later = later[later > 0]
    z = winsorised(difference / np.sqrt((1 - rho) * chance + rho * _left(periods, 0.0)))
    seen = float(np.mean(z[later] * z[later - 1]) / np.mean(z**2))
    if len(later) < FEWEST:
        return 0.0

    def gap(bond: float) -> float:
        left = _left(periods, bond)
        level = _solved(difference, chance, left)
        variance = (1 - level) * chance + level * left
        together = level * beside(periods, bond) - (1 - level) / all_n
        return float(np.mean(together[later] / np.sqrt(variance[later] * variance[later - 1]))) - seen

    return solved(gap, len(later))
