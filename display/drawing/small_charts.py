"""Small drawings of one commune as SVG text of our own: sharp at any size, legible without colour.

Pure functions: figures in, markup out. A page embeds them as images, a printed brief as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from display.drawing.nice_ticks import decimals_of, nice_ticks
from display.drawing.palette import LIGHT, Palette
from display.drawing.strokes import rule, svg, text

_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 8, 9, 18
_BAND = 0.16


@dataclass(frozen=True)
class Curve:
    """Points that may be joined: one series on one basis. A value of None is a gap.

    `marks`: per point one of `portraits.histories.VARIATIONS`; `past`: summed up from the old communes, drawn thin.
    """

    days: Sequence[date]
    values: Sequence[float | None]
    marks: Sequence[str] = ()
    past: bool = False


@dataclass(frozen=True)
class Usual:
    """What a unit's own process lets expect between two days, in the unit of the values."""

    first: date
    last: date
    lower: float
    upper: float


@dataclass(frozen=True)
class Chart:
    """All that one small chart shows. `least`, `most`: where the scale ends whatever the data say.

    `flags`: days that carry a flag, such as those on which something was promised. `beside`: days and values that the
    axes hold too, for charts that are to be read beside each other.
    """

    curves: tuple[Curve, ...]
    usual: tuple[Usual, ...] = ()
    target: float | None = None
    merger: date | None = None
    least: float | None = 0
    most: float | None = None
    flags: tuple[date, ...] = ()
    beside: Reach | None = None

    def days(self) -> list[date]:
        return [day for curve in self.curves for day in curve.days]

    def known(self) -> list[float]:
        return [value for curve in self.curves for value in curve.values if value is not None]

    def ends(self) -> list[float]:
        """All values that the scale holds."""
        usual = [_within(end, self) for usual in self.usual for end in (usual.lower, usual.upper)]
        return [*self.known(), *([self.target] if self.target is not None else []), *usual]


@dataclass(frozen=True)
class Reach:
    """From the first day to the last and from the lowest value to the highest, over several charts."""

    first: date
    last: date
    low: float
    high: float

    @classmethod
    def of(cls, in_time: Sequence[Chart], in_value: Sequence[Chart]) -> Reach:
        """The days of all of `in_time` and the values of all of `in_value`, each of them with some known value."""
        days = [day for chart in in_time for day in chart.days()]
        ends = [end for chart in in_value for end in chart.ends()]
        return cls(min(days), max(days), min(ends), max(ends))


def over_time(
    chart: Chart,
    write: Callable[[float, int], str],
    width: int = 300,
    height: int = 110,
    palette: Palette = LIGHT,
) -> str:
    """A small chart as SVG text; `write` puts a number of the scale with its decimals into the reader's words.

    Line: the unit's months, broken between series. Thin grey line: before the merger. Pale band: the usual
    range. Dashed line: the target. Dotted upright: the merger. Flag: a day of `Chart.flags` within the months.
    Filled circle, diamond, ring: special months.
    Empty text where nothing is known.
    """
    if not chart.known():
        return ""
    frame = _Frame.of(chart, width, height)
    parts = [
        *_grid(frame, write, palette),
        *(_usual(frame, usual, palette) for usual in chart.usual),
        *_target(frame, chart.target, palette),
        *_merger(frame, chart.merger, palette),
        *_flags(frame, chart.flags, palette),
        *(line for curve in chart.curves for line in _line(frame, curve, palette)),
        *_points(frame, chart, palette),
        *_ends(frame, palette),
    ]
    return svg(width, height, "".join(parts))


# --- the frame


@dataclass(frozen=True)
class _Frame:
    """Where days and values lie within the picture."""

    width: int
    height: int
    first: date
    last: date
    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, chart: Chart, width: int, height: int) -> _Frame:
        ends, days = chart.ends(), chart.days()
        if chart.beside:
            ends, days = [*ends, chart.beside.low, chart.beside.high], [*days, chart.beside.first, chart.beside.last]
        ticks = nice_ticks(min(ends), max(ends), chart.least, chart.most)
        low, high = min(*ends, *ticks), max(*ends, *ticks)
        return cls(width, height, min(days), max(days), low, high, ticks)

    def x(self, day: date) -> float:
        months = _months(self.first, self.last) or 1
        return _LEFT + (self.width - _LEFT - _RIGHT) * _months(self.first, day) / months

    def y(self, value: float) -> float:
        part = (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1)
        return self.height - _BOTTOM - (self.height - _BOTTOM - _TOP) * part


def _within(value: float, chart: Chart) -> float:
    value = max(value, chart.least) if chart.least is not None else value
    return min(value, chart.most) if chart.most is not None else value


def _months(first: date, day: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month


# --- the parts of a chart


def _grid(frame: _Frame, write: Callable[[float, int], str], palette: Palette) -> Iterator[str]:
    decimals = decimals_of(frame.ticks)
    for tick in frame.ticks:
        y = frame.y(tick)
        yield rule(_LEFT, y, frame.width - _RIGHT, y, palette.line)
        yield text(_LEFT - 4, y + 3.9, write(tick, decimals), palette.quiet, "end")


def _usual(frame: _Frame, usual: Usual, palette: Palette) -> str:
    left, right = frame.x(usual.first), frame.x(usual.last)
    top, bottom = frame.y(usual.upper), frame.y(usual.lower)
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(right - left, 1):.1f}" height="{max(bottom - top, 1):.1f}" '
        f'fill="{palette.grey}" fill-opacity="{_BAND}"/>'
    )


def _target(frame: _Frame, target: float | None, palette: Palette) -> Iterator[str]:
    if target is not None:
        y = frame.y(target)
        yield rule(_LEFT, y, frame.width - _RIGHT, y, palette.ink, "5 3", 1.0)


def _merger(frame: _Frame, merger: date | None, palette: Palette) -> Iterator[str]:
    if merger is not None and frame.first < merger <= frame.last:
        x = frame.x(merger) - (frame.x(merger) - frame.x(frame.first)) / max(_months(frame.first, merger), 1) / 2
        yield rule(x, _TOP - 4, x, frame.height - _BOTTOM, palette.quiet, "1.5 2.5", 1.0)


def _flags(frame: _Frame, flags: Sequence[date], palette: Palette) -> Iterator[str]:
    """An upright with a pennant for each day, at the month's point; after the last month it stands at the end."""
    for day in flags:
        if day < frame.first:
            continue
        x, top = frame.x(min(day.replace(day=1), frame.last)), _TOP - 4
        yield rule(x, top, x, frame.height - _BOTTOM, palette.accent, "", 1.0)
        yield f'<path d="M{x:.1f} {top:.1f}l7 3l-7 3z" fill="{palette.accent}"/>'


def _line(frame: _Frame, curve: Curve, palette: Palette) -> Iterator[str]:
    colour, width = (palette.grey, 1.1) if curve.past else (palette.ink, 1.6)
    points = list(zip(curve.days, curve.values, strict=True))
    for _, run in groupby(points, key=lambda point: point[1] is None):
        path = " ".join(f"{frame.x(day):.1f},{frame.y(value):.1f}" for day, value in run if value is not None)
        if path:
            yield (
                f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" '
                'stroke-linejoin="round" stroke-linecap="round"/>'
            )


def _points(frame: _Frame, chart: Chart, palette: Palette) -> Iterator[str]:
    """The special months of each curve, and the last known one of the last curve."""
    drawn = {"improvement": palette.accent, "concern": palette.warning}
    for curve in chart.curves:
        for day, value, mark in zip(curve.days, curve.values, curve.marks or [""] * len(curve.days), strict=True):
            if value is None or mark not in ("improvement", "concern", "high", "low", "neither"):
                continue
            yield _mark(frame.x(day), frame.y(value), mark, drawn.get(mark, palette.ink), palette.ground)
    last = [(day, value, mark) for day, value, mark in _latest(chart) if value is not None][-1:]
    for day, value, mark in last:
        if mark in ("", "common", "none"):
            yield f'<circle cx="{frame.x(day):.1f}" cy="{frame.y(value):.1f}" r="2.4" fill="{palette.ink}"/>'


def _latest(chart: Chart) -> Iterator[tuple[date, float | None, str]]:
    curve = next((curve for curve in reversed(chart.curves) if any(v is not None for v in curve.values)), None)
    if curve is not None and not curve.past:
        yield from zip(curve.days, curve.values, curve.marks or [""] * len(curve.days), strict=True)


def _mark(x: float, y: float, mark: str, colour: str, ground: str) -> str:
    if mark == "improvement":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
    if mark == "concern":
        return f'<path d="M{x:.1f} {y - 4:.1f}l4 4-4 4-4-4z" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{ground}" stroke="{colour}" stroke-width="1.4"/>'


def _ends(frame: _Frame, palette: Palette) -> Iterator[str]:
    """The first and the last month below the chart."""
    y = frame.height - 4
    yield text(_LEFT, y, _month(frame.first), palette.quiet, "start")
    if frame.last > frame.first:
        yield text(frame.width - _RIGHT, y, _month(frame.last), palette.quiet, "end")


def _month(day: date) -> str:
    return f"{day.month}/{day.year}"
