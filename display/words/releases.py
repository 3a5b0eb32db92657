"""Releases in words: what one holds, how it came about, and what is announced."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from display.words import numbers
from display.words.text import Speaker
from files.faults import Fault
from files.places import published_folder
from ranking.periods import parse
from store import calendar, releases
from store.calendar import Announced
from store.releases import Release

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A line of the calendar: the day, what was released, why or with which note, and whether it was taken back."""

    day: str
    what: str
    note: str
    withdrawn: bool


def contents(say: Speaker, holds: Mapping[str, Sequence[str]]) -> str:
    """`biểu II.06 (tháng 7/2026 – tháng 8/2026); Cổng Dịch vụ công quốc gia (tháng 8/2026)`."""
    return "; ".join(f"{say(f'release.basis.{basis}')} ({_span(say, *ends)})" for basis, ends in holds.items())


def _span(say: Speaker, first: str, last: str) -> str:
    ends = [numbers.period_in_sentence(parse(end), say.language) for end in dict.fromkeys((first, last))]
    return " – ".join(ends)


def reason(say: Speaker, one: Release) -> str:
    """How a release came about, with the note of whoever released it."""
    if one.how == releases.PERSON:
        return one.note
    words = say(f"release.how.{one.how}")
    return f"{words}: {one.note}" if one.note and one.how == releases.AGAIN else words


def past(say: Speaker, dataset: str) -> list[Entry]:
    """What was released of a dataset, the latest first; who released it is not told to the public."""
    known = releases.known(dataset)
    held = releases.in_public(known)
    return [
        Entry(
            numbers.local_date(one.released_at, say.language),
            contents(say, one.holds) or one.snapshot,
            reason(say, one),
            one not in held,
        )
        for one in reversed(known)
    ]


def announced(dataset: str, today: date) -> list[Announced]:
    """What is announced of a dataset; nothing, and a line in the service's log, where the file is wrong."""
    try:
        return [one for one in calendar.announced(published_folder().parent, today) if one.dataset == dataset]
    except Fault as fault:
        _LOG.error("%s", fault)
        return []
