"""How right the attacker is: its finds beside the whole tables, which it has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bench.attack.figures import DAYS, columns, long
from bench.attack.identities import System
from bench.attack.solve import Known
from ranking.measures import Measure

ALL = "withheld small figures"
FEW = "days of a few dossiers"
ELSEWHERE = "shown by another measure"
_EXACT = 0.01


@dataclass(frozen=True)
class Count:
    """Small figures of a kind, and how many of them are known exactly, within 1 and within 2."""

    small: int = 0
    exact: int = 0
    within_1: int = 0
    within_2: int = 0

    def with_more(self, other: Count) -> Count:
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def score(
    system: System, known: Known, whole: pl.DataFrame, measures: Mapping[str, Measure], basis: str, minimum: int
) -> dict[str, Count]:
    """By kind of reasoning, of the withheld figures that count 1 to `minimum` − 1 dossiers; and all of them together.

    Scores count no dossiers: of them every withheld one is taken. Figures whose truth is not within what the attacker
    says are not counted as found.
    """
    figures = system.figures
    truth = figures.values(long(whole, measures, basis))
    sizes = np.array([key in _sizes(measures, basis) for key in figures.keys])
    small = figures.withheld & np.where(sizes, (truth > 0) & (truth < minimum), False)
    small |= figures.withheld & np.array([key.startswith("score:") for key in figures.keys])
    low, high = known.low.reshape(truth.shape), known.high.reshape(truth.shape)
    how = np.array(known.how, dtype=object).reshape(truth.shape)
    right = (low <= truth + _EXACT) & (high >= truth - _EXACT)
    exact = small & right & (high - low < _EXACT)
    near = [small & right & (low >= truth - by - _EXACT) & (high <= truth + by + _EXACT) for by in (1, 2)]
    found = {ALL: Count(int(small.sum()), int(exact.sum()), *(int(part.sum()) for part in near))}
    names = np.where(how == "", "bounds and programs", how)
    for kind in sorted(set(names[near[1]].tolist())):
        here = names == kind
        parts = (part & here for part in (small, exact, *near))
        found[kind] = Count(*(int(part.sum()) for part in parts))
    told = figures.elsewhere & sizes & (truth > 0) & (truth < minimum)
    if told.any():
        found[ELSEWHERE] = Count(*(int(told.sum()),) * 4)
    days = [n for n, key in enumerate(figures.keys) if key.startswith(DAYS)]
    if days and "ended:n" in figures.keys:
        ended = truth[:, figures.keys.index("ended:n")]
        few = ((ended > 0) & (ended < minimum))[:, None] & ~np.isnan(truth[:, days])
        told = int((few & ~np.isnan(figures.known[:, days])).sum())
        found[FEW] = Count(int(few.sum()), told, told, told)
    return found


def _sizes(measures: Mapping[str, Measure], basis: str) -> set[str]:
    """The quantities by which a row of some measure is judged to be small."""
    side = {"share": "denominator", "count": "numerator"}
    return {
        named[side[measure.kind]]
        for measure in measures.values()
        if measure.kind in side and side[measure.kind] in (named := columns(measure, basis))
    }
