"""Time and memory of the rank sets of the whole country: 3,321 communes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from time import perf_counter

import numpy as np

from ranking.rank_sets import Kind, rank_sets

COMMUNES = 3321
KINDS: tuple[Kind, ...] = ("marginal", "simultaneous")
TINY = {"communes": 20}


def run(communes: int = COMMUNES) -> list[tuple[str, float, str]]:
    """Name, figure and unit of each measurement; the best of three runs for times."""
    return [figure for kind in KINDS for figure in _of(kind, communes)]


def _of(kind: Kind, communes: int) -> list[tuple[str, float, str]]:
    rng = np.random.default_rng(766)
    values, errors = rng.normal(94, 4, communes), rng.gamma(4, 0.3, communes)
    name = f"rank sets of {communes} communes, {kind}"

    def work() -> object:
        return rank_sets(values, errors, kind=kind)

    seconds = min(_seconds(work) for _ in range(3))
    return [(f"{name}, time", seconds, "s"), (f"{name}, peak memory", _peak_mib(work), "MiB")]


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _peak_mib(work: Callable[[], object]) -> float:
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20
