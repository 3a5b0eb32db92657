"""Special causes of a process chart: the four rules of its points, and how often chance alone would fulfil them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Rule = Literal["outside", "shift", "trend", "two_of_three", "cusum"]
RULES: tuple[Rule, ...] = ("outside", "shift", "trend", "two_of_three", "cusum")
RUN = 7
MOST_FALSE = 0.02
"""A run rule is used only where chance alone fulfils it in at most so many of the stretches that it looks at."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Sides = tuple[Flags, Flags]
"""What speaks for a high (or rising), and what for a low (or falling) level."""

_OUTER = 2 / 3


@dataclass(frozen=True)
class Lines:
    """Values (units × months, NaN = gap) of one baseline each, their `mean` (units) and limits (units × months).

    `lowest`, `highest` (units): the limits of a typical month. `known` (units): whether there are limits at all.
    Values closer than `slack` (units) are equal.
    """

    values: Floats
    mean: Floats
    lower: Floats
    upper: Floats
    lowest: Floats
    highest: Floats
    points: NDArray[np.int64]
    known: Flags
    slack: Floats

    def bound(self, side: int, part: float) -> Floats:
        """The value at `part` of the way from the mean to the limit; `side` 0 is the upper, 1 the lower one."""
        limit = self.lower if side else self.upper
        return np.asarray(self.mean[:, np.newaxis] + part * (limit - self.mean[:, np.newaxis]))

    def past(self, side: int, part: float) -> Flags:
        """The points that lie further out than that."""
        away = self.values - self.bound(side, part)
        slack = self.slack[:, np.newaxis]
        return np.asarray(away < -slack if side else away > slack)


@dataclass(frozen=True)
class SideOdds:
    """How likely it is by chance that a month lies on a side, in its outer third within the limit (units × months)."""

    on: Floats
    outer: Floats


def of_rows(lines: Lines, rows: Flags) -> Lines:
    """Some of the rows, chosen by flags."""
    return Lines(*(getattr(lines, name)[rows] for name in Lines.__dataclass_fields__))


def replaced(lines: Lines, rows: Flags, by: Lines) -> Lines:
    """All rows, those of the flags as `by` has them."""
    fields = []
    for name in Lines.__dataclass_fields__:
        whole = np.array(getattr(lines, name))
        whole[rows] = getattr(by, name)
        fields.append(whole)
    return Lines(*fields)


def special_causes(lines: Lines) -> dict[Rule, Sides]:
    """For each of the four rules the points that make it, side by side."""
    known = lines.known[:, np.newaxis]
    steps, slack = np.diff(lines.values, axis=1), lines.slack[:, np.newaxis]
    moves = (steps > slack, steps < -slack)
    found: dict[Rule, list[Flags]] = {"outside": [], "shift": [], "trend": [], "two_of_three": []}
    for side in (0, 1):
        on, out = lines.past(side, 0), lines.past(side, 1)
        found["outside"].append(out)
        found["shift"].append(_in_runs(on, RUN, reach=RUN))
        found["trend"].append(_in_runs(moves[side], RUN - 1, reach=RUN))
        found["two_of_three"].append(_two_of_three(on, lines.past(side, _OUTER) & ~out))
    return {rule: (high & known, low & known) for rule, (high, low) in found.items()}


def usable(odds: tuple[SideOdds, SideOdds]) -> dict[Rule, Sides]:
    """For the rules whose odds depend on the counts: on which side (units) of each baseline they may be used.

    The false rate of a rule is that of the stretch where chance alone fulfils it most easily: for "shift" the product
    of 7 neighbouring odds, for "two_of_three" the odds of 3, both sides together. Where they exceed 2 %
    the side that chance favours is given up, and the other one too if it alone exceeds them.
    A trend of 7 is a matter of chance in at most 2 of 5,040 stretches, whatever the counts.
    """
    shift = [_largest(_product(side.on, RUN)) for side in odds]
    two = [_largest(_two_of_three_odds(side)) for side in odds]
    return {"shift": _within(*shift), "two_of_three": _within(*two)}


def _within(high: Floats, low: Floats) -> Sides:
    both = high + low <= MOST_FALSE
    return (
        both | ((high <= low) & (high <= MOST_FALSE)),
        both | ((low < high) & (low <= MOST_FALSE)),
    )


def _product(odds: Floats, length: int) -> Floats:
    if odds.shape[1] < length:
        return np.zeros((len(odds), 1))
    return np.asarray(sliding_window_view(odds, length, axis=1).prod(axis=2))


def _two_of_three_odds(side: SideOdds) -> Floats:
    if side.on.shape[1] < 3:
        return np.zeros((len(side.on), 1))
    outer, on = (sliding_window_view(odds, 3, axis=1) for odds in (side.outer, side.on))
    inner = np.maximum(on - outer, 0)
    a, b, c = (outer[..., n] for n in range(3))
    return np.asarray(a * b * c + inner[..., 0] * b * c + a * inner[..., 1] * c + a * b * inner[..., 2])


def _largest(odds: Floats) -> Floats:
    return np.asarray(np.nan_to_num(odds).max(axis=1, initial=0))


def _in_runs(flags: Flags, length: int, reach: int) -> Flags:
    """The points of every run of `length` flags; each flag stands for a point, or a step between two."""
    width = flags.shape[1] + reach - length
    if flags.shape[1] < length:
        return np.zeros((len(flags), width), dtype=bool)
    return _spread(_whole_windows(flags, length), reach)


def _two_of_three(same_side: Flags, outer_third: Flags) -> Flags:
    if same_side.shape[1] < 3:
        return np.zeros_like(same_side)
    two = sliding_window_view(outer_third, 3, axis=1).sum(axis=2) >= 2
    return _spread(_whole_windows(same_side, 3) & two, 3) & outer_third


def _whole_windows(flags: Flags, length: int) -> Flags:
    """The points from which on `length` flags in a row are set."""
    whole: Flags = np.logical_and.reduce(sliding_window_view(flags, length, axis=1), axis=2)
    return whole


def _spread(starts: Flags, length: int) -> Flags:
    """Flags on the `length` points from each start."""
    count = starts.shape[1]
    points = np.zeros((len(starts), count + length - 1), dtype=bool)
    for step in range(length):
        points[:, step : step + count] |= starts
    return points
