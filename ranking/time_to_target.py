"""How long it takes until units reach a level and keep it: the share that has got there, month by month."""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl

from ranking.extent import first_and_last

Better = Literal["high", "low"]
KEPT_MONTHS = 3


def first_reached(months: pl.DataFrame, level: float, better: Better = "high", keep: int = KEPT_MONTHS) -> pl.DataFrame:
    """When each unit first reached the level and kept it: one row per unit, sorted by `unit_code`.

    `months`: one row per unit and whole month of one measure counted by the same rules, with `unit_code`,
    `period_start` (the first of the month) and `value`; null, or no row, means that the month is not known.
    A month meets the level where its value is at least `level` (`better="high"`) or at most (`"low"`). A unit
    has reached the level in month t if t and the months after it, `keep` in all, are known and meet it; the
    first such t is `reached`. It stays reached even if the unit falls back later.

    Returns `unit_code`, `reached` (date, null where not or not known), `judged` (number of months t in which
    the unit could be judged, that is of which all `keep` months are known; 0 means that nothing can be said),
    `last` (its latest known value) and `meets_now` (whether that one meets the level, null without a value).
    Raises ValueError where `keep` is below 1 or a unit has two rows in a month.
    """
    grid = _judged(months, level, better, keep)
    last = pl.col("value").drop_nulls().last()
    units = grid.group_by("unit_code").agg(
        reached=pl.col("period_start").filter("held").min(), judged=pl.col("judged").sum(), last=last
    )
    return units.with_columns(meets_now=_meets(level, better, "last")).sort("unit_code")


def curve(months: pl.DataFrame, level: float, better: Better = "high", keep: int = KEPT_MONTHS) -> pl.DataFrame:
    """The share of units that have reached the level by each month, one minus Kaplan and Meier's estimate.

    Arguments as `first_reached`. A unit is at risk in month t if it has not reached the level before t and can
    be judged in t: all `keep` months from t on are known. One that can't be judged is left out of that month,
    neither counted as failing nor as having got there, and comes back when its months are known again: so
    it is censored, which is right as long as silence has nothing to do with the level. Of those at risk in
    t the part h(t) reaches it; the share that has got there is 1 − (1 − h(1)) · … · (1 − h(t)).

    Returns one row per month that can be judged, in order of time: `period_start`, `at_risk`, `reached`
    (how many units, in that month) and `share` (0 to 1). The last `keep` − 1 months are not among them.
    Source: Kaplan and Meier (1958), JASA 53, 457–481, in discrete time.
    """
    grid = _judged(months, level, better, keep)
    since = pl.col("period_start").filter("held").min().over("unit_code")
    waiting = grid.filter("judged", since.is_null() | (pl.col("period_start") <= since))
    table = waiting.group_by("period_start").agg(at_risk=pl.len().cast(pl.Int64), reached=pl.col("held").sum())
    hazard = pl.col("reached") / pl.col("at_risk")
    return table.sort("period_start").with_columns(pl.col("reached").cast(pl.Int64), share=1 - (1 - hazard).cum_prod())


def _judged(months: pl.DataFrame, level: float, better: Better, keep: int) -> pl.DataFrame:
    """Every unit in every month from the first to the last, whether it can be judged there, and has held the level."""
    if keep < 1:
        raise ValueError(f"keep: at least 1 month, found {keep}")
    grid = _grid(months).with_columns(known=pl.col("value").is_not_null(), met=_meets(level, better).fill_null(False))

    def from_here(column: str) -> pl.Expr:
        ahead = (pl.col(column).shift(-step).over("unit_code").fill_null(False) for step in range(keep))
        return pl.all_horizontal(ahead)

    return grid.with_columns(judged=from_here("known"), held=from_here("met"))


def _meets(level: float, better: Better, column: str = "value") -> pl.Expr:
    return pl.col(column) >= level if better == "high" else pl.col(column) <= level


def _grid(months: pl.DataFrame) -> pl.DataFrame:
    rows = months.select("unit_code", "period_start", pl.col("value").cast(pl.Float64))
    if (twice := rows.filter(pl.struct("unit_code", "period_start").is_duplicated())).height:
        raise ValueError(f"unit {twice.item(0, 0)} has more than one row in the month of {twice.item(0, 1)}")
    units = rows.select(pl.col("unit_code").unique().sort())
    calendar = pl.DataFrame({"period_start": _months_between(rows)}, schema={"period_start": pl.Date})
    return units.join(calendar, how="cross").join(
        rows, on=["unit_code", "period_start"], how="left", maintain_order="left"
    )


def _months_between(rows: pl.DataFrame) -> list[date]:
    if not (ends := first_and_last(rows.get_column("period_start"))):
        return []
    return pl.date_range(ends[0], ends[1], "1mo", eager=True).to_list()
