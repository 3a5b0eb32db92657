"""The simulated months: which there are, which rules apply to each, and which is still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from etl.simulation.calibration import CALIBRATION, Calibration
from files.faults import Fault
from ranking.periods import MERGER, Period, as_of, calendar_period, local_day

_OLD_RULES_UNTIL = 2025


@dataclass(frozen=True)
class Months:
    """The months, the last one to date; `merger` is the position of the first month of the new communes."""

    periods: list[Period]
    provisional: list[bool]
    merger: int
    captured_at: datetime

    @property
    def captured(self) -> list[datetime]:
        """When each month was captured: all whole months at the age that the last one has, so that they compare."""
        ends = [period.end for period, is_open in zip(self.periods, self.provisional, strict=True) if not is_open]
        last = max(ends, default=None)
        return [
            self.captured_at if is_open or last is None else self.captured_at - (last - period.end)
            for period, is_open in zip(self.periods, self.provisional, strict=True)
        ]

    @classmethod
    def of(cls, calibration: Calibration) -> Months:
        """All months from `first_month` to the month of capture."""
        captured_at = calibration["captured_at"].astimezone(UTC)
        today = local_day(captured_at)
        year, month = map(int, calibration["first_month"].split("-"))
        count = (today.year - year) * 12 + today.month - month + 1
        whole = [calendar_period("month", year + (month - 1 + n) // 12, (month - 1 + n) % 12 + 1) for n in range(count)]
        known = [as_of(period, today) for period in whole]
        merger = sum(period.start < MERGER for period in whole)
        return cls([period for period, _ in known], [is_open for _, is_open in known], merger, captured_at)

    @property
    def ids(self) -> list[str]:
        """Each month as the calibration writes it: "2023-10"."""
        return [f"{period.start:%Y-%m}" for period in self.periods]

    @property
    def series(self) -> np.ndarray:
        """For each month the position of its rules in `calibration.SERIES`."""
        return np.array([int(period.start.year > _OLD_RULES_UNTIL) for period in self.periods])

    def position(self, month: str) -> int:
        """Where `month` stands; Fault where the dataset does not have it."""
        if month not in self.ids:
            raise Fault(f"{CALIBRATION.name}: {month!r} is no month from {self.ids[0]} to {self.ids[-1]}")
        return self.ids.index(month)

    def old(self) -> np.ndarray:
        """Positions of the months before the merger."""
        return np.arange(self.merger)

    def new(self) -> np.ndarray:
        """Positions of the months since the merger."""
        return np.arange(self.merger, len(self.periods))
