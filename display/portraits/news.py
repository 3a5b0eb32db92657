"""What is new in a scope: who gets worse, has not reported or clearly changed, and what is overdue.

The start page and the province's bulletin both read it here, so they say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from display.words import numbers, rankings
from display.words.selection import Selection
from display.words.view import View
from ranking.bands import BELOW
from ranking.collation import by_name
from ranking.movement import cause
from ranking.periods import Period, previous
from ranking.process_limits import FEWEST_POINTS, IMPROVEMENT, marks
from ranking.states import REPORTED
from store import coverage, moves, opening, standings
from store.coverage import Coverage
from store.months import latest_series

MOST_MOVED = 4
_PARTS = ("expected_own", "expected_others", "expected_membership")


@dataclass(frozen=True)
class Overdue:
    """The overdue backlog of a scope: the measure's period and basis, its sum, and the units that hold most of it."""

    period: Period
    basis: str
    total: float
    units: pl.DataFrame


def worsening(view: View, chosen: Selection, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The units below the common level whose own trend has turned for the worse; None where months are too few."""
    months = latest_series(said) if (said := rankings.months_of(view, chosen)).height else said
    if months.is_empty() or months.get_column("period_start").n_unique() < FEWEST_POINTS:
        return None
    measure = chosen.measure
    turned = marks(months, IMPROVEMENT[measure.direction], shares=measure.kind == "share")
    concern = turned.filter(pl.col("variation") == "concern").get_column("unit_code")
    return rows.filter(pl.col("band") == BELOW, pl.col("unit_code").is_in(concern.implode()))


def silent(view: View, chosen: Selection) -> Coverage:
    """Who of the scope has reported by the selection's source in its period, and each that has not."""
    return coverage.coverage(view.snapshot, chosen.level, chosen.scope, chosen.basis, chosen.period)


def overdue(view: View, chosen: Selection) -> Overdue | None:
    """The overdue backlog at the end of the period that pages open on; None where it is not known."""
    found = opening.opening(view.snapshot, chosen.level, chosen.scope, "open_overdue")
    if found is None:
        return None
    rows = standings.ranking(view.snapshot, chosen.level, "open_overdue", found.basis, found.period, chosen.scope)
    held = rows.filter(pl.col("state") == REPORTED).sort("value", by_name(), descending=[True, False])
    return Overdue(found.period, found.basis, float(held.get_column("value").sum()), held.filter(pl.col("value") > 0))


def earlier(chosen: Selection) -> Period | None:
    """The period that movements count from."""
    return previous(chosen.period)


def moved(view: View, chosen: Selection, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """The units whose own figure clearly improved and clearly worsened, those that moved most places first.

    None where there is no comparable period before. Clearly: more than chance and the usual change from month
    to month explain, decided for all units together (`ranking.differences`).
    """
    before = earlier(chosen)
    if before is None or not rows.get_column("previous_rank").count():
        return None
    found = moves.with_moves(view.snapshot, rows)
    places = pl.col("expected_before").round() - pl.col("expected_now").round()
    found = found.with_columns(places=places).sort("places", by_name(), descending=[True, False])
    better, worse = ("fell", "rose") if chosen.measure.direction == "lower" else ("rose", "fell")
    improved = found.filter(pl.col("clear") == better, pl.col("places") > 0)
    worsened = found.filter(pl.col("clear") == worse, pl.col("places") < 0).sort("places", by_name())
    return improved.head(MOST_MOVED), worsened.head(MOST_MOVED)


def change(view: View, chosen: Selection, row: dict[str, Any]) -> str:
    """How a unit that clearly changed did so, and why: `+9,1 điểm %; 80 → 66, do kết quả của chính đơn vị`.

    `row`: of `moved`.
    """
    ranks = view.say(
        "overview.moved.from_to",
        before=numbers.number(row["expected_before"], view.language),
        now=numbers.number(row["expected_now"], view.language),
    )
    unit = view.say("card.points") if chosen.measure.kind == "share" else chosen.measure.unit.in_language(view.language)
    value = f"{numbers.signed(row['change'], view.language, chosen.measure.decimals)}\u00a0{unit}".strip()
    why = view.say(f"cause.{cause(*(row[name] for name in _PARTS))}")
    return f"{value}; {ranks}, {why}"
