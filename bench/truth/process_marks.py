"""How often a month is marked in which nothing happened, by the p′ chart of counts and by the XmR chart of shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.truth import worlds
from bench.truth.worlds import SEED, Floats
from ranking.process_limits import Mark, Shares, p_prime_marks, xmr_marks

_MONTHS = 15
_CHARTS_PER_DRAW = 20
_SPECIAL: tuple[Mark, ...] = ("improvement", "concern", "neither")


@dataclass(frozen=True)
class Process:
    """A commune of which nothing changes: dossiers a month, its share, ρ of a month, the spread of log dossiers."""

    dossiers: float
    share: float
    rho: float = 0.0
    spread: float = 0.0


PROCESSES = {
    "35 dossiers at 97 %": Process(35, 0.97),
    "35 dossiers at 99.5 %": Process(35, 0.995),
    "35 dossiers at 90 %": Process(35, 0.90),
    "270 dossiers at 94 %": Process(270, 0.94),
    "270 dossiers at 99.5 %": Process(270, 0.995),
    "about 35 dossiers at 97 %": Process(35, 0.97, spread=0.4),
    "270 dossiers at 94 %, rho 0.004": Process(270, 0.94, rho=0.004),
}


@dataclass(frozen=True)
class Marked:
    """The part of charts of which the last month is marked: by p′ on counts, by XmR on the shares alone."""

    p_prime: float
    xmr: float


def marked(process: Process, draws: int) -> Marked:
    """Fifteen months of one process, twenty charts a draw: any mark on the last of them is a false one."""
    rng = np.random.default_rng(SEED)
    shape = (draws * _CHARTS_PER_DRAW, _MONTHS)
    size = np.maximum(1.0, np.round(process.dossiers * np.exp(rng.normal(0, process.spread, shape))))
    on_time = worlds.counts(rng, np.full(shape, process.share), size, process.rho)
    rows = [Shares.of(x, n) for x, n in zip(on_time.tolist(), size.tolist(), strict=True)]
    return Marked(_part(p_prime_marks(rows)), _part(xmr_marks((100 * on_time / size).tolist())))


def noticed(before: Process, after: float, months: int, draws: int) -> float:
    """The part of charts that mark any of the last so many months, in which the share became `after`."""
    rng = np.random.default_rng(SEED)
    shape = (draws * _CHARTS_PER_DRAW, _MONTHS)
    share: Floats = np.full(shape, before.share)
    share[:, -months:] = after
    size = np.full(shape, before.dossiers)
    on_time = worlds.counts(rng, share, size, before.rho)
    found = p_prime_marks([Shares.of(x, n) for x, n in zip(on_time.tolist(), size.tolist(), strict=True)])
    return float(np.mean([any(mark in _SPECIAL for mark in marks[-months:]) for marks in found]))


def figures(draws: int) -> list[tuple[str, float, str]]:
    """False marks of each process, and how often a fall or a rise that lasts is noticed."""
    found = []
    for name, process in PROCESSES.items():
        here = marked(process, draws)
        found += [
            (f"marks, {name}: false on the last month", 100 * here.p_prime, "%"),
            (f"marks, {name}: false on the last month by XmR", 100 * here.xmr, "%"),
        ]
    fall = noticed(PROCESSES["35 dossiers at 97 %"], 0.85, 3, draws)
    rise = noticed(PROCESSES["35 dossiers at 90 %"], 0.98, 5, draws)
    return [
        *found,
        ("marks, 35 dossiers: three months at 85 after 97 % are noticed", 100 * fall, "%"),
        ("marks, 35 dossiers: five months at 98 after 90 % are noticed", 100 * rise, "%"),
    ]


def _part(marks: list[tuple[Mark, ...]]) -> float:
    return float(np.mean([of_unit[-1] in _SPECIAL for of_unit in marks]))
