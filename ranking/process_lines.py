"""The lines of process charts: mean, limits and special causes of many months of many units at once."""

from __future__ import annotations

import numpy as np

from ranking.p_prime import fitted, p_prime_limits, special_causes_of_counts
from ranking.run_rules import Flags, Floats, Lines, Rule, Sides, of_rows, replaced, special_causes
from ranking.screening import outlying, row_mean, typical_range

FEWEST = 6

Counts = tuple[Floats, Floats]
"""Numerators and denominators, units × months, NaN = gap."""

_PER_MOVING_RANGE = 2.66
# Values closer than this part of the largest one are equal: a mean of equal values may be off by a last digit.
SAME = 1e-9


def lines_of(values: Floats, counts: Counts | None) -> tuple[Lines, dict[Rule, Sides]]:
    """The lines of each row (one baseline of a unit) and its special causes, rule by rule.

    `values`: units × months, NaN = gap. A row whose values are all shares of `counts` (0 ≤ x ≤ n, n > 0) has those of
    the p′ chart, any other those of the XmR chart.
    """
    lines = _xmr_lines(values)
    found = special_causes(lines)
    if counts is None or not values.size:
        return lines, found
    x, n = counts
    gap = np.isnan(values)
    sound = (n > 0) & (x >= 0) & (x <= n)
    counted = (sound | gap).all(axis=1) & lines.known
    x, n = np.where(gap, np.nan, x)[counted], np.where(gap, np.nan, n)[counted]
    ours, causes = _p_prime_lines(of_rows(lines, counted), x, n)
    none = np.zeros(values.shape, bool)
    for rule, sides in causes.items():
        before = found.get(rule, (none, none))
        found[rule] = (_put(before[0], counted, sides[0]), _put(before[1], counted, sides[1]))
    return replaced(lines, counted, ours), found


def _put(flags: Flags, rows: Flags, own: Flags) -> Flags:
    whole = flags.copy()
    whole[rows] = own
    return whole


def _p_prime_lines(plain: Lines, x: Floats, n: Floats) -> tuple[Lines, dict[Rule, Sides]]:
    """The same rows with the mean and limits of the p′ chart, and its special causes."""
    fit = fitted(x, n)
    middle = np.round(np.nanmedian(n, axis=1, keepdims=True)) if len(n) else n[:, :1]
    lower, upper = p_prime_limits(fit, np.concatenate([n, np.maximum(middle, 1)], axis=1))
    lines = Lines(
        values=100 * x / n,
        mean=100 * fit.level,
        lower=100 * lower[:, :-1],
        upper=100 * upper[:, :-1],
        lowest=100 * lower[:, -1],
        highest=100 * upper[:, -1],
        points=plain.points,
        known=plain.known,
        slack=plain.slack,
    )
    return lines, special_causes_of_counts(lines, x, n, fit)


def _xmr_lines(values: Floats) -> Lines:
    """The lines of XmR charts; outlying values count in the mean unless they draw it so far that others are marked."""
    odd = outlying(values)
    plain, screened = _around(values, row_mean(values)), _around(values, row_mean(np.where(odd, np.nan, values)))
    drawn = _marks_differ(plain, screened, ~odd)
    return replaced(plain, drawn, of_rows(screened, drawn))


def _around(values: Floats, mean: Floats) -> Lines:
    points = np.isfinite(values).sum(axis=1)
    ranges = np.abs(np.diff(values, axis=1))
    known = (points >= FEWEST) & (np.isfinite(ranges).sum(axis=1) >= FEWEST - 1)
    slack = SAME * np.nan_to_num(np.abs(values)).max(axis=1, initial=0)
    reach = _PER_MOVING_RANGE * typical_range(ranges, slack)
    lowest, highest = mean - reach, mean + reach
    lower, upper = (np.broadcast_to(end[:, np.newaxis], values.shape) for end in (lowest, highest))
    return Lines(values, mean, lower, upper, lowest, highest, points, known, slack)


def _marks_differ(plain: Lines, screened: Lines, kept: Flags) -> Flags:
    """The rows in which a kept value is marked beside one mean and not beside the other."""
    differ = np.zeros(len(kept), bool)
    for one, other in zip(special_causes(plain).values(), special_causes(screened).values(), strict=True):
        for side in (0, 1):
            differ |= ((one[side] != other[side]) & kept).any(axis=1)
    return differ
