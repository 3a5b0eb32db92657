"""Round numbers for an axis: steps of 1, 2 or 5 times a power of ten."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

_SLACK = 1e-9


def nice_ticks(low: float, high: float, least: float | None = None, most: float | None = None) -> tuple[float, ...]:
    """Two to four round numbers, equally far apart, that hold `low` and `high`; none beyond `least` or `most`."""
    reach = high - low
    if not reach:
        reach = abs(high) * 0.2 or 1.0
        low, high = low - reach / 2, high + reach / 2
        low, high = (low if least is None else max(low, least)), (high if most is None else min(high, most))
    step = nice_step(reach / 3)
    first, last = floor(low / step + _SLACK), ceil(high / step - _SLACK)
    ticks = [round(number * step, 10) for number in range(first, last + 1)]
    return tuple(tick for tick in ticks if (least is None or tick >= least) and (most is None or tick <= most))


def nice_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= least * (1 - _SLACK))


def decimals_of(ticks: Sequence[float]) -> int:
    """How many decimals tell the ticks apart."""
    return next((n for n in range(4) if all(abs(round(tick, n) - tick) < _SLACK for tick in ticks)), 4)
