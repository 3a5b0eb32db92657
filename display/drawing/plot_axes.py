"""The axes of a chart drawn again from its description: from where to where, and the words at their ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil, floor, log10
from typing import Any

from display.drawing.nice_ticks import nice_step

Spec = Mapping[str, Any]
_MARGIN = 0.05
_ROOM_FOR_A_DATE = 64
_TICKS, _LOW, _SLACK = 6.0, 170, 1e-9


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, both as `position` gives them; `kind`: linear, log or date."""

    kind: str
    low: float
    high: float
    spec: Spec

    @property
    def title(self) -> str:
        title = self.spec.get("title") or ""
        return str(title if isinstance(title, str) else title.get("text", ""))

    def part(self, value: Any) -> float:
        """Where a value lies: 0 at the low end, 1 at the high one."""
        at, low, high = position(value), self.low, self.high
        if self.kind == "log":
            at, low, high = log10(max(at, 1e-9)), log10(low), log10(high)
        return (at - low) / ((high - low) or 1)

    def ticks(self, write: Callable[[float, int], str], length: float) -> Iterator[tuple[Any, str]]:
        """Values and their words, no closer than `length` pixels of axis let them be read."""
        if self.kind == "date":
            yield from self._months(max(int(length // _ROOM_FOR_A_DATE), 2))
        elif self.spec.get("tickvals") is not None:
            given = zip(self.spec["tickvals"], self.spec["ticktext"], strict=True)
            yield from ((value, words) for value, words in given if self.low <= value <= self.high)
        else:
            suffix = str(self.spec.get("ticksuffix") or "")
            ticks = self._numbers(_TICKS if length > _LOW else _TICKS / 2)
            decimals = next((n for n in range(4) if all(abs(round(tick, n) - tick) < _SLACK for tick in ticks)), 4)
            yield from ((tick, f"{write(tick, decimals)}{suffix}") for tick in ticks)

    def _numbers(self, most: float) -> list[float]:
        """Round numbers along the axis, equally far apart."""
        step = nice_step((self.high - self.low or 1.0) / most)
        first, last = ceil(self.low / step - _SLACK), floor(self.high / step + _SLACK)
        return [round(number * step, 10) for number in range(first, last + 1)]

    def _months(self, most: int) -> Iterator[tuple[date, str]]:
        """First days of months, at whole steps of the year, as `08/2026`."""
        first, last = (date.fromordinal(round(end)) for end in (self.low, self.high))
        months = 12 * (last.year - first.year) + last.month - first.month + 1
        step = next((step for step in (1, 2, 3, 6) if months <= step * most), 12)
        for number in range(12 * first.year, 12 * last.year + 12, step):
            day = date(number // 12, number % 12 + 1, 1)
            if first <= day <= last:
                yield day, f"{day:%m/%Y}"


def of(traces: Sequence[Spec], layout: Spec) -> tuple[Axis | None, Axis | None]:
    """The axis across and the one upwards; None for one along which nothing lies."""
    return (
        _axis(layout.get("xaxis") or {}, [value for trace in traces for value in trace["x"]], None),
        _axis(layout.get("yaxis") or {}, list(_heights(traces, layout)), 0.0 if _has_bars(traces) else None),
    )


def _has_bars(traces: Sequence[Spec]) -> bool:
    return any(trace.get("type") == "bar" for trace in traces)


def _heights(traces: Sequence[Spec], layout: Spec) -> Iterator[Any]:
    """All values that must lie within the chart: points, their intervals, and lines across."""
    for trace in traces:
        yield from trace["y"]
        errors = trace.get("error_y") or {}
        if errors.get("array") is not None:
            for y, up, down in zip(trace["y"], errors["array"], errors["arrayminus"], strict=True):
                if y is not None:
                    yield from (y + up, y - down)
    for shape in layout.get("shapes", ()):
        if shape.get("yref", "y") == "y":
            yield from (shape["y0"], shape["y1"])


def _axis(spec: Spec, values: Iterable[Any], least: float | None) -> Axis | None:
    known = [value for value in values if value is not None]
    given = spec.get("range")
    if not known and not given:
        return None
    kind = str(spec.get("type") or ("date" if isinstance(known[0], date) else "linear"))
    if given:
        low, high = (position(end) for end in given)
        return Axis(kind, low, high, spec)
    ends = [position(value) for value in known]
    low, high = min(ends), max(ends)
    if kind == "log":
        return Axis(kind, low / 1.15, high * 1.15, spec)
    margin = _MARGIN * ((high - low) or abs(high) * 0.2 or 1)
    to_zero = least is not None or spec.get("rangemode") == "tozero"
    return Axis(kind, 0.0 if to_zero and low >= 0 else low - margin, high + margin, spec)


def position(value: Any) -> float:
    """A value as a number along its axis: a day as the number of days."""
    if isinstance(value, datetime):
        return value.toordinal() + value.hour / 24
    return float(value.toordinal()) if isinstance(value, date) else float(value)
