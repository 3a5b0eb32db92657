"""What is expected of a commune's next month in words, and how good such words were."""

from __future__ import annotations

from datetime import date

from display.words import numbers
from display.words.view import View
from ranking.forecasts import Score, tier
from ranking.frame_types import Row
from ranking.periods import calendar_period
from store.forecasts import Next
from store.reference import measures


def month(view: View, start: date) -> str:
    return numbers.period_in_sentence(calendar_period("month", start.year, start.month), view.language)


def one(view: View, measure: str, row: Row) -> str:
    """`Chỉ số 766: 62,1 điểm, khoảng 95 % từ 58,0 đến 66,3; nhiều khả năng thuộc nhóm đầu.`"""
    known = measures()[measure]
    value, low, high = (numbers.with_unit(row[name], known, view.language) for name in ("expected", "low", "high"))
    return view.say(
        "forecast.one",
        measure=known.short.in_language(view.language),
        value=value,
        low=low,
        high=high,
        tier=view.say(f"forecast.tier.{tier(row['p_first'], row['p_last'])}"),
    )


def quality(view: View, measure: str, expected: Next, kept: tuple[int, Score] | None) -> str:
    """How good forecasts of a figure were: those kept and come due, else tried on the past; empty where neither is."""
    name = measures()[measure].short.in_language(view.language)
    if kept is not None:
        months, found = kept
        n = numbers.number(months, view.language)
        said = view.say("forecast.kept", measure=name, months=n, **_score(view, found))
    elif expected.tried is not None:
        found = expected.tried
        said = view.say("forecast.tried", measure=name, **_score(view, found))
    else:
        return ""
    if not found.told:
        return said
    told, right = (numbers.number(count, view.language) for count in (found.told, found.right))
    return f"{said} {view.say('forecast.tiers', told=told, right=right)}"


def _score(view: View, found: Score) -> dict[str, str]:
    error, naive = (numbers.number(value, view.language, 1) for value in (found.error, found.naive))
    held = view.say("forecast.percent", n=numbers.number(100 * found.held, view.language))
    return {"held": held, "error": error, "naive": naive}
