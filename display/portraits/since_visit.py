"""What is new in a commune since a visit: figures that clearly changed, values that were revised, promises closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from display.portraits import before_after, promises, summary
from display.portraits.summary import Row
from display.words.view import View
from ranking.ages import captured_on
from ranking.before_after import ALIKE, Comparison
from ranking.periods import local_day
from store import units


@dataclass(frozen=True)
class News:
    """Since the day of a visit: how many shares could be `compared`, those that clearly `changed` beside similar
    communes, how many values were `revised`, and how many promises were `closed`."""

    compared: int
    changed: tuple[tuple[Row, Comparison], ...]
    revised: int
    closed: int


def news(view: View, code: str, day: date) -> News:
    """What is new in a commune since a day; each share takes some hundredths of a second."""
    rows = [row for row in summary.rows(view.snapshot, code) if _is_judged(row)]
    found = [
        (row, one)
        for row in rows
        if (one := before_after.comparison(view.snapshot, code, row.measure.id, row.basis, "all", day, day))
    ]
    revised = units.revised(view.snapshot, code).filter(captured_on("new_captured_at") > day)
    closed = [one for one in promises.of_unit(view, code) if one.closed_at and local_day(one.closed_at) >= day]
    return News(
        len(found),
        tuple(pair for pair in found if pair[1].word != ALIKE),
        revised.select(pl.len()).item(),
        len(closed),
    )


def _is_judged(row: Row) -> bool:
    return row.measure.kind == "share" and row.measure.direction != "neutral"
