"""How many dossiers each unit receives in each month."""

from __future__ import annotations

from typing import Any

import numpy as np

from etl.simulation.calibration import Calibration
from etl.simulation.draws import stream, with_memory
from etl.simulation.months import Months
from etl.simulation.oddities import planted, with_volumes
from etl.simulation.world import Units


def received(units: Units, months: Months, calibration: Calibration) -> np.ndarray:
    """Dossiers of each unit and month; now and then none in the tiniest communes."""
    volume, silence = calibration["volume"], calibration["silence"]
    rng = stream(calibration, "received", units.era)
    expected = units.size[:, None] * _season(months, volume)[units.months]
    expected = expected * np.exp(with_memory(rng, units.shape, volume["month_spread"], volume["month_memory"]))
    oddities = planted(units, months, calibration)
    tiny = _tiny(units, silence["tiny_share"])
    tiny[[oddity.row for oddity in oddities]] = False
    expected[tiny[:, None] & (rng.random(units.shape) < silence["tiny_zero_months"])] = 0
    return rng.poisson(with_volumes(expected, oddities))


def _season(months: Months, volume: dict[str, Any]) -> np.ndarray:
    """What each month brings, against an average month of the last year."""
    count = len(months.periods)
    growth = (1 + volume["yearly_growth"]) ** ((np.arange(count) - (count - 5)) / 12)
    usual = np.array([volume["by_calendar_month"][period.start.month - 1] for period in months.periods])
    special = np.array([volume["special_months"].get(month, 1.0) for month in months.ids])
    over = np.array([(p.end - p.start).days + 1 if p.kind == "to_date" else 30 for p in months.periods]) / 30
    return growth * usual * special * over


def _tiny(units: Units, share: float) -> np.ndarray:
    """Which units are among the smallest `share` of communes; departments never are."""
    size = np.where(units.office, np.inf, units.size)
    return size < np.quantile(size[~units.office], share)
