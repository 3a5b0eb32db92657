"""How often intervals of shares hold the true one, and how often a share is called different that is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from bench.truth import worlds
from bench.truth.worlds import SEED, UNITS, Floats, Luck
from ranking.bands import ALIKE, cautious, shares_against
from ranking.intervals import wilson
from ranking.overdispersion import Overdispersion, overdispersion

_MONTHS = 14
_ASSUMED = 0.01
_ALIKE_PART = 0.9


@dataclass(frozen=True)
class World:
    """`rho` of a month, how alike the next one is, the spread of true shares, the part at 94 %, the shape of luck."""

    rho: float
    bond: float = 0.0
    spread: float = 0.025
    alike: float = 0.0
    luck: Luck = "beta"


WORLDS = {
    "binomial": World(0.0),
    "beta-binomial 0.004": World(0.004),
    "beta-binomial 0.01": World(0.01),
    "AR 0.6": World(0.004, bond=0.6),
    "AR 0.6, logit luck": World(0.004, bond=0.6, luck="logit"),
    "AR 0.6, normal luck": World(0.004, bond=0.6, luck="normal"),
    "all equal": World(0.004, spread=0.0),
}


@dataclass(frozen=True)
class Told:
    """The estimated ρ, the part of intervals that hold the truth by fifth of size, and the part of false bands."""

    rho: float
    cover_by_size: Floats
    false: float
    called: float


def told(world: World, draws: int) -> Told:
    """161 communes over 14 months; intervals and bands are those of the last month, against the true 94 % or median."""
    rng = np.random.default_rng(SEED)
    rhos, covers, false, called = [], [], [], []
    for _ in range(draws):
        share, size = worlds.shares(rng, spread=world.spread), worlds.sizes(rng)
        share = np.where(rng.random(UNITS) < world.alike, 0.94, share)
        on_time = worlds.months(rng, share, size, _MONTHS, world.rho, world.bond, world.luck)
        known = measured(on_time, size)
        phi = known.inflation(size)
        low, high = wilson(on_time[-1] / phi, size / phi)
        covers.append(worlds.by_size((low <= share) & (share <= high), size))
        rhos.append(known.rho)
        level = 0.94 if world.alike else float(np.median(on_time[-1] / size))
        rho = cautious(known.rho, level, on_time[-1] / size)
        bands = shares_against(level, on_time[-1], size, rho) != ALIKE
        wrong = bands & (share == 0.94)
        false.append(wrong.sum() / max(1, bands.sum()))
        called.append(bands.mean())
    return Told(float(np.mean(rhos)), np.mean(covers, axis=0), float(np.mean(false)), float(np.mean(called)))


def measured(on_time: Floats, size: Floats) -> Overdispersion:
    """ρ of months (rows) of units (columns)."""
    months, units = on_time.shape
    starts = [date(2025 + month // 12, month % 12 + 1, 1) for month in range(months)]
    return overdispersion(
        pl.DataFrame(
            {
                "unit_code": np.tile([f"{unit:05d}" for unit in range(units)], months),
                "period_start": np.repeat(np.array(starts, "datetime64[D]"), units),
                "numerator": on_time.ravel(),
                "denominator": np.tile(size, months),
            }
        ).with_columns(period_end=pl.col("period_start").dt.month_end()),
        _ASSUMED,
    )


def figures(draws: int) -> list[tuple[str, float, str]]:
    """Cover in the least and most covered fifth of size in each world, and false bands with nine tenths at 94 %.

    Few units are called at all in one month, so false bands are of three times as many draws.
    """
    found = []
    for name, world in WORLDS.items():
        here = told(world, draws)
        found += [
            (f"shares, {name}: least cover of a fifth of size", 100 * float(here.cover_by_size.min()), "%"),
            (f"shares, {name}: most cover of a fifth of size", 100 * float(here.cover_by_size.max()), "%"),
            (f"shares, {name}: estimated rho, per mille", 1000 * here.rho, "‰"),
        ]
        null = told(replace(world, spread=0.025, alike=_ALIKE_PART), 3 * draws)
        found.append((f"bands, {name}, 90 % at the level: false", 100 * null.false, "% of calls"))
    return found
