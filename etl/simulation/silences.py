"""Who reports nothing, and when."""

from __future__ import annotations

import numpy as np

from etl.simulation.calibration import Calibration, province_position
from etl.simulation.draws import stream
from etl.simulation.months import Months
from etl.simulation.oddities import Oddity
from etl.simulation.world import Units


def silence(units: Units, basis: str, months: Months, calibration: Calibration, oddities: list[Oddity]) -> np.ndarray:
    """Units × months without a report: spells of some months, whole provinces; never an oddity in a spell."""
    settings = calibration["silence"]
    rng = stream(calibration, "silence", basis, units.era)
    silent = _spells(rng, units.shape, settings["not_reported"], settings["mean_months"])
    silent[[oddity.row for oddity in oddities]] = False
    for spell in settings["provinces"]:
        month = units.months == months.position(spell["month"])
        silent[(units.home == province_position(calibration, spell["province"]))[:, None] & month] = True
    return silent


def _spells(rng: np.random.Generator, shape: tuple[int, int], share: float, mean_months: float) -> np.ndarray:
    """Silences of geometric length that come to about `share` of all months."""
    starts = rng.random(shape) < share / mean_months
    lasts = np.where(starts, rng.geometric(1 / mean_months, shape), 0)
    silent = np.zeros(shape, bool)
    for later in range(min(lasts.max(), shape[1])):
        silent[:, later:] |= lasts[:, : shape[1] - later] > later
    return silent
