"""Several small charts as one drawing: in rows, each under its name and its last value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from display.drawing.plot_frame import Room
from display.drawing.plot_strokes import text
from display.drawing.strokes import FONT

_LEAST, _GAP, _HEAD = 210, 16, 22


@dataclass(frozen=True)
class Small:
    """One chart: what stands over it, and how it is drawn so many pixels wide and high."""

    name: str
    value: str
    draw: Callable[[int, int], str]


def sheet_of_charts(charts: Sequence[Small], room: Room) -> str:
    """All of them on one scale of letters; empty without any."""
    if not charts:
        return ""
    columns = max(1, min(len(charts), (room.width + _GAP) // (_LEAST + _GAP)))
    rows = ceil(len(charts) / columns)
    width = (room.width - _GAP * (columns - 1)) // columns
    height = max(round((room.height - _GAP * (rows - 1)) / rows) - _HEAD, 40)
    parts = []
    for number, chart in enumerate(charts):
        x, y = (number % columns) * (width + _GAP), (number // columns) * (height + _HEAD + _GAP)
        colours = room.palette
        parts.append(text(x, y + 14, chart.name, colours.ink))
        parts.append(text(x + width, y + 14, chart.value, colours.accent, "end"))
        parts.append(chart.draw(width, height).replace("<svg ", f'<svg x="{x}" y="{y + _HEAD}" ', 1))
    tall = rows * (height + _HEAD + _GAP) - _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {room.width} {tall}" width="{room.width}" '
        f'height="{tall}" font-family="{FONT}" font-size="13">{"".join(parts)}</svg>'
    )
