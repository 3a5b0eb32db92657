"""Periods of time: calendar months, quarters, halves and years, and stretches that are not over yet."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "ICT")
MERGER = date(2025, 7, 1)
_MONTHS_IN = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of days, both ends included; `kind` as in `vocabulary.PERIOD_KINDS`."""

    start: date
    end: date
    kind: str

    @property
    def id(self) -> str:
        """What stands in a link: `2026-08`, `2026-Q3`, `2026-H1`, `2026` or `2026-01-01_2026-09-26`."""
        year, month = self.start.year, self.start.month
        if self.kind == "month":
            return f"{year}-{month:02d}"
        if self.kind == "quarter":
            return f"{year}-Q{(month + 2) // 3}"
        if self.kind == "half":
            return f"{year}-H{(month + 5) // 6}"
        return str(year) if self.kind == "year" else f"{self.start}_{self.end}"


def calendar_period(kind: str, year: int, number: int = 1) -> Period:
    """The `number`-th month, quarter or half of `year`, or the year itself."""
    months = _MONTHS_IN[kind]
    if not 1 <= number <= 12 // months:
        raise ValueError(f"{kind} {number} does not exist: 1 to {12 // months}")
    first, last = (number - 1) * months + 1, number * months
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]), kind)


def parse(text: str) -> Period:
    """The period that `Period.id` wrote; ValueError where the text is none."""
    if found := re.fullmatch(r"(\d{4})(?:-(?:(Q|H)([1-4])|(\d{2})))?", text):
        year, letter, part, month = found.groups()
        if letter:
            return calendar_period({"Q": "quarter", "H": "half"}[letter], int(year), int(part))
        return calendar_period("month", int(year), int(month)) if month else calendar_period("year", int(year))
    if found := re.fullmatch(r"(\d{4}-\d{2}-\d{2})_(\d{4}-\d{2}-\d{2})", text):
        start, end = map(date.fromisoformat, found.groups())
        if start <= end:
            return Period(start, end, "to_date")
    raise ValueError(f"{text!r} is no period: 2026-08, 2026-Q3, 2026-H1, 2026 or 2026-01-01_2026-09-26")


def between(start: date, end: date) -> Period:
    """The calendar period with exactly these ends, else a `to_date` stretch."""
    for kind, months in _MONTHS_IN.items():
        if start.day == 1 and (start.month - 1) % months == 0:
            whole = calendar_period(kind, start.year, (start.month - 1) // months + 1)
            if whole.end == end:
                return whole
    return Period(start, end, "to_date")


def as_of(period: Period, day: date) -> tuple[Period, bool]:
    """`period` as it can be known on `day`: itself, or cut to date; and whether it is provisional."""
    if day >= period.end:
        return period, day == period.end
    return Period(period.start, max(period.start, day), "to_date"), True


def local_day(moment: datetime) -> date:
    """The day in Vietnam at a moment that carries its time zone."""
    return moment.astimezone(VIETNAM).date()


def previous(period: Period) -> Period | None:
    """The calendar period before; None for a stretch to date, which has none of the same length."""
    if period.kind == "to_date":
        return None
    end = period.start - timedelta(days=1)
    months = _MONTHS_IN[period.kind]
    return calendar_period(period.kind, end.year, (end.month - 1) // months + 1)
