"""The share filed online over time, in plain words and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from display.portraits.plain_figures import Province
from display.portraits.plain_months import Month
from display.portraits.plain_words import in_hundred, in_whole
from display.words import numbers
from display.words.text import Speaker
from store.reference import province_name
from store.states import states


@dataclass(frozen=True)
class Online:
    """The share filed online over time in words, and as the rows of a table: month, own, level."""

    sentence: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def online(say: Speaker, months: Sequence[Month], province: Province, *, own: bool) -> Online:
    """The share filed online: of a commune (`own`), else of its province's communes together."""
    place = province_name(province.code)
    headers = ("month", *(("own",) if own else ()), "level")
    return Online(
        sentence=_online_sentence(say, months, province, place, own),
        headers=tuple(say(f"public.online.{name}") for name in headers),
        rows=tuple(_online_row(say, month, own) for month in months),
    )


def _online_sentence(say: Speaker, months: Sequence[Month], province: Province, place: str, own: bool) -> str:
    known = [month for month in months if month.own is not None] if own else []
    if known:
        last = known[-1]
        value, level = in_hundred(say, last.own, last.level)
        return say("public.online.sentence", month=_month(say, last.start), value=value, place=place, level=level)
    if any(month.level is not None for month in months):
        last = [month for month in months if month.level is not None][-1]
        return say(
            "public.online.province", month=_month(say, last.start), place=place, level=in_whole(say, last.level)
        )
    if province.online is None:
        return say("public.online.none")
    period = numbers.period_in_sentence(province.online.period, say.language)
    return say("public.online.whole", value=in_whole(say, province.online.value), period=period)


def _online_row(say: Speaker, month: Month, own: bool) -> tuple[str, ...]:
    level = numbers.number(month.level, say.language, 1)
    if not own:
        return _month(say, month.start), level
    known = numbers.number(month.own, say.language, 1)
    return _month(say, month.start), known if month.own is not None else short_silence(say, month.state), level


def short_silence(say: Speaker, state: str) -> str:
    """Why a cell of a table is empty, in a few words."""
    return say(f"state.{state}") if states()[state].in_rows else numbers.MISSING


def _month(say: Speaker, start: date) -> str:
    return f"{start.month}/{start.year}" if say.language == "vi" else f"{start:%B %Y}"
