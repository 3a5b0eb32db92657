"""What a selection comes to, in the sentence that heads a page: the level of all together, and who clearly lags."""

from __future__ import annotations

import polars as pl

from display.portraits.plain_words import in_hundred
from display.words import numbers, rankings
from display.words.selection import Selection
from display.words.view import View
from ranking.bands import BELOW
from ranking.levels import has_no_sum, whole
from ranking.rank_sets import best_of
from store.reference import scope_name


def headline(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """`Các xã, phường của Phú Thọ: 92 trong 100 hồ sơ đúng hạn hoặc chưa đến hạn (theo Cổng); 21 nơi kém rõ, kém nhất
    Xã Tam Dương Bắc (77,5 %)`.

    Of the units that are listed alone: a province's departments are not among its communes. `rows` as
    `rankings.rows_of` gives them. Where nothing can be said of all together, the page's plain title.
    """
    value = whole(rows, selection.measure)
    if value is None:
        return rankings.title(view, selection)
    return "; ".join(part for part in (_level(view, selection, value), _worse(view, selection, rows)) if part)


def _level(view: View, selection: Selection, value: float) -> str:
    measure, phrase = selection.measure, rankings.phrase(view, selection.measure, selection.basis)
    who = view.say(f"findings.who.{selection.level}", place=scope_name(selection.scope) or view.say("findings.country"))
    if selection.basis in measure.phrase and measure.kind == "share":
        return view.say("findings.share", who=who, n=in_hundred(view.say, value, None)[0], phrase=phrase)
    shown = numbers.with_unit(value, measure, view.language)
    return view.say(f"findings.{'middle' if has_no_sum(measure) else 'value'}", who=who, phrase=phrase, value=shown)


def _worse(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """How many are clearly worse, and the worst of them; empty where no unit of the list has a band."""
    banded = rows.drop_nulls("band").filter(pl.col("rank").is_not_null())
    if banded.is_empty() or selection.measure.direction == "neutral":
        return ""
    worse = banded.filter(pl.col("band") == BELOW)
    if worse.is_empty():
        return view.say("findings.none")
    is_low_best = best_of(selection.measure.direction) == "low"
    worst = worse.sort("value", "name", descending=[is_low_best, False]).row(0, named=True)
    return view.say(
        "findings.worse",
        n=numbers.number(worse.height, view.language),
        name=worst["name"],
        value=numbers.with_unit(worst["value"], selection.measure, view.language),
    )
