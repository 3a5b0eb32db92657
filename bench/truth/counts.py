"""How often intervals of rates hold the true one, how often counts are called different that are not, and ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.truth import worlds
from bench.truth.worlds import SEED, UNITS
from ranking.bands import ALIKE, counts_against
from ranking.count_rates import count_rates
from ranking.likely_ranks import likely_ranks

_LEVEL = 0.03
_ALIKE_PART = 0.9


@dataclass(frozen=True)
class World:
    """The variance of a count as a multiple of its mean, how far true rates differ (σ of their logarithm)."""

    dispersion: float
    spread: float = 0.8


WORLDS = {
    "Poisson": World(1.0),
    "variance 3 times the mean": World(3.0),
    "variance 8 times the mean": World(8.0),
}


@dataclass(frozen=True)
class Told:
    """Parts: of intervals and rank ranges that hold the truth, of false bands (90 % at the level), of units called."""

    cover: float
    rank_cover: float
    width: float
    false: float
    called: float


def told(world: World, draws: int) -> Told:
    """161 communes with three months' dossiers received, of which about 3 % are open and overdue."""
    rng = np.random.default_rng(SEED)
    cover, rank_cover, width, false, called = [], [], [], [], []
    for _ in range(draws):
        received = 3 * worlds.sizes(rng)
        rate = _LEVEL * np.exp(rng.normal(0, world.spread, UNITS))
        count = drawn(rng, rate * received, world.dispersion)
        found = count_rates(count, received, world.dispersion)
        cover.append(((found.low <= rate) & (rate <= found.high)).mean())
        ranks = likely_ranks(found.estimates, found.standard_errors, best="low")
        true = 1 + (rate[None, :] < rate[:, None]).sum(axis=1)
        rank_cover.append(((ranks.low <= true) & (true <= ranks.high)).mean())
        width.append((ranks.high - ranks.low + 1).mean() / UNITS)
        called.append((counts_against(found.middle, count, received, world.dispersion) != ALIKE).mean())
        at_level = rng.random(UNITS) < _ALIKE_PART
        count = drawn(rng, np.where(at_level, _LEVEL, rate) * received, world.dispersion)
        bands = counts_against(_LEVEL, count, received, world.dispersion) != ALIKE
        false.append((bands & at_level).sum() / max(1, bands.sum()))
    return Told(*(float(np.mean(of)) for of in (cover, rank_cover, width, false, called)))


def drawn(rng: np.random.Generator, mean: worlds.Floats, dispersion: float) -> worlds.Floats:
    """Counts with that mean and a variance of so many times it: Poisson, or negative binomial."""
    if dispersion == 1:
        return rng.poisson(mean).astype(float)
    return rng.poisson(rng.gamma(mean / (dispersion - 1), dispersion - 1)).astype(float)


def figures(draws: int) -> list[tuple[str, float, str]]:
    """All of these in per cent, world by world."""
    found = []
    for name, world in WORLDS.items():
        here = told(world, draws)
        found += [
            (f"counts, {name}: cover of intervals", 100 * here.cover, "%"),
            (f"counts, {name}: cover of likely ranks", 100 * here.rank_cover, "%"),
            (f"counts, {name}: mean width of likely ranks", 100 * here.width, "% of the list"),
            (f"counts, {name}: false bands, 90 % at the level", 100 * here.false, "% of calls"),
            (f"counts, {name}: called above or below the middle unit", 100 * here.called, "% of units"),
        ]
    return found
