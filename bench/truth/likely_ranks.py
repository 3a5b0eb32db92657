"""How often a likely range of ranks holds the true rank, how wide it is, and how many units are placed in a third."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from bench.truth import worlds
from bench.truth.worlds import SEED, UNITS, Floats
from ranking.intervals import standard_errors
from ranking.likely_ranks import LikelyRanks, likely_ranks
from ranking.rank_sets import rank_sets

_PHI = 1.7
_SURE = 0.8
_COMMUNES = 3321


@dataclass(frozen=True)
class Differing:
    """Shares of units unless stated: of all, and by fifth of size; `width` of the list, `sets` that of proven sets."""

    cover: float
    cover_by_size: Floats
    width: float
    sets: float
    placed: float
    wrong: float


@dataclass(frozen=True)
class Equal:
    """Shares of draws: in which nobody is placed, in which each range spans nine tenths of the list."""

    nobody: float
    wide: float


def differing(months: int, draws: int) -> Differing:
    """161 communes whose true shares differ (normal about 94 %, 2.5 points), φ 1.7, over so many months together."""
    rng = np.random.default_rng(SEED)
    held, by_size, widths, sets, placed, wrong = [], [], [], [], [], []
    for _ in range(draws):
        share, size, values, errors = _drawn(rng, months)
        found = likely_ranks(values, errors)
        true = 1 + (share[None, :] > share[:, None]).sum(axis=1)
        last = (share[None, :] >= share[:, None]).sum(axis=1)
        holds = (found.low <= last) & (found.high >= true)
        held.append(holds.mean())
        by_size.append(worlds.by_size(holds, size))
        widths.append(_widths(found.low, found.high).mean())
        sets.append(_widths(*rank_sets(values, errors)).mean())
        first, final = _placed(found)
        third = UNITS // 3
        placed.append((first | final).sum())
        wrong.append((first & (true > third)).sum() + (final & (last <= UNITS - third)).sum())
    return Differing(
        cover=float(np.mean(held)),
        cover_by_size=np.mean(by_size, axis=0),
        width=float(np.mean(widths)),
        sets=float(np.mean(sets)),
        placed=float(np.mean(placed)) / UNITS,
        wrong=float(np.sum(wrong) / max(1, np.sum(placed))),
    )


def equal(months: int, draws: int) -> Equal:
    """161 communes that are all at 94 %: whatever order they stand in is chance."""
    rng = np.random.default_rng(SEED)
    nobody, wide = [], []
    for _ in range(draws):
        _, _, values, errors = _drawn(rng, months, spread=0.0)
        found = likely_ranks(values, errors)
        nobody.append(not np.logical_or(*_placed(found)).any())
        wide.append(_widths(found.low, found.high).min() >= 0.9)
    return Equal(float(np.mean(nobody)), float(np.mean(wide)))


def figures(draws: int) -> list[tuple[str, float, str]]:
    """All of these in per cent, for one month and for twelve, and the time that the whole country takes."""
    found = []
    for months in (1, 12):
        name, world, same = f"likely ranks, {months} months", differing(months, draws), equal(months, draws)
        found += [
            (f"{name}: cover", 100 * world.cover, "%"),
            (f"{name}: cover in the worst fifth of size", 100 * float(world.cover_by_size.min()), "%"),
            (f"{name}: mean width", 100 * world.width, "% of the list"),
            (f"{name}: mean width of proven sets", 100 * world.sets, "% of the list"),
            (f"{name}: placed in a third", 100 * world.placed, "% of units"),
            (f"{name}: wrong among those placed", 100 * world.wrong, "%"),
            (f"{name}, all equal: nobody placed", 100 * same.nobody, "% of draws"),
            (f"{name}, all equal: each spans 0.9", 100 * same.wide, "% of draws"),
        ]
    return [*found, (f"likely ranks of {_COMMUNES} communes, time", 1000 * _seconds(), "ms")]


def _drawn(rng: np.random.Generator, months: int, spread: float = 0.025) -> tuple[Floats, Floats, Floats, Floats]:
    """True shares, sizes, values in per cent and their standard errors."""
    share, size = worlds.shares(rng, spread=spread), worlds.sizes(rng) * months
    on_time = worlds.counts(rng, share, size, (_PHI - 1) / (size - 1))
    return share, size, 100 * on_time / size, 100 * standard_errors(on_time, size, _PHI)


def _widths(low: np.ndarray, high: np.ndarray) -> Floats:
    return np.asarray((high - low + 1) / len(low))


def _placed(found: LikelyRanks) -> tuple[np.ndarray, np.ndarray]:
    third = len(found.expected) // 3
    return found.p_best(third) >= _SURE, found.p_worst(third) >= _SURE


def _seconds() -> float:
    """The best of three runs."""
    rng = np.random.default_rng(SEED)
    values, errors = rng.normal(94, 4, _COMMUNES), rng.gamma(4, 0.3, _COMMUNES)
    times = []
    for _ in range(3):
        start = perf_counter()
        likely_ranks(values, errors)
        times.append(perf_counter() - start)
    return min(times)
