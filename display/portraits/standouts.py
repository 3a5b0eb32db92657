"""The units that stand out from all together: who, by how much, and on how many dossiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from display.words import marks, numbers
from display.words.selection import Selection
from display.words.view import View
from ranking.bands import ABOVE, BELOW
from ranking.collation import by_name
from ranking.levels import common

MOST = 5


@dataclass(frozen=True)
class Standouts:
    """The units on one side, the furthest from the level first, and how many there are of them."""

    heading: str
    units: pl.DataFrame
    band: str | None


def sides(view: View, chosen: Selection, rows: pl.DataFrame) -> list[Standouts]:
    """The worse side first, of a measure without a good side the lower one.

    Without intervals nobody stands out clearly: then the two ends of the list, called so.

    Empty where nobody is ranked, or all have the same value.
    """
    ranked = rows.drop_nulls("rank")
    if ranked.get_column("value").n_unique() < 2:
        return []
    level = common(rows, chosen.measure)
    if ranked.get_column("band").count():
        far = ranked.with_columns(gap=(pl.col("value") - level).abs()).sort("gap", by_name(), descending=[True, False])
        neutral = chosen.measure.direction == "neutral"
        return [_clear(view, far.filter(pl.col("band") == band), band, neutral=neutral) for band in (BELOW, ABOVE)]
    ends = ranked.sort("rank", by_name())
    few = min(MOST, ends.height // 2)
    return [
        Standouts(view.say("overview.standouts.last"), ends.tail(few).reverse(), None),
        Standouts(view.say("overview.standouts.first"), ends.head(few), None),
    ]


def _clear(view: View, units: pl.DataFrame, band: str, *, neutral: bool) -> Standouts:
    key = f"overview.standouts.neutral.{band}" if neutral else f"overview.standouts.{band}"
    heading = view.say(key, n=numbers.number(units.height, view.language))
    return Standouts(heading, units.head(MOST), band)


def gap(view: View, chosen: Selection, row: dict[str, Any], level: float | None) -> str:
    """`−12,3 điểm % so với đơn vị ở giữa 84,4 %; 1.234 hồ sơ`; `level`: the value of the middle unit."""
    measure, say = chosen.measure, view.say
    unit = say("card.points") if measure.kind == "share" else measure.unit.in_language(view.language)
    gap = numbers.signed(row["value"] - (level or 0), view.language, measure.decimals)
    n = marks.n_of(measure, row)
    key = "gap" if n is None else "gap_n"
    words = say(
        f"overview.standouts.{key}",
        gap=f"{gap}\u00a0{unit}".strip(),
        level=numbers.with_unit(level, measure, view.language),
        n=numbers.number(n, view.language),
    )
    return "; ".join([words, *marks.petition_words(say, row["quality"])])
