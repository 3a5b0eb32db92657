"""Planted practices: which communes did what from which month on, and what that does to their rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.simulation.calibration import PROVINCES, Calibration
from etl.simulation.dossiers.settings import Settings
from etl.simulation.draws import stream
from etl.simulation.months import Months
from etl.simulation.world import Units

KINDS = ("late", "offline", "days", "saturday")
"""What a practice can change, each by a factor."""


@dataclass(frozen=True)
class Practices:
    """Rows of `planted`: `practice`, `unit_code`, `since` (a day) and a factor for each of KINDS.

    `factors`: by kind, units × months of the era.
    """

    planted: pl.DataFrame
    factors: dict[str, np.ndarray]


def practices(units: Units, months: Months, settings: Settings, calibration: Calibration) -> Practices:
    """The practices of all provinces: each commune does one at most."""
    rng = stream(calibration, "practices")
    factors = {kind: np.ones(units.shape) for kind in KINDS}
    first, last = (int(np.flatnonzero(units.months == months.position(m))[0]) for m in settings["practice_months"])
    rows = []
    for home in range(PROVINCES):
        communes = rng.permutation(np.flatnonzero((units.home == home) & ~units.office))
        for name, practice in settings["practices"].items():
            chosen, communes = communes[: practice["units"]], communes[practice["units"] :]
            for unit in np.sort(chosen):
                month = int(rng.integers(first, last + 1))
                effect = {kind: float(practice.get(kind, 1.0)) for kind in KINDS}
                for kind, factor in effect.items():
                    factors[kind][unit, month:] = factor
                since = months.periods[units.months[month]].start
                rows.append({"practice": name, "unit_code": units.codes[unit], "since": since, **effect})
    return Practices(pl.DataFrame(rows, schema=_SCHEMA), factors)


_SCHEMA = {"practice": pl.String, "unit_code": pl.String, "since": pl.Date, **dict.fromkeys(KINDS, pl.Float64)}
