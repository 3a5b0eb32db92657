"""When an office is open, as a province writes it down: `T2-T6 07:30-11:30, 13:30-17:00; T7 07:30-11:30`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
"""The days of the week from Monday, as Vietnamese offices shorten them."""
_PART = re.compile(r"(T[2-7]|CN)(?:\s*-\s*(T[2-7]|CN))?:?\s+(\d.*)", re.IGNORECASE)
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Open:
    """From one day of the week to another (0 is Monday), and from when until when of each: `("07:30", "11:30")`."""

    first: int
    last: int
    spans: tuple[tuple[str, str], ...]


def parse(text: str) -> tuple[Open, ...]:
    """The parts between semicolons; ValueError says which is wrong and how. Empty for an empty text."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    found = tuple(_part(part) for part in parts)
    taken: set[int] = set()
    for part, one in zip(parts, found, strict=True):
        days = set(range(one.first, one.last + 1))
        if taken & days:
            raise ValueError(f"{part!r} names a day that stands before it, too")
        taken |= days
    return found


def _part(part: str) -> Open:
    named = _PART.fullmatch(part)
    if named is None:
        raise ValueError(f"{part!r} begins with no days; right is T2-T6 or CN, then 07:30-11:30, 13:30-17:00")
    first, last = DAYS.index(named[1].upper()), DAYS.index((named[2] or named[1]).upper())
    if last < first:
        raise ValueError(f"{part!r} goes from {named[1]} back to {named[2]}; a week begins with T2")
    return Open(first, last, _spans(part, named[3]))


def _spans(part: str, text: str) -> tuple[tuple[str, str], ...]:
    spans = []
    for word in text.split(","):
        named = _SPAN.fullmatch(word.strip())
        if named is None:
            raise ValueError(f"{part!r} holds {word.strip()!r}; right is 07:30-11:30, 13:30-17:00")
        spans.append((f"{named[1]}:{named[2]}", f"{named[3]}:{named[4]}"))
    ends = [moment for span in spans for moment in span]
    if any(later <= earlier for earlier, later in pairwise(ends)):
        raise ValueError(f"{part!r} does not go forward in time")
    return tuple(spans)
