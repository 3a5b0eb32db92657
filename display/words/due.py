"""That the portal counts what is not yet due as on time, and how much of a period that may be, in a sentence."""

from __future__ import annotations

from datetime import datetime

from display.words import numbers
from display.words.text import Speaker
from ranking.dossiers import not_due
from ranking.periods import Period, local_day
from store.swapped_days import swapped_days

MEASURE, BASIS = "on_time_share", "portal"
_LEAST = 0.005


def line(say: Speaker, measure: str, basis: str, period: Period, captured: datetime) -> str:
    """What part of the period's dossiers could not be late yet when the portal was asked; empty of other measures,
    and where by then all of them could."""
    if (measure, basis) != (MEASURE, BASIS):
        return ""
    parts = not_due.parts(period, local_day(captured), swapped_days())
    told = {limit: part for limit, part in parts.items() if part >= _LEAST}
    if not told:
        return ""
    shares = [_share(say, limit, part) for limit, part in told.items()]
    return say("due.portal", captured=numbers.local_date(captured, say.language), shares=", ".join(shares))


def _share(say: Speaker, limit: int, part: float) -> str:
    share = numbers.number(100 * part, say.language)
    return say("due.share.day", share=share) if limit == 1 else say("due.share", share=share, days=limit)
