"""Drawings one line high, for a row of a table: a value among others, the course of a few months."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from display.drawing.palette import LIGHT, Palette
from display.drawing.strokes import rule, svg
from display.drawing.svg_images import address


def strip(
    value: float,
    quartiles: tuple[float, float, float, float, float],
    width: int = 300,
    height: int = 26,
    palette: Palette = LIGHT,
) -> str:
    """A value among others as SVG text: a line from the least to the most of them, a box for the middle half,
    an upright for the median, a filled circle for the value itself. Always from zero.
    """
    scale = max(value, quartiles[-1]) or 1.0
    least, quarter, median, three, most = ((width - 12) * end / scale + 6 for end in quartiles)
    own, y = (width - 12) * value / scale + 6, height / 2
    return svg(
        width,
        height,
        rule(6, y, width - 6, y, palette.line)
        + rule(least, y, most, y, palette.quiet, width=1.2)
        + f'<rect x="{quarter:.1f}" y="{y - 6:.1f}" width="{max(three - quarter, 1):.1f}" height="12" '
        f'fill="{palette.ground}" stroke="{palette.quiet}"/>'
        + rule(median, y - 6, median, y + 6, palette.quiet, width=2.0)
        + f'<circle cx="{own:.1f}" cy="{y:.1f}" r="5" fill="{palette.accent}"/>',
    )


def sparkline(values: Sequence[float | None], ends: tuple[float, float], dots: Sequence[str | None], words: str) -> str:
    """A small line as an image; `ends` are the bottom and the top of its scale, `dots` a colour per marked point."""
    low, reach = ends[0], (ends[1] - ends[0]) or 1
    path, circles, pen_up = "", "", True
    for n, (value, dot) in enumerate(zip(values, dots, strict=True)):
        if value is None:
            pen_up = True
            continue
        x = 3 + 86 * n / max(len(values) - 1, 1)
        y = 19 - 16 * min(max((value - low) / reach, 0), 1)
        path += f"{'M' if pen_up else 'L'}{x:.1f} {y:.1f}"
        circles += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{dot}"/>' if dot else ""
        pen_up = False
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 92 22" width="92" height="22">'
        f'<path d="{path}" fill="none" stroke="#7C8894" stroke-width="1.4"/>{circles}</svg>'
    )
    return f'<img class="gd-spark" alt="{escape(words)}" title="{escape(words)}" src="{address(drawn)}">'
