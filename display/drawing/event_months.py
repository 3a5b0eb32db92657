"""The months around a beginning as a small drawing: how far from similar units, with an interval for each month."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite

from display.drawing.nice_ticks import decimals_of, nice_ticks
from display.drawing.palette import LIGHT, Palette
from display.drawing.strokes import rule, svg, text
from ranking.practice_effects import Estimate

WIDTH, HEIGHT = 300, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 12, 20
_MONTHS = [*range(-6, 0), *range(1, 7)]


def drawn(
    months: Mapping[int, Estimate],
    points_of: Callable[[float], float],
    write: Callable[[float, int], str],
    palette: Palette = LIGHT,
) -> str:
    """SVG text: a dot with a whisker per month, a line at nothing, an upright at the beginning.

    `months`: by month from the beginning, −6 … −1 and 1 … 6; `points_of`: an effect on log odds in percentage points;
    `write`: a number with its decimals in the reader's words. Filled: the interval leaves out 0. Months in
    which too few began for an interval are left out; empty where that is all of them.
    """
    ends = {m: [points_of(end) for end in (one.low, one.mean, one.high)] for m, one in months.items() if _is_known(one)}
    if not ends:
        return ""
    low, high = min(0.0, *(min(three) for three in ends.values())), max(0.0, *(max(three) for three in ends.values()))
    ticks = nice_ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    middle = _MONTHS.index(-1) + 0.5

    def x(place: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (place + 0.5) / len(_MONTHS)

    def y(value: float) -> float:
        return _TOP + (HEIGHT - _TOP - _BOTTOM) * (high - value) / ((high - low) or 1.0)

    parts = []
    for tick in ticks:
        parts.append(rule(_LEFT, y(tick), WIDTH - _RIGHT, y(tick), palette.line, "", 0.8))
        parts.append(text(_LEFT - 5, y(tick) + 4, write(tick, decimals_of(ticks)), palette.quiet, "end"))
    parts.append(rule(_LEFT, y(0), WIDTH - _RIGHT, y(0), palette.quiet, "", 1.0))
    parts.append(rule(x(middle), _TOP - 6, x(middle), HEIGHT - _BOTTOM, palette.accent, "", 1.0))
    for place, month in enumerate(_MONTHS):
        parts.append(text(x(place), HEIGHT - 5, write(month, 0), palette.quiet, "middle"))
        if month in ends:
            parts += _month(x(place), [y(end) for end in ends[month]], months[month].is_clear, palette)
    return svg(WIDTH, HEIGHT, "".join(parts))


def _is_known(one: Estimate) -> bool:
    return isfinite(one.low) and isfinite(one.high)


def _month(x: float, ends: Sequence[float], clear: bool, palette: Palette) -> list[str]:
    low, mean, high = ends
    colour = palette.accent if clear else palette.grey
    fill = colour if clear else palette.ground
    return [
        rule(x, low, x, high, colour, "", 1.4),
        f'<circle cx="{x:.1f}" cy="{mean:.1f}" r="3.2" fill="{fill}" stroke="{colour}" stroke-width="1.4"/>',
    ]
