"""Process limits: whether a unit's months differ by more than its own process usually makes them differ.

XmR charts (individual values and moving ranges) of scores and days as NHS England's Making Data Count draws them, and
Laney's p′ charts of shares (`p_prime`). Sources:
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
from numpy.typing import NDArray

from ranking.process_lines import FEWEST, SAME, Counts, lines_of
from ranking.run_rules import RULES, Floats, Lines, Rule, Sides
from ranking.unit_months import as_matrices, as_matrix

Improvement = Literal["up", "down", "neutral"]
Mark = Literal["improvement", "concern", "neither", "common", "none"]
Assurance = Literal["yes", "no", "hit_or_miss"]

IMPROVEMENT: dict[str, Improvement] = {"higher": "up", "lower": "down", "neutral": "neutral"}
"""What `Measure.direction` calls better, as the way in which the line should go."""

FEWEST_POINTS = FEWEST
FIRM_POINTS = 12

_MARKS: tuple[Mark, ...] = ("none", "common", "neither", "improvement", "concern")
_NONE, _COMMON, _NEITHER, _IMPROVEMENT, _CONCERN = range(len(_MARKS))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one baseline lets expect: from point `first` to point `last`, in the unit of the values.

    `lower` and `upper` are those of a month with the middle number of dossiers, where months differ in it.
    """

    first: int
    last: int
    mean: float
    lower: float
    upper: float
    points: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the chart; `value` is None at a gap, `limits` None where there are too few points.

    `lower`, `upper`: the limits of this very point; None without limits and at a gap of a p′ chart.
    """

    index: int
    value: float | None
    limits: Limits | None
    rules: tuple[Rule, ...]
    mark: Mark
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Shares:
    """A series of shares in per cent with the counts behind them, all of one length; None or NaN is a gap."""

    values: Sequence[float | None]
    numerators: Sequence[float | None]
    denominators: Sequence[float | None]

    @classmethod
    def of(cls, numerators: Sequence[float | None], denominators: Sequence[float | None]) -> Shares:
        """The shares of the counts themselves."""
        values = [None if x is None or not n else 100 * x / n for x, n in zip(numerators, denominators, strict=True)]
        return cls(values, numerators, denominators)


def xmr(
    values: Sequence[float | None], improvement: Improvement = "up", rebase_at: Sequence[int] = ()
) -> tuple[Point, ...]:
    """The XmR chart of one series of equally spaced values, one point per value.

    `values`: in order of time; None or NaN is a gap, which ends every run and every moving range.
    `improvement`: the way the line should go; "neutral" calls no special cause good or bad.
    `rebase_at`: indices at which a new baseline starts; nothing is counted across it. Only a policy event
    may give one: the caller decides, never the data.

    Limits are the mean ± 2.66 · the mean moving range, in the unit of the values and not clipped to any
    range. Moving ranges above 3.267 · their mean are left out first, once (unless all others are 0). In the
    same way values further from the median than 3.267 · the mean distance are left out of the mean, where they
    draw it so far that the others would be marked for it.
    A baseline of fewer than 6 points, or of fewer than 5 moving ranges because of gaps, has no limits; one of
    fewer than 12 points has provisional ones. Each special cause marks all the points that make it:
    "outside" (beyond a limit), "shift" (7 in a row on one side of the mean), "trend" (7 in a row, each above
    or each below the one before) and "two_of_three" (of 3 in a row on one side of the mean, 2 in the outer
    third within the limit). A trend speaks for the way it goes, the others for the side they lie on; a point
    whose rules contradict each other is "neither".

    Raises ValueError for an infinite value, an unknown `improvement` or an index that does not exist.
    """
    return _chart(as_matrix([values]), None, improvement, rebase_at)


def p_prime(series: Shares, improvement: Improvement = "up", rebase_at: Sequence[int] = ()) -> tuple[Point, ...]:
    """The p′ chart of one series of monthly shares, one point per month.

    As `xmr`, but for what counts tell: the mean is that of all dossiers, limits follow the number of dossiers of each
    month (`p_prime.p_prime_limits`), a rule is used only where chance alone fulfils it in at most 2 % of
    stretches, and where "shift" is not used "cusum" stands in for it (`count_cusum.signals`). A baseline of which
    a month has a value but no counts that make a share has the XmR chart of its values.
    Raises ValueError as `xmr` does, and where the three sequences are not of one length.
    """
    return _chart(as_matrix([series.values]), _counts_of([series]), improvement, rebase_at)


def xmr_each(rows: Sequence[Sequence[float | None]], improvements: Sequence[Improvement]) -> list[tuple[Point, ...]]:
    """The chart of each of many series, of any lengths: of each row those points that `xmr` gives it.

    `improvements`: the way in which each row should go. Raises ValueError as `xmr` does.
    """
    return _each([(row, None) for row in rows], improvements)


def p_prime_each(rows: Sequence[Shares], improvements: Sequence[Improvement]) -> list[tuple[Point, ...]]:
    """The chart of each of many series of shares, of any lengths, as `p_prime` gives it. Raises ValueError as that."""
    return _each([(row.values, row) for row in rows], improvements)


def xmr_marks(rows: Sequence[Sequence[float | None]], improvement: Improvement = "up") -> list[tuple[Mark, ...]]:
    """The marks of many series of one length at once: of each row those of the points of `xmr(row, improvement)`.

    Raises ValueError for rows of different lengths, and as `xmr` does.
    """
    return _all_marks(as_matrix(rows), None, improvement, len(rows))


def p_prime_marks(rows: Sequence[Shares], improvement: Improvement = "up") -> list[tuple[Mark, ...]]:
    """The marks of many series of shares of one length at once, as `p_prime` gives them. Raises ValueError as that."""
    return _all_marks(as_matrix([row.values for row in rows]), _counts_of(rows), improvement, len(rows))


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
    slack = SAME * max(abs(worst), abs(best), abs(target))
    if worst >= sign * target - slack:
        return "yes"
    return "no" if best < sign * target - slack else "hit_or_miss"


def marks(months: pl.DataFrame, direction: Improvement, *, shares: bool = False) -> pl.DataFrame:
    """The mark of each unit's latest month, for thousands of units at once: `xmr(…)[-1].mark` of each.

    `months`: one row per unit and month of one measure, series and baseline, with `unit_code`,
    `period_start` (date, the first of the month) and `value` (null or NaN = gap); an absent row is a gap
    too. The latest month is that of the whole frame. `direction` as `improvement` of `xmr`. `shares`: the
    values are shares in per cent and `months` has their `numerator` and `denominator`: marks are those of `p_prime`.
    Returns one row per unit, sorted: `unit_code`, `variation` (str, see `Mark`) and `provisional`
    (bool, null without limits). Raises ValueError where a unit has two rows in a month.
    """
    _check_improvement(improvement := direction)
    units, values, *counts = as_matrices(months, *(("numerator", "denominator") if shares else ()))
    lines, found = lines_of(values, (counts[0], counts[1]) if shares else None)
    latest = [_MARKS[mark] for mark in _marks_of(lines, found, improvement)[:, -1]] if values.size else []
    provisional = pl.Series(lines.points < FIRM_POINTS, dtype=pl.Boolean)
    known = pl.Series(lines.known, dtype=pl.Boolean)
    return pl.DataFrame(
        {"unit_code": units, "variation": pl.Series(latest, dtype=pl.String), "provisional": provisional}
    ).with_columns(provisional=pl.when(known).then("provisional"))


def _chart(
    values: Floats, counts: Counts | None, improvement: Improvement, rebase_at: Sequence[int]
) -> tuple[Point, ...]:
    _check_improvement(improvement)
    months = values.shape[1]
    if not months:
        return ()
    if wrong := [index for index in rebase_at if not 0 <= index < months]:
        raise ValueError(f"rebase_at {wrong[0]}: the series has the points 0 to {months - 1}")
    starts = sorted({0, *rebase_at})
    ends = [*starts[1:], months]
    return tuple(
        point
        for start, end in zip(starts, ends, strict=True)
        for point in _baselines(values[:, start:end], _part(counts, slice(start, end)), start, improvement)[0]
    )


def _part(counts: Counts | None, months: slice) -> Counts | None:
    return None if counts is None else (counts[0][:, months], counts[1][:, months])


def _each(
    rows: Sequence[tuple[Sequence[float | None], Shares | None]], improvements: Sequence[Improvement]
) -> list[tuple[Point, ...]]:
    alike: dict[tuple[int, Improvement], list[int]] = {}
    for place, ((row, _), improvement) in enumerate(zip(rows, improvements, strict=True)):
        _check_improvement(improvement)
        alike.setdefault((len(row), improvement), []).append(place)
    found: dict[int, tuple[Point, ...]] = {}
    for (length, improvement), places in alike.items():
        matrix = as_matrix([rows[place][0] for place in places])
        shares = [share for place in places if (share := rows[place][1]) is not None]
        counts = _counts_of(shares) if shares else None
        charts = _baselines(matrix, counts, 0, improvement) if length else [[] for _ in places]
        found |= {place: tuple(points) for place, points in zip(places, charts, strict=True)}
    return [found[place] for place in range(len(rows))]


def _all_marks(matrix: Floats, counts: Counts | None, improvement: Improvement, rows: int) -> list[tuple[Mark, ...]]:
    _check_improvement(improvement)
    if not matrix.size:
        return [() for _ in range(rows)]
    return [tuple(_MARKS[mark] for mark in row) for row in _marks_of(*lines_of(matrix, counts), improvement)]


def _counts_of(rows: Sequence[Shares]) -> Counts:
    for row in rows:
        if not len(row.values) == len(row.numerators) == len(row.denominators):
            raise ValueError(
                f"{len(row.values)} values, {len(row.numerators)} numerators and {len(row.denominators)} denominators: "
                "one of each per month is right"
            )
    return as_matrix([row.numerators for row in rows]), as_matrix([row.denominators for row in rows])


def _check_improvement(improvement: str) -> None:
    if improvement not in ("up", "down", "neutral"):
        raise ValueError(f"improvement is up, down or neutral, not {improvement!r}")


def _baselines(values: Floats, counts: Counts | None, start: int, improvement: Improvement) -> list[list[Point]]:
    """The points of each row of a matrix; each row is a baseline that begins at point `start` of its chart."""
    lines, found = lines_of(values, counts)
    marks = _marks_of(lines, found, improvement)
    either = {rule: high | low for rule, (high, low) in found.items()}
    charts = []
    for place, row in enumerate(values):
        limits = _limits_of(lines, place, start) if lines.known[place] else None
        charts.append(
            [
                Point(
                    index=start + at,
                    value=_known(value),
                    limits=limits,
                    rules=tuple(rule for rule in RULES if rule in either and either[rule][place, at]),
                    mark=_MARKS[marks[place, at]],
                    lower=_known(lines.lower[place, at]) if limits else None,
                    upper=_known(lines.upper[place, at]) if limits else None,
                )
                for at, value in enumerate(row)
            ]
        )
    return charts


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _limits_of(lines: Lines, place: int, start: int) -> Limits:
    """The limits of a row, whose first point is point `start` of the chart."""
    points, last = int(lines.points[place]), start + lines.values.shape[1] - 1
    mean, lowest, highest = (float(of[place]) for of in (lines.mean, lines.lowest, lines.highest))
    return Limits(start, last, mean, lowest, highest, points, points < FIRM_POINTS)


def _marks_of(lines: Lines, found: dict[Rule, Sides], improvement: Improvement) -> NDArray[np.int64]:
    """Indices into `_MARKS`, shaped as the values."""
    high = np.logical_or.reduce([flags for flags, _ in found.values()])
    low = np.logical_or.reduce([flags for _, flags in found.values()])
    good, bad = (low, high) if improvement == "down" else (high, low)
    marked = lines.known[:, np.newaxis] & np.isfinite(lines.values)
    one_way = (improvement != "neutral") & (high != low)
    cases = [~marked, ~(high | low), one_way & good, one_way & bad]
    return np.select(cases, [_NONE, _COMMON, _IMPROVEMENT, _CONCERN], default=_NEITHER)
