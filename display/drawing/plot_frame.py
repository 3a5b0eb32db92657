"""Where the points and the words of a chart drawn again lie within the drawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from display.drawing.palette import Palette
from display.drawing.plot_axes import Axis
from display.drawing.plot_strokes import LETTER, width_of

LINE = 17
"""Pixels from one line of words to the next."""
_GAP = 10
Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Room:
    """How large a drawing is in pixels, its colours, and how it writes a number with so many decimals."""

    width: int
    height: int
    palette: Palette
    write: Callable[[float, int], str]


@dataclass(frozen=True)
class Frame:
    room: Room
    across: Axis
    upwards: Axis
    left: float
    right: float
    top: float
    bottom: float
    rows_above: Mapping[int, int]

    def x(self, value: Any) -> float:
        return self.left + (self.right - self.left) * self.across.part(value)

    def y(self, value: Any) -> float:
        return self.bottom - (self.bottom - self.top) * self.upwards.part(value)


def framed(traces: Sequence[Spec], layout: Spec, room: Room, across: Axis, upwards: Axis) -> Frame:
    """The plot's place within the drawing: room for the ticks' words, for names beyond the end, for words above."""
    ticks = [words for _, words in upwards.ticks(room.write, room.height)]
    left = 8 + max((width_of(words) for words in ticks), default=0)
    rows = _rows_above(layout, across, left, room.width)
    below = LINE + 6 + (LINE if across.title else 0)
    top = max(14, 10 + LINE * (max(rows.values(), default=-1) + 1))
    return Frame(room, across, upwards, left, _right(layout, room, across, left), top, room.height - below, rows)


def _is_above(note: Spec) -> bool:
    return note.get("yref") == "paper" and note.get("y") == 1


def _rows_above(layout: Spec, across: Axis, left: float, width: float) -> dict[int, int]:
    """Words over the plot by their place in the layout: in rows, the lowest that is free where they begin."""
    notes = [(number, note) for number, note in enumerate(layout.get("annotations", ())) if _is_above(note)]
    free: list[float] = []
    rows: dict[int, int] = {}
    for number, note in sorted(notes, key=lambda one: across.part(one[1]["x"])):
        wide = width_of(str(note["text"]), (note.get("font") or {}).get("size", LETTER))
        x = min(left + (width - 8 - left) * across.part(note["x"]), width - 2 - wide)
        row = next((n for n, end in enumerate(free) if x >= end), len(free))
        free[row : row + 1] = [x + wide + _GAP]
        rows[number] = row
    return rows


def _right(layout: Spec, room: Room, across: Axis, left: float) -> float:
    """The right end of the plot: so far in that the names at the ends of lines stand beside them."""
    right = room.width - 8.0
    for note in layout.get("annotations", ()):
        if names_an_end(note):
            part = across.part(note["x"])
            taken = note["xshift"] + width_of(str(note["text"]))
            right = min(right, left + (room.width - 2 - taken - left) / part) if part > 0 else right
    return max(right, left + 0.4 * room.width)


def names_an_end(note: Spec) -> bool:
    return note.get("xanchor") == "left" and note.get("xshift", 0) > 0 and note.get("xref", "x") == "x"


def placed(frame: Frame, what: Spec, way: str, end: str = "") -> float:
    """Where a shape or words lie: by a value of the axis, or by a part of the plot."""
    value, by = what[way + end], what.get(f"{way}ref", way)
    if by in ("paper", f"{way} domain"):
        low, high = (frame.left, frame.right) if way == "x" else (frame.bottom, frame.top)
        return low + (high - low) * float(value)
    if way == "x" and frame.across.kind == "log":  # words are placed by the power of ten, points by the number
        return frame.x(10 ** float(value))
    return frame.x(value) if way == "x" else frame.y(value)
