"""The oddities planted for readers and tests to find: who, when, and what their rule does to the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from etl.simulation.calibration import CALIBRATION, Calibration
from etl.simulation.months import Months
from etl.simulation.world import Units
from files.faults import BadInput


@dataclass(frozen=True)
class Oddity:
    """What happens to a unit, by its row, from the first to the last column of its era."""

    row: int
    first: int
    last: int
    rule: dict[str, Any]


def planted(units: Units, months: Months, calibration: Calibration) -> list[Oddity]:
    """The oddities planted among `units`; BadInput where one names a unit that does not exist then."""
    oddities = []
    for entry in calibration["planted"]:
        first, last = (np.flatnonzero(units.months == months.position(month)) for month in entry["months"])
        if not first.size:
            continue
        rows = np.flatnonzero(units.codes == entry["unit_code"])
        if not rows.size or not last.size or last[0] < first[0]:
            what = f"{entry['unit_code']!r} does not exist from {entry['months'][0]} to {entry['months'][1]}"
            raise BadInput(CALIBRATION.name, what, field=entry["id"])
        oddities.append(Oddity(rows[0], first[0], last[0], calibration["rules"][entry["rule"]]))
    return oddities


def with_volumes(expected: np.ndarray, oddities: list[Oddity]) -> np.ndarray:
    """Expected dossiers, with the volumes that the rules fix or multiply."""
    expected = expected.copy()
    for oddity in oddities:
        span = slice(oddity.first, oddity.last + 1)
        expected[oddity.row, span] *= oddity.rule.get("volume_times", 1)
        if "volume" in oddity.rule:
            expected[oddity.row, span] = oddity.rule["volume"]
    return expected


def with_rates(
    rates: dict[str, np.ndarray], positions: np.ndarray, oddities: list[Oddity], months: Months
) -> dict[str, np.ndarray]:
    """Rates, with those that the rules fix before, during, and at the ends of quarters during their months."""
    rates = {name: values.copy() for name, values in rates.items()}
    closing = np.array([months.periods[position].start.month % 3 == 0 for position in positions])
    at = np.arange(len(positions))
    for oddity in oddities:
        during = (at >= oddity.first) & (at <= oddity.last)
        spans = {"before": at < oddity.first, "during": during, "quarter_ends": during & closing}
        for name, span in spans.items():
            for rate, value in oddity.rule.get(name, {}).items():
                rates[rate][oddity.row, span] = value
    return rates


def with_repeats(figures: dict[str, np.ndarray], oddities: list[Oddity]) -> dict[str, np.ndarray]:
    """Figures, with the first month's copied to the later ones where the rule says `repeat`."""
    figures = {name: values.copy() for name, values in figures.items()}
    for oddity in (oddity for oddity in oddities if oddity.rule.get("repeat")):
        for values in figures.values():
            values[..., oddity.row, oddity.first : oddity.last + 1] = values[..., oddity.row, oddity.first, None]
    return figures
