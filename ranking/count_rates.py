"""Counts set against what they are counted per: rates that can be ranked and told apart, such as overdue dossiers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ranking.intervals import Floats, two_sided_z

ANSCOMBE = 3 / 8


@dataclass(frozen=True)
class CountRates:
    """Rates of n units per one of their exposure, with intervals, and on the scale on which they can be ranked.

    `rates`, `low`, `high`: count / exposure and its interval. `estimates`, `standard_errors`: for
    `likely_ranks.likely_ranks`, where the errors don't depend on the estimates. All are NaN where nothing is known.
    """

    rates: Floats
    low: Floats
    high: Floats
    estimates: Floats
    standard_errors: Floats

    @property
    def middle(self) -> float:
        """The rate of the middle unit, NaN where no unit has one: the level for `bands.counts_against`."""
        known = self.rates[np.isfinite(self.rates)]
        return float(np.median(known)) if len(known) else float("nan")


def count_rates(
    count: ArrayLike, exposure: ArrayLike, dispersion: ArrayLike = 1.0, confidence: float = 0.95
) -> CountRates:
    """What counts tell of the rates behind them, counts with a variance of `dispersion` times their mean.

    `count`: of n units, 0 or more; `exposure`: what they are counted per (dossiers received, residents; 1 for a
    plain count). `dispersion`: at least 1, one number or one per unit, such as `intervals.dispersion` of the months.
    Interval: (x + φz²/2 ± z√(φ(x + φz²/4))) / exposure, the score interval. Estimate √((x + 3φ/8) / exposure) and
    error √(φ / exposure) / 2: on that scale 72 overdue dossiers have the error that 4 have, and a count of 0
    has one too. NaN where a figure is NaN or the exposure is 0.
    ValueError, naming the index, where a count or an exposure is negative or a dispersion below 1 or not known.
    Source: Barker (2002), The American Statistician 56, 85–89, for the interval; Anscombe (1948), Biometrika 35,
    246–254, for the scale.
    """
    x, e, phi = np.broadcast_arrays(*(np.atleast_1d(np.asarray(of, float)) for of in (count, exposure, dispersion)))
    _refuse(x < 0, x, "a count must not be negative")
    _refuse(e < 0, e, "an exposure must not be negative")
    _refuse(~(phi >= 1), phi, "a dispersion must be at least 1")
    z = two_sided_z(confidence)
    per = np.where(e > 0, e, np.nan)
    centre, half = x + phi * z**2 / 2, z * np.sqrt(phi * (x + phi * z**2 / 4))
    return CountRates(
        rates=x / per,
        low=np.maximum(centre - half, 0.0) / per,
        high=(centre + half) / per,
        estimates=np.sqrt((x + ANSCOMBE * phi) / per),
        standard_errors=np.where(np.isfinite(x), np.sqrt(phi / per) / 2, np.nan),
    )


def _refuse(bad: np.ndarray, found: Floats, rule: str) -> None:
    if bad.any():
        index = int(np.flatnonzero(bad)[0])
        raise ValueError(f"index {index}: {rule}, found {found.flat[index]}")
