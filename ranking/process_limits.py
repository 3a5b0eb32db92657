"""Process limits: whether a unit's months differ by more than its own process usually makes them differ.

XmR charts (individual values and moving ranges) as NHS England's Making Data Count draws them. Sources:
W. A. Shewhart, Economic Control of Quality of Manufactured Product (1931); D. J. Wheeler, Understanding
Variation (1993), for 2.66 and 3.267; L. S. Nelson, Control Charts for Individual Measurements, Journal of
Quality Technology 14(3), 1982, for screening moving ranges; NHS England, Making Data Count; the R package
NHSRplotthedots for the conventions of the rules. docs/methods.md says where we differ from it and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Improvement = Literal["up", "down", "neutral"]
Rule = Literal["outside", "shift", "trend", "two_of_three"]
Mark = Literal["improvement", "concern", "neither", "common", "none"]
Assurance = Literal["yes", "no", "hit_or_miss"]

IMPROVEMENT: dict[str, Improvement] = {"higher": "up", "lower": "down", "neutral": "neutral"}
"""What `Measure.direction` calls better, as the way in which the line should go."""

RULES: tuple[Rule, ...] = ("outside", "shift", "trend", "two_of_three")
FEWEST_POINTS = 6
FIRM_POINTS = 12
RUN = 7

_PER_MOVING_RANGE = 2.66
_SCREEN = 3.267
_MARKS: tuple[Mark, ...] = ("none", "common", "neither", "improvement", "concern")
_NONE, _COMMON, _NEITHER, _IMPROVEMENT, _CONCERN = range(len(_MARKS))
# Values closer than this part of the largest one are equal: a mean of equal values may be off by a last digit.
_SAME = 1e-9

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one baseline lets expect: from point `first` to point `last`, in the unit of the values."""

    first: int
    last: int
    mean: float
    lower: float
    upper: float
    points: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the chart; `value` is None at a gap, `limits` None where there are too few points."""

    index: int
    value: float | None
    limits: Limits | None
    rules: tuple[Rule, ...]
    mark: Mark


def xmr(
    values: Sequence[float | None], improvement: Improvement = "up", rebase_at: Sequence[int] = ()
) -> tuple[Point, ...]:
    """The XmR chart of one series of equally spaced values, one point per value.

    `values`: in order of time; None or NaN is a gap, which ends every run and every moving range.
    `improvement`: the way the line should go; "neutral" calls no special cause good or bad.
    `rebase_at`: indices at which a new baseline starts; nothing is counted across it. Only a policy event
    may give one: the caller decides, never the data.

    Limits are the mean ± 2.66 · the mean moving range, in the unit of the values and not clipped to any
    range. Moving ranges above 3.267 · their mean are left out first, once (unless all others are 0).
    A baseline of fewer than 6 points, or of fewer than 5 moving ranges because of gaps, has no limits; one of
    fewer than 12 points has provisional ones. Each special cause marks all the points that make it:
    "outside" (beyond a limit), "shift" (7 in a row on one side of the mean), "trend" (7 in a row, each above
    or each below the one before) and "two_of_three" (of 3 in a row on one side of the mean, 2 in the outer
    third within the limit). A trend speaks for the way it goes, the others for the side they lie on; a point
    whose rules contradict each other is "neither".

    Raises ValueError for an infinite value, an unknown `improvement` or an index that does not exist.
    """
    _check_improvement(improvement)
    if not len(values):
        return ()
    row = _matrix([values])[0]
    if wrong := [index for index in rebase_at if not 0 <= index < len(row)]:
        raise ValueError(f"rebase_at {wrong[0]}: the series has the points 0 to {len(row) - 1}")
    starts = sorted({0, *rebase_at})
    ends = [*starts[1:], len(row)]
    return tuple(
        point
        for start, end in zip(starts, ends, strict=True)
        for point in _baselines(row[np.newaxis, start:end], start, improvement)[0]
    )


def xmr_each(rows: Sequence[Sequence[float | None]], improvements: Sequence[Improvement]) -> list[tuple[Point, ...]]:
    """The chart of each of many series, of any lengths: of each row those points that `xmr` gives it.

    `improvements`: the way in which each row should go. Raises ValueError as `xmr` does.
    """
    alike: dict[tuple[int, Improvement], list[int]] = {}
    for place, (row, improvement) in enumerate(zip(rows, improvements, strict=True)):
        _check_improvement(improvement)
        alike.setdefault((len(row), improvement), []).append(place)
    found: dict[int, tuple[Point, ...]] = {}
    for (length, improvement), places in alike.items():
        matrix = _matrix([rows[place] for place in places])
        charts = _baselines(matrix, 0, improvement) if length else [[] for _ in places]
        found |= {place: tuple(points) for place, points in zip(places, charts, strict=True)}
    return [found[place] for place in range(len(rows))]


def _matrix(rows: Sequence[Sequence[float | None]]) -> Floats:
    """Rows of one length with NaN for gaps; ValueError where a value is infinite."""
    matrix = np.array([[np.nan if value is None else value for value in row] for row in rows], dtype=np.float64)
    if np.isinf(matrix).any():
        raise ValueError(
            f"value {int(np.isinf(matrix).any(axis=0).argmax())} is infinite; a value is a number, None or NaN"
        )
    return matrix


def xmr_marks(rows: Sequence[Sequence[float | None]], improvement: Improvement = "up") -> list[tuple[Mark, ...]]:
    """The marks of many series of one length at once: of each row those of the points of `xmr(row, improvement)`.

    Raises ValueError for rows of different lengths, and as `xmr` does.
    """
    _check_improvement(improvement)
    matrix = _matrix(rows)
    if not matrix.size:
        return [() for _ in rows]
    return [tuple(_MARKS[mark] for mark in row) for row in _marks_of(_Lines.of(matrix), improvement)]


def assurance(limits: Limits | None, target: float | None, direction: Improvement) -> Assurance | None:
    """Whether the process, left as it is, will meet the target: always, never, or by chance.

    `target` in the unit of the values; reaching it exactly meets it. `direction` as `improvement` of `xmr`.
    None without limits, without a target, or for a neutral measure, which has nothing to meet.
    """
    _check_improvement(direction)
    if limits is None or target is None or direction == "neutral":
        return None
    sign = 1 if direction == "up" else -1
    worst, best = sorted((sign * limits.lower, sign * limits.upper))
    slack = _SAME * max(abs(worst), abs(best), abs(target))
    if worst >= sign * target - slack:
        return "yes"
    return "no" if best < sign * target - slack else "hit_or_miss"


def marks(months: pl.DataFrame, direction: Improvement) -> pl.DataFrame:
    """The mark of each unit's latest month, for thousands of units at once: `xmr(…)[-1].mark` of each.

    `months`: one row per unit and month of one measure, series and baseline, with `unit_code`,
    `period_start` (date, the first of the month) and `value` (null or NaN = gap); an absent row is a gap
    too. The latest month is that of the whole frame. `direction` as `improvement` of `xmr`.
    Returns one row per unit, sorted: `unit_code`, `variation` (str, see `Mark`) and `provisional`
    (bool, null without limits). Raises ValueError where a unit has two rows in a month.
    """
    _check_improvement(direction)
    units, values = _as_matrix(months)
    lines = _Lines.of(values)
    latest = [_MARKS[mark] for mark in _marks_of(lines, improvement=direction)[:, -1]] if values.size else []
    provisional = pl.Series(lines.points < FIRM_POINTS, dtype=pl.Boolean)
    known = pl.Series(lines.known, dtype=pl.Boolean)
    return pl.DataFrame(
        {"unit_code": units, "variation": pl.Series(latest, dtype=pl.String), "provisional": provisional}
    ).with_columns(provisional=pl.when(known).then("provisional"))


def _check_improvement(improvement: str) -> None:
    if improvement not in ("up", "down", "neutral"):
        raise ValueError(f"improvement is up, down or neutral, not {improvement!r}")


def _baselines(values: Floats, start: int, improvement: Improvement) -> list[list[Point]]:
    """The points of each row of a matrix, of which each is a baseline that begins at point `start` of its chart."""
    lines = _Lines.of(values)
    found = _special_causes(lines)
    marks = _marks_of(lines, improvement)
    either = {rule: high | low for rule, (high, low) in found.items()}
    charts = []
    for place, row in enumerate(values):
        limits = lines.limits(place, start) if lines.known[place] else None
        charts.append(
            [
                Point(
                    index=start + at,
                    value=None if np.isnan(value) else float(value),
                    limits=limits,
                    rules=tuple(rule for rule in RULES if either[rule][place, at]),
                    mark=_MARKS[marks[place, at]],
                )
                for at, value in enumerate(row)
            ]
        )
    return charts


@dataclass(frozen=True)
class _Lines:
    """Values (units × months) with the mean and limits of each unit; all rows are one baseline each."""

    values: Floats
    mean: Floats
    reach: Floats
    points: NDArray[np.int64]
    known: Flags
    slack: Floats

    @classmethod
    def of(cls, values: Floats) -> _Lines:
        points = np.isfinite(values).sum(axis=1)
        ranges = np.abs(np.diff(values, axis=1))
        known = (points >= FEWEST_POINTS) & (np.isfinite(ranges).sum(axis=1) >= FEWEST_POINTS - 1)
        slack = _SAME * np.nan_to_num(np.abs(values)).max(axis=1, initial=0)
        reach = _PER_MOVING_RANGE * _typical_range(ranges, slack)
        return cls(values, _row_mean(values), reach, points, known, slack)

    def limits(self, place: int, start: int) -> Limits:
        """The limits of a row, whose first point is point `start` of the chart."""
        mean, reach, points = float(self.mean[place]), float(self.reach[place]), int(self.points[place])
        last = start + self.values.shape[1] - 1
        return Limits(start, last, mean, mean - reach, mean + reach, points, points < FIRM_POINTS)

    def above(self, part: float) -> Flags:
        """Points further above the mean than `part` of the way to the limit."""
        return self.values - (self.mean + part * self.reach)[:, np.newaxis] > self.slack[:, np.newaxis]

    def below(self, part: float) -> Flags:
        return self.values - (self.mean - part * self.reach)[:, np.newaxis] < -self.slack[:, np.newaxis]


def _typical_range(ranges: Floats, slack: Floats) -> Floats:
    """The mean moving range without the outlying ones, unless only ranges of nothing would be left.

    A commune at 100 % in all months but one would otherwise have limits of no width.
    """
    plain = _row_mean(ranges)
    largest = _SCREEN * (1 + _SAME) * plain
    screened = _row_mean(np.where(ranges <= largest[:, np.newaxis], ranges, np.nan))
    return np.where(screened > slack, screened, plain)


def _row_mean(matrix: Floats) -> Floats:
    count = np.isfinite(matrix).sum(axis=1)
    means: Floats = np.nansum(matrix, axis=1) / np.where(count == 0, np.nan, count)
    return means


def _special_causes(lines: _Lines) -> dict[Rule, tuple[Flags, Flags]]:
    """For each rule the points that speak for a high (or rising) and for a low (or falling) level."""
    known = lines.known[:, np.newaxis]
    sides = (lines.above, lines.below)
    steps, slack = np.diff(lines.values, axis=1), lines.slack[:, np.newaxis]
    found: dict[Rule, list[Flags]] = {
        "outside": [side(1) for side in sides],
        "shift": [_in_runs(side(0), RUN, reach=RUN) for side in sides],
        "trend": [_in_runs(moves, RUN - 1, reach=RUN) for moves in (steps > slack, steps < -slack)],
        "two_of_three": [_two_of_three(side(0), side(2 / 3) & ~side(1)) for side in sides],
    }
    return {rule: (high & known, low & known) for rule, (high, low) in found.items()}


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


def _marks_of(lines: _Lines, improvement: Improvement) -> NDArray[np.int64]:
    """Indices into `_MARKS`, shaped as the values."""
    found = _special_causes(lines).values()
    high = np.logical_or.reduce([flags for flags, _ in found])
    low = np.logical_or.reduce([flags for _, flags in found])
    good, bad = (low, high) if improvement == "down" else (high, low)
    marked = lines.known[:, np.newaxis] & np.isfinite(lines.values)
    one_way = (improvement != "neutral") & (high != low)
    cases = [~marked, ~(high | low), one_way & good, one_way & bad]
    return np.select(cases, [_NONE, _COMMON, _IMPROVEMENT, _CONCERN], default=_NEITHER)


def _as_matrix(months: pl.DataFrame) -> tuple[list[str], Floats]:
    """The unit codes, and their values as a matrix of units × all months from the first to the last."""
    rows = months.select("unit_code", "period_start", pl.col("value").cast(pl.Float64))
    if rows.is_empty():
        return [], np.empty((0, 0))
    units = rows.get_column("unit_code").unique().sort()
    start = pl.col("period_start")
    month = start.dt.year().cast(pl.Int64) * 12 + start.dt.month()
    line = units.search_sorted(rows.get_column("unit_code"))
    placed = rows.with_columns(line=line, month=month - month.min())
    if (twice := placed.filter(pl.struct("line", "month").is_duplicated())).height:
        unit, day, *_ = twice.row(0)
        raise ValueError(f"unit {unit} has more than one row in the month of {day}; one row is right")
    lines, columns = placed.get_column("line").to_numpy(), placed.get_column("month").to_numpy()
    matrix = np.full((len(units), columns.max() + 1), np.nan)
    matrix[lines, columns] = placed.get_column("value")
    return units.to_list(), matrix
