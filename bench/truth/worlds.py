"""Communes of a made-up province: how many dossiers each has, its true share, and what a period shows of it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Luck = Literal["beta", "logit", "normal"]

SEED = 766
UNITS = 161
FIFTHS = 5


def sizes(rng: np.random.Generator, units: int = UNITS) -> Floats:
    """Dossiers of a month: log-normal about 270, with σ 0.6, at least 30."""
    return np.maximum(30.0, np.round(np.exp(rng.normal(np.log(270), 0.6, units))))


def shares(rng: np.random.Generator, units: int = UNITS, spread: float = 0.025) -> Floats:
    """True shares: normal about 94 %, cut at 70 and 99.5 %."""
    return np.clip(rng.normal(0.94, spread, units), 0.70, 0.995)


def counts(rng: np.random.Generator, share: Floats, size: Floats, rho: float | Floats) -> Floats:
    """How many of `size` dossiers are on time: binomial for ρ = 0, else beta-binomial."""
    rho = np.broadcast_to(rho, size.shape)
    more = np.where(rho > 0, 1 / np.where(rho > 0, rho, 1) - 1, 1.0)
    level = np.where(rho > 0, rng.beta(share * more, (1 - share) * more), share)
    return rng.binomial(size.astype(int), level).astype(float)


def months(
    rng: np.random.Generator,
    share: Floats,
    size: Floats,
    number: int,
    rho: float,
    bond: float = 0.0,
    luck: Luck = "beta",
) -> Floats:
    """Counts of so many months (rows), each with ρ; `bond`: how alike a month's level is to that of the next one.

    `luck`, the shape of a month's level about p. "beta": a unit keeps its level with the probability `bond`, else it
    draws a new one from the beta distribution, so that levels are correlated as in a first-order autoregression. Of
    the others u is a normal autoregression: "logit" has log-odds of p moved by u √(ρ / (p(1 − p))), "normal" has
    p + √(ρ p(1 − p)) · u, cut at 0 and 1, whose upper tail is longer than that of any luck that knows of 100 %.
    """
    more = 1 / rho - 1 if rho else 1.0
    odds = np.sqrt(rho / (share * (1 - share)))

    def level(u: Floats) -> Floats:
        if luck == "normal":
            return np.clip(share + np.sqrt(rho * share * (1 - share)) * u, 0, 1)
        moved = np.log(share / (1 - share)) + odds * u - (1 - 2 * share) * odds**2 / 2
        return np.asarray(1 / (1 + np.exp(-moved)))

    def fresh() -> Floats:
        if luck != "beta":
            return rng.normal(size=share.shape)
        return rng.beta(share * more, (1 - share) * more) if rho else share

    state, found = fresh(), []
    for _ in range(number):
        found.append(rng.binomial(size.astype(int), state if luck == "beta" else level(state)).astype(float))
        if luck == "beta":
            state = np.where(rng.random(size.shape) < bond, state, fresh())
        else:
            state = bond * state + np.sqrt(1 - bond**2) * fresh()
    return np.array(found)


def by_size(values: NDArray[np.generic], size: Floats) -> Floats:
    """The mean of `values` in each fifth of the units, from the smallest to the largest."""
    order = np.argsort(size, kind="stable")
    return np.array([values[fifth].mean() for fifth in np.array_split(order, FIFTHS)])
