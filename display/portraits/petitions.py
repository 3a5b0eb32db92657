"""What petitions do to the place of one commune."""

from __future__ import annotations

import polars as pl

from display.portraits import summary
from display.words import marks, numbers
from display.words.view import View
from ranking.petitions import MOST_POINTS, RESTING
from store import petitions, standings, units


def lines(view: View, code: str) -> list[str]:
    """The place of a commune with and without the points that petitions give, for each score that rests on them."""
    return [words for row in summary.rows(view.snapshot, code) if (words := _both_places(view, code, row))]


def _both_places(view: View, code: str, row: summary.Row) -> str:
    scope, say = units.known(code)["province_code"], view.say
    if row.measure.id not in RESTING or row.rank is None:
        return ""
    where = ("commune", row.measure.id, row.basis, row.period, scope)
    ranked = petitions.beside(view.snapshot, standings.ranking(view.snapshot, *where), *where)
    own = next(iter(ranked.filter(pl.col("unit_code") == code).iter_rows(named=True)), {})
    if own.get("rank_without") is None:
        return ""
    return say(
        "petitions.unit",
        measure=row.measure.short.in_language(view.language),
        period=numbers.period_in_sentence(row.period, view.language),
        rank=f"{numbers.number(row.rank, view.language)}/{numbers.number(row.of, view.language)}",
        value=numbers.number(row.value, view.language, row.measure.decimals),
        rests=marks.petition_count(say, own["petitions"]),
        rank_without=numbers.number(own["rank_without"], view.language),
        of=numbers.number(own["of_without"], view.language),
        without=numbers.number(own["without"], view.language, row.measure.decimals),
        most=numbers.number((row.measure.max_score or 0) - MOST_POINTS, view.language),
    )
