"""Communes of a made-up province: how many dossiers each has, its true share, and what a period shows of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

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


def by_size(values: NDArray[np.generic], size: Floats) -> Floats:
    """The mean of `values` in each fifth of the units, from the smallest to the largest."""
    order = np.argsort(size, kind="stable")
    return np.array([values[fifth].mean() for fifth in np.array_split(order, FIFTHS)])
