"""Chance: streams of random numbers, and the few shapes that the figures are drawn from."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from etl.simulation.calibration import Calibration


def stream(calibration: Calibration, *names: str) -> np.random.Generator:
    """A stream of its own for each purpose, so that a new purpose leaves the others' draws alone."""
    return np.random.default_rng([calibration["seed"], crc32(" ".join(names).encode())])


def with_memory(rng: np.random.Generator, shape: tuple[int, int], spread: float, memory: float) -> np.ndarray:
    """Stationary AR(1) along the months, with standard deviation `spread`."""
    values = rng.standard_normal(shape)
    for month in range(1, shape[1]):
        values[:, month] = memory * values[:, month - 1] + np.sqrt(1 - memory**2) * values[:, month]
    return spread * values


def mixed(known: np.ndarray, fresh: np.ndarray, correlation: float) -> np.ndarray:
    """Standard normal with the given correlation to `known`."""
    return correlation * known + np.sqrt(1 - correlation**2) * fresh


def standardised(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Mean 0 and variance 1 within each group."""
    count = np.maximum(np.bincount(group), 1)
    centred = values - (np.bincount(group, weights=values) / count)[group]
    return centred / np.sqrt(np.bincount(group, weights=centred**2) / count)[group]


def shared_out(rng: np.random.Generator, total: np.ndarray, caps: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Parts of `total` along the first axis by weight, none above its cap (total ≤ sum of caps)."""
    left, room, weight = total.copy(), caps.sum(axis=0), weights.sum(axis=0)
    parts = np.empty(caps.shape, total.dtype)
    for number in range(len(caps)):
        chance = np.divide(weights[number], weight, out=np.zeros(np.shape(weight)), where=weight > 0)
        room = room - caps[number]
        drawn = rng.binomial(left, np.clip(chance, 0, 1))
        parts[number] = np.clip(drawn, left - room, caps[number])
        left, weight = left - parts[number], weight - weights[number]
    return parts


def share_of(logit: np.ndarray) -> np.ndarray:
    """The share, 0 to 1, whose logit is given."""
    return 1 / (1 + np.exp(-logit))


def logit_of(share: np.ndarray) -> np.ndarray:
    """log(p / (1 - p))."""
    return np.log(share / (1 - share))
