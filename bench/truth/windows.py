"""How often twelve months together hold the true share and the true rank, where luck lasts from month to month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from bench.truth import worlds
from bench.truth.shares import WORLDS, World, measured
from bench.truth.worlds import SEED, UNITS, Floats
from ranking.ages import SETTLED_DAYS
from ranking.likely_ranks import likely_ranks
from ranking.measures import Measure
from ranking.overdispersion import Overdispersion
from ranking.windows import windows
from store.reference import measures

_MONTHS = 14
_NAMES = ("beta-binomial 0.004", "AR 0.6", "AR 0.6, logit luck", "AR 0.6, normal luck")
_Z = 1.96


@dataclass(frozen=True)
class Held:
    """Parts of units: intervals that hold the true share by fifth of size, ranges that hold the true rank, their width.

    `bond`: how alike the luck of neighbouring months was found to be; `apart`: `cover` if each month's were its own.
    """

    bond: float
    cover_by_size: Floats
    apart: float
    rank_cover: float
    width: float


def held(world: World, draws: int, months: int = 12, *, added: bool = False) -> Held:
    """161 communes over 14 months, the last of them together; `added`: as counts of forms, else as the portal's."""
    measure = measures()["on_time_share_form" if added else "on_time_share"]
    rng = np.random.default_rng(SEED)
    bonds, covers, apart, ranks, widths = [], [], [], [], []
    for _ in range(draws):
        share, size = worlds.shares(rng, spread=world.spread), worlds.sizes(rng)
        counts = worlds.months(rng, share, size, _MONTHS, world.rho, world.bond, world.luck)
        known = measured(counts, size)
        bonds.append(known.bond)
        found, alone = (_window(counts, size, known, bond, measure, months) for bond in (known.bond, 0.0))
        estimate, error = (found.get_column(name).to_numpy() for name in ("estimate", "error"))
        true = np.arcsin(np.sqrt(share))
        covers.append(worlds.by_size(np.abs(estimate - true) <= _Z * error, size))
        apart.append((np.abs(estimate - true) <= _Z * alone.get_column("error").to_numpy()).mean())
        likely = likely_ranks(estimate, error)
        first = 1 + (share[None, :] > share[:, None]).sum(axis=1)
        last = (share[None, :] >= share[:, None]).sum(axis=1)
        ranks.append(((likely.low <= last) & (likely.high >= first)).mean())
        widths.append((likely.high - likely.low + 1).mean() / UNITS)
    means = (float(np.mean(of)) for of in (apart, ranks, widths))
    return Held(float(np.mean(bonds)), np.mean(covers, axis=0), *means)


def figures(draws: int) -> list[tuple[str, float, str]]:
    """Of worlds in which months are independent, and in which they are alike."""
    found = []
    for name in _NAMES:
        here = held(WORLDS[name], draws)
        found += [
            (f"twelve months, {name}: estimated bond", here.bond, ""),
            (f"twelve months, {name}: least cover of a fifth of size", 100 * float(here.cover_by_size.min()), "%"),
            (f"twelve months, {name}: most cover of a fifth of size", 100 * float(here.cover_by_size.max()), "%"),
            (f"twelve months, {name}: cover if months were independent", 100 * here.apart, "%"),
            (f"twelve months, {name}: cover of likely ranks", 100 * here.rank_cover, "%"),
            (f"twelve months, {name}: mean width of likely ranks", 100 * here.width, "% of the list"),
        ]
    return found


def _window(
    counts: Floats, size: Floats, known: Overdispersion, bond: float, measure: Measure, months: int
) -> pl.DataFrame:
    """Estimates and errors of the units in their order, over the last so many months of `counts` (months by units)."""
    starts = pl.date_range(
        date(2025, 1, 1), date(2025 + (_MONTHS - 1) // 12, (_MONTHS - 1) % 12 + 1, 1), "1mo", eager=True
    )
    rows = pl.DataFrame(
        {
            "period_start": np.repeat(starts.to_numpy(), UNITS),
            "unit_code": np.tile([f"{unit:05d}" for unit in range(UNITS)], _MONTHS),
            "numerator": counts.ravel(),
            "denominator": np.tile(size, _MONTHS),
            "inflation": np.tile(known.inflation(size), _MONTHS),
        }
    ).with_columns(pl.col("period_start").cast(pl.Date))
    rules = {"level": "commune", "series": "-", "basis": measure.basis[0], "scope": "01", "period_kind": "month"}
    rows = rows.with_columns(
        *(pl.lit(value).alias(name) for name, value in rules.items()),
        period_end=pl.col("period_start").dt.month_end(),
        value=100 * pl.col("numerator") / pl.col("denominator"),
        rho=known.rho,
        bond=bond,
        age=SETTLED_DAYS,
    )
    group = rows.filter(period_start=starts[-1]).head(1)
    group = group.select("level", "series", "basis", "scope", "period_start", "period_end", "period_kind")
    return windows(rows, group, measure, months).sort("unit_code")
