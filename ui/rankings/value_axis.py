"""The axis of values that all rows of a ranking share, and a row's mark on it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ranking.measures import Measure


@dataclass(frozen=True)
class Axis:
    """The axis that all rows share."""

    start: float
    end: float

    @property
    def width(self) -> float:
        return self.end - self.start

    def at(self, value: float) -> float:
        """Where a value lies, in per cent of the axis."""
        return 100 * min(max((value - self.start) / self.width, 0), 1)


def axis(measure: Measure, rows: pl.DataFrame) -> Axis:
    """Of shares as long as values and intervals go, for on one from 0 to 100 all look alike; counts, days and scores
    begin at zero."""
    if measure.kind != "share":
        return Axis(0.0, measure.max_score or float(rows.select(pl.max("value")).item() or 0))
    known = [name for name in ("value", "value_low", "value_high") if name in rows.columns]
    low, high = rows.select(pl.min_horizontal(pl.min(*known)), pl.max_horizontal(pl.max(*known)).alias("high")).row(0)
    return Axis(low, high) if low is not None and low < high else Axis(0.0, 100.0)


def mark(row: dict, axis: Axis, level: float | None) -> str:
    """The value with its 95 % interval as a lighter ribbon, and the level of all together as a tick: a bar where the
    axis begins at zero, else a point, for a bar's length would lie."""
    if not axis.width:
        return ""
    at = axis.at(row["value"])
    bar = f'<i style="width:{at:.1f}%"></i>' if axis.start == 0 else f'<b style="left:{at:.1f}%"></b>'
    if row.get("value_low") is not None:
        low, high = axis.at(row["value_low"]), axis.at(row["value_high"])
        bar = f'<s style="left:{low:.1f}%;width:{max(high - low, 0.8):.1f}%"></s>' + bar
    return bar + (f'<u style="left:{axis.at(level):.1f}%"></u>' if level is not None else "")
