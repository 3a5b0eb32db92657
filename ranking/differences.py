"""Differences between two periods: by how much each unit changed, how sure that is, and who clearly changed."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from ranking.bands import ABOVE, ALIKE, BELOW, against
from ranking.intervals import Floats, two_sided_z
from ranking.measures import Measure

_KEY = ["unit_code", "series", "basis"]
_VALUES = ["value", "value_low", "value_high"]
_WORDS = {ABOVE: "rose", ALIKE: "alike", BELOW: "fell"}


def changes(before: pl.DataFrame, after: pl.DataFrame, measure: Measure, confidence: float = 0.95) -> pl.DataFrame:
    """One row per unit that is ranked in both periods under the same rules, the largest rise first.

    `before`, `after`: rows of `tables.Standings` of one measure, one per unit, series and basis; rows
    without a rank (too few dossiers, no report) don't count, and a unit scored by other rules in the two
    periods has no difference. Returns `unit_code`, `series`, `basis`, `before`, `after`, `change` (in the unit
    of the value, percentage points for shares), `change_low`, `change_high` (null where the source says too
    little) and `clear`: rose, fell or alike, null without an interval.

    The interval comes from those of the two values (`square_and_add`). For shares these are Wilson's, with the
    counts divided by the within-unit inflation (`certainty.with_certainty`), so that it is Newcombe's method
    10; for other kinds they are value ± z · se, of which an end cut off at 0 or at full marks is not used.
    `clear` is decided for all units together after Benjamini and Hochberg (`bands.against`) with the error
    that the end nearer to zero stands for.
    """
    pairs = _ranked(before).join(_ranked(after), on=_KEY, suffix="_after")
    ends = [_ends(pairs, suffix, measure) for suffix in ("", "_after")]
    old, new = (_floats(pairs, name) for name in ("value", "value_after"))
    low, high = square_and_add((old, *ends[0]), (new, *ends[1]))
    found = pairs.select(
        *_KEY,
        before="value",
        after="value_after",
        change=pl.col("value_after") - pl.col("value"),
        change_low=pl.Series(low, dtype=pl.Float64).fill_nan(None),
        change_high=pl.Series(high, dtype=pl.Float64).fill_nan(None),
    )
    return found.with_columns(clear=_clear(found, confidence)).sort("change", "unit_code", descending=[True, False])


def square_and_add(
    before: tuple[ArrayLike, ArrayLike, ArrayLike], after: tuple[ArrayLike, ArrayLike, ArrayLike]
) -> tuple[Floats, Floats]:
    """The interval (low, high) of `after` − `before`, each given as its value, low end and high end.

    low = d − √((after − its low)² + (before's high − before)²), high = d + √((after's high − after)² +
    (before − its low)²). With Wilson's intervals of two shares this is method 10 of Newcombe (1998),
    Statistics in Medicine 17, 873–890; with any others it is the rule of Zou and Donner (2008), Statistics
    in Medicine 27, 1693–1702. Both values are taken as independent. NaN where any of the six is NaN.
    """
    p1, l1, u1 = (np.asarray(x, float) for x in before)
    p2, l2, u2 = (np.asarray(x, float) for x in after)
    difference = p2 - p1
    return difference - np.hypot(p2 - l2, u1 - p1), difference + np.hypot(u2 - p2, p1 - l1)


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("rank").is_not_null()).select(*_KEY, *_VALUES)


def _ends(pairs: pl.DataFrame, suffix: str, measure: Measure) -> tuple[Floats, Floats]:
    """Both ends of a value's interval; for kinds whose intervals may be cut off, as far apart as the longer side."""
    value, low, high = (_floats(pairs, name + suffix) for name in _VALUES)
    if measure.kind == "share":
        return low, high
    half = np.maximum(high - value, value - low)
    return value - half, value + half


def _floats(frame: pl.DataFrame, name: str) -> Floats:
    return frame.get_column(name).cast(pl.Float64).fill_null(np.nan).to_numpy()


def _clear(found: pl.DataFrame, confidence: float) -> pl.Series:
    change, low, high = (_floats(found, name) for name in ("change", "change_low", "change_high"))
    error = np.where(change >= 0, change - low, high - change) / two_sided_z(confidence)
    words = np.full(found.height, None, dtype=object)
    known = np.flatnonzero(np.isfinite(error))
    words[known] = [_WORDS[band] for band in against(0.0, change[known], error[known])]
    return pl.Series(words, dtype=pl.String)
