"""How old the figures of a period were when they were captured, and which two periods may be set against each other.

The portal counts open dossiers that are not yet due as on time, so the figures of a month go on changing after its end.
A month that was captured a few days after its end and one captured weeks after it differ for that reason alone.
"""

from __future__ import annotations

import polars as pl

from ranking.periods import VIETNAM
from ranking.states import REPORTED

SETTLED_DAYS = 30
"""From so many days after the end of a period on, its figures count as settled."""
SAME_AGE_DAYS = 3
"""By how many days two periods may differ in age, where one of them is not settled yet."""
_AGEING = "portal"
"""The basis whose figures change after the end of a period; a form is signed once, an export is counted at one time."""


def captured_on(column: str = "captured_at") -> pl.Expr:
    """The day in Vietnam on which a row was captured."""
    return (pl.col(column) + VIETNAM.utcoffset(None)).dt.date()


def age() -> pl.Expr:
    """Days from the end of a row's period to its capture, 0 or less while it is open; of a basis that does not change
    afterwards, as of a settled period."""
    days = (captured_on() - pl.col("period_end")).dt.total_days()
    return pl.when(pl.col("basis") == _AGEING).then(days).otherwise(pl.lit(SETTLED_DAYS)).alias("age")


def equally_old(before: str, after: str) -> pl.Expr:
    """Whether two ages are those of closed periods and equal, or both of settled ones."""
    one, other = pl.col(before), pl.col(after)
    closed = (one > 0) & (other > 0)
    settled = (one >= SETTLED_DAYS) & (other >= SETTLED_DAYS)
    return closed & (settled | ((one - other).abs() <= SAME_AGE_DAYS))


def surely_equally_old(before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether `equally_old` holds for any two ages between the lowest and the highest one of each of two periods."""
    (one, one_high), (other, other_high) = before, after
    if min(one, other) >= SETTLED_DAYS:
        return True
    return min(one, other) > 0 and max(one_high - other, other_high - one) <= SAME_AGE_DAYS


def comparable(before: pl.DataFrame, after: pl.DataFrame) -> bool:
    """Whether the figures of two periods are of one age in every unit that reports both.

    `before`, `after`: rows of `tables.Measurements` of one measure and basis, each of one period.
    """
    ages = [rows.filter(pl.col("state") == REPORTED).select("unit_code", "level", age()) for rows in (before, after)]
    pairs = ages[0].join(ages[1], on=["unit_code", "level"], suffix="_after")
    return bool(pairs.select(equally_old("age", "age_after").all()).item())
