"""The ground of the picture of likely ranks: its size, where units and values lie, how ink and words are written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from math import ceil, isfinite

import numpy as np

from display.drawing.nice_ticks import nice_ticks
from display.drawing.palette import LIGHT, Palette
from ranking.measures import Measure

BANDS_OF_TIERS = {"first": "above", "middle": "alike", "last": "below"}
"""Which colours of `data/bands.yaml` the tiers have."""
LETTER, COUNT = 12, 17
WIDTH_OF_LETTER = 0.56
LEFT, RIGHT, TOP = 46, 10, 34
LINE = 15
LEAST_PITCH = 1.2
"""So many pixels a unit needs to be drawn with its own interval; with less, neighbours share a ribbon."""
ROOM_FOR_A_NAME = 76


@dataclass(frozen=True)
class Look:
    """How large the picture is (pixels), its colours, and who is named in it besides the extremes.

    `mine`: the codes of the reader's units; `simulated`: whether the picture has to say that its figures are.
    """

    width: int = 1000
    height: int = 280
    palette: Palette = LIGHT
    mine: Collection[str] = ()
    simulated: bool = False


SMALLEST, PHONE, TABLET, COLUMN, WHOLE = Look(300, 330), Look(360, 330), Look(480, 310), Look(700, 300), Look()
"""From the narrowest window to the whole width of a page; a picture grows with the room that it has."""
LEAST_LETTER = 11
"""Letters are never drawn with fewer pixels than these: a narrower room takes a narrower picture."""


def least_room(look: Look) -> int:
    """The narrowest room (pixels) for a picture: with less its letters are too small; 0 for the smallest one."""
    return 0 if look.width <= SMALLEST.width else ceil(look.width * LEAST_LETTER / LETTER)


@dataclass(frozen=True)
class Dot:
    """One unit: where it stands among the others (0 is the first), its row, and whether it is the reader's."""

    at: int
    row: dict
    mine: bool


@dataclass(frozen=True)
class Frame:
    """Where units and values lie within the picture."""

    look: Look
    units: int
    low: float
    high: float
    ticks: tuple[float, ...]
    bottom: float
    top: float = TOP

    @property
    def right(self) -> float:
        return self.look.width - RIGHT

    @property
    def pitch(self) -> float:
        return (self.right - LEFT) / self.units

    @property
    def many(self) -> bool:
        """Whether the units are too many to be drawn with an interval each."""
        return self.pitch < LEAST_PITCH

    def x(self, at: float) -> float:
        return LEFT + (at + 0.5) * self.pitch

    def y(self, value: float) -> float:
        part = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * part

    def beyond(self, value: float) -> int:
        """1 for a value above the scale, −1 for one below it, else 0."""
        return int(value > self.high) - int(value < self.low)


def frame_of(measure: Measure, look: Look, units: int, dots: list[Dot]) -> Frame:
    low, high, ticks = _scale(measure, dots)
    lines = 2 + any(dot.mine for dot in dots[1:-1])
    return Frame(look, units, low, high, ticks, look.height - 12 - LINE * lines - 14 * look.simulated)


def _scale(measure: Measure, dots: list[Dot]) -> tuple[float, float, tuple[float, ...]]:
    """Both ends of the values' axis and its ticks: all values but far outliers, most intervals, the target if near."""
    values = np.array([dot.row["value"] for dot in dots])
    near, far = np.quantile(values, [0.05, 0.95])
    reach = far - near or abs(far) * 0.05 or 1.0
    low, high = max(values.min(), near - 1.5 * reach), min(values.max(), far + 1.5 * reach)
    for column, part in (("value_low", 0.0), ("value_high", 1.0)):
        ends = [dot.row[column] for dot in dots if is_known(dot.row[column])]
        if ends:
            end = float(np.quantile(ends, part))
            low, high = min(low, max(end, near - 1.5 * reach)), max(high, min(end, far + 1.5 * reach))
    target = measure.target.value if measure.target else None
    if target is not None and low - (high - low) <= target <= high + (high - low):
        low, high = min(low, target), max(high, target)
    ticks = nice_ticks(float(low), float(high), 0.0 if low >= 0 else None)
    if high == low:
        low, high = ticks[0], ticks[-1]
    margin = 0.03 * (high - low)
    low, high = float(low - margin), float(high + margin)
    return low, high, tuple(tick for tick in ticks if low <= tick <= high)


def is_known(value: float | None) -> bool:
    return value is not None and isfinite(value)


# --- strokes


def ink(palette: Palette, fill: str = "none", stroke: str = "") -> str:
    """Fill and stroke of a shape by the names of their colours, as attributes and as classes for other grounds."""
    parts = [("fill", fill, "gd-fill-"), ("stroke", stroke, "gd-stroke-")]
    style = " ".join(prefix + name for _, name, prefix in parts if name not in ("none", ""))
    return f'class="{style}" ' + " ".join(f'{part}="{_hue(palette, name)}"' for part, name, _ in parts if name)


def _hue(palette: Palette, name: str) -> str:
    if name == "none":
        return name
    return palette.band(BANDS_OF_TIERS[name]) if name in BANDS_OF_TIERS else str(getattr(palette, name))


def write(
    frame: Frame, x: float, y: float, words: str, colour: str, anchor: str, weight: int = 400, *, halo: bool = False
) -> str:
    around = ' paint-order="stroke" stroke-width="4" stroke-linejoin="round"' if halo else ""
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text x="{px(x)}" y="{px(y)}" text-anchor="{anchor}"{bold}{around} '
        f"{ink(frame.look.palette, colour, 'ground' if halo else '')}>{escape(words)}</text>"
    )


def boxes(ends: list[tuple[float, float]], top: float, bottom: float) -> str:
    return "".join(f"M{px(left)} {px(top)}H{px(right)}V{px(bottom)}H{px(left)}z" for left, right in ends)


def width_of(words: str, size: float = LETTER) -> float:
    return len(words) * size * WIDTH_OF_LETTER


def px(number: float) -> str:
    """A length to a tenth of a pixel, as short as it can be written."""
    return f"{number:.1f}".removesuffix(".0")
