"""Whose result clearly changed, and why the rank moved."""

from __future__ import annotations

from html import escape

import polars as pl

from display.words import marks, numbers
from display.words.selection import Selection
from display.words.view import View
from ranking.collation import by_name
from ranking.movement import cause
from store import moves
from ui.overview.head import earlier
from ui.overview.units import unit_link

MOST_MOVED = 4
_PARTS = ("expected_own", "expected_others", "expected_membership")


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


def movers(view: View, chosen: Selection, heading: str, rows: pl.DataFrame) -> str:
    """A short list of units with their ranks before and now, and why they moved. Markup."""
    items = "".join(_mover(view, chosen, row) for row in rows.iter_rows(named=True))
    items = items or f"<li>{escape(view.say('overview.nobody'))}</li>"
    return f'<h3 class="gd-list-title">{escape(heading)}</h3><ul class="gd-list">{items}</ul>'


def _mover(view: View, chosen: Selection, row: dict) -> str:
    ranks = view.say(
        "overview.moved.from_to",
        before=numbers.number(row["expected_before"], view.language),
        now=numbers.number(row["expected_now"], view.language),
    )
    unit = view.say("card.points") if chosen.measure.kind == "share" else chosen.measure.unit.in_language(view.language)
    change = f"{numbers.signed(row['change'], view.language, chosen.measure.decimals)}\u00a0{unit}".strip()
    why = view.say(f"cause.{cause(*(row[name] for name in _PARTS))}")
    name = unit_link(view, chosen, row)
    moved, told = marks.movement(view, row, chosen.measure), f"{change}; {ranks}, {why}"
    return f'<li>{name} {moved}<span class="gd-sub">{escape(told)}</span></li>'


def moved_note(view: View, chosen: Selection) -> str:
    """Since when changes count, and which are listed; the selection must have an earlier period."""
    before = earlier(chosen)
    if before is None:
        raise ValueError(f"{chosen.period.id} has no earlier period")
    return view.say("overview.moved.note", before=numbers.period_in_sentence(before, view.language))
