"""How well each province does: the levels at which its sums come to its published scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etl.simulation.calibration import PROVINCES, SERIES, Calibration, published_scores
from etl.simulation.draws import share_of, stream, with_memory
from etl.simulation.months import Months
from etl.simulation.volumes import received
from etl.simulation.world import Units


@dataclass(frozen=True)
class Levels:
    """Logits of each province, province × series, that bring its sums to its published scores."""

    on_time: np.ndarray
    paid: np.ndarray


def solved_levels(units: Units, months: Months, calibration: Calibration) -> Levels:
    """The levels of all provinces, found with the units of today; the published scores are of 2025 and 2026."""
    dossiers, series = received(units, months, calibration), months.series[units.months]
    on_time, paid = _on_time_noise(units, calibration), _paid_noise(units, calibration)
    return Levels(
        _solved(on_time, dossiers, units.home, series, published_scores(calibration, "tdgq") / 20),
        _solved(paid, dossiers, units.home, series, _online_paid(calibration)),
    )


def on_time_logit(units: Units, levels: Levels, months: Months, calibration: Calibration) -> np.ndarray:
    """Logit of the on-time share of each unit and month; the further before the merger, the lower."""
    level = levels.on_time[units.home][:, months.series[units.months]] + _on_time_noise(units, calibration)
    return level - calibration["on_time"]["before_merger_per_month"] * before_merger(units, months)


def paid_logit(units: Units, levels: Levels, months: Months, calibration: Calibration) -> np.ndarray:
    """Logit of the share paid online of each unit and month; the further before the merger, the lower."""
    level = levels.paid[units.home][:, months.series[units.months]] + _paid_noise(units, calibration)
    return level - calibration["payment"]["before_merger_per_month"] * before_merger(units, months)


def before_merger(units: Units, months: Months) -> np.ndarray:
    """How many months each month of `units` lies before the merger; 0 from then on."""
    return np.maximum(months.merger - units.months, 0)


def _online_paid(calibration: Calibration) -> np.ndarray:
    """A of the payment score 6A + min(2; 2.5B) + 2.5C, series × province."""
    payment = calibration["payment"]
    rest = [min(2.0, 2.5 * payment["paid_procedures"][s]) + 2.5 * payment["online_procedures"][s] for s in SERIES]
    return np.clip((published_scores(calibration, "tttt") - np.array(rest)[:, None]) / 6, 0.2, 0.985)


def _solved(
    noise: np.ndarray, weight: np.ndarray, home: np.ndarray, series: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """The logits, province × series, at which the weighted mean shares are `target` (series × province)."""
    solved = []
    for number, wanted in enumerate(target):
        own, dossiers = noise[:, series == number], weight[:, series == number]
        low, high = np.full(PROVINCES, -8.0), np.full(PROVINCES, 12.0)
        for _ in range(40):
            middle = (low + high) / 2
            share = _by_home(share_of(own + middle[home][:, None]) * dossiers, home) / _by_home(dossiers, home)
            low, high = np.where(share < wanted, middle, low), np.where(share < wanted, high, middle)
        solved.append(middle)
    return np.stack(solved, axis=1)


def _by_home(values: np.ndarray, home: np.ndarray) -> np.ndarray:
    return np.bincount(home, weights=values.sum(axis=1), minlength=PROVINCES)


def _on_time_noise(units: Units, calibration: Calibration) -> np.ndarray:
    """Logit of a unit's on-time share against its province's level."""
    settings = calibration["on_time"]
    rng = stream(calibration, "on time", units.era)
    own = settings["unit_spread"] * units.traits["on_time"] + settings["departments_logit"] * units.office
    return own[:, None] + with_memory(rng, units.shape, settings["month_spread"], settings["month_memory"])


def _paid_noise(units: Units, calibration: Calibration) -> np.ndarray:
    """Logit of a unit's share paid online against its province's level."""
    settings = calibration["payment"]
    noise = settings["month_spread"] * stream(calibration, "paid", units.era).standard_normal(units.shape)
    return settings["unit_spread"] * units.traits["paid"][:, None] + noise
