"""How fresh the figures are: per province and source the last period, when it was captured, what is due next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import polars as pl

from display.words import numbers
from display.words.view import View
from ranking.periods import MERGER, Period, calendar_period, local_day
from store import sight, standings, states
from store.reference import province_names
from store.snapshot import Snapshot
from ui.frame import html, links
from ui.parts import tables

GRACE_DAYS = 31
"""How long after it has ended a period may be missing before it counts as late.

No source promises a day, so a month is our own choice; the page says so.
"""
_KINDS = ("month", "quarter", "half", "year")
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_LEVELS = ("commune", "province", "department")


@dataclass(frozen=True)
class Fresh:
    """What is known of one province on one basis; `whole` is its last whole period of the shortest kind there is.

    `units`: those that have reported in that period, else in the stretch to date.
    """

    province: str
    basis: str
    units: int
    whole: Period | None
    stretch_end: date | None
    captured_at: datetime

    @property
    def next_due(self) -> Period | None:
        """The period after the last whole one; None where only stretches to date are known, which have no rhythm."""
        if self.whole is None:
            return None
        start = self.whole.end + timedelta(days=1)
        return calendar_period(self.whole.kind, start.year, (start.month - 1) // _MONTHS[self.whole.kind] + 1)

    def late(self, day: date) -> bool:
        """Whether on `day` the next period, or without a rhythm a new capture, was overdue."""
        since = self.next_due.end if self.next_due else local_day(self.captured_at)
        return day > since + timedelta(days=GRACE_DAYS)


@lru_cache(maxsize=16)
def of_level(snapshot: Snapshot, level: str) -> tuple[Fresh, ...]:
    """One entry per province and basis that units of `level` have figures for."""
    rows = (
        sight.scan(snapshot, "measurements")
        .filter(
            pl.col("level") == level,
            pl.col("field") == "all",
            states.answered(),
            pl.col("period_end") >= MERGER,
        )
        .group_by("unit_code", "basis", "period_start", "period_end", "period_kind")
        .agg(captured_at=pl.col("captured_at").max())
        .collect()
    )
    return fresh(rows.join(_provinces(snapshot, level), on="unit_code"))


def _provinces(snapshot: Snapshot, level: str) -> pl.DataFrame:
    return standings.unit_names(snapshot, level).select("unit_code", "province_code")


def fresh(rows: pl.DataFrame) -> tuple[Fresh, ...]:
    """`rows`: `unit_code`, `province_code`, `basis`, the columns of a period, `captured_at`."""
    parts = rows.partition_by("province_code", "basis", as_dict=True)
    return tuple(_fresh(province, basis, parts[province, basis]) for province, basis in sorted(parts))


def _fresh(province: str, basis: str, rows: pl.DataFrame) -> Fresh:
    kinds = set(rows.get_column("period_kind"))
    kind = next((kind for kind in _KINDS if kind in kinds), None)
    whole = None
    if kind:
        ends = rows.filter(pl.col("period_kind") == kind).sort("period_end").select("period_start", "period_end")
        start, end = ends.row(-1)
        whole = Period(start, end, kind)
    stretch = rows.filter(pl.col("period_kind") == "to_date").select(pl.max("period_end")).item()
    captured = rows.select(pl.max("captured_at")).item()
    end = pl.col("period_end") == (whole.end if whole else stretch)
    last = rows.filter(end, pl.col("period_kind") == (whole.kind if whole else "to_date"))
    return Fresh(province, basis, last.get_column("unit_code").n_unique(), whole, stretch, captured)


def panel(view: View, today: date) -> None:
    """The choice of a level, what is late in a sentence, and the table with late ones first."""
    level = links.segments(
        view.say("about.fresh.level"),
        "fresh",
        _LEVELS,
        _LEVELS[0],
        lambda code: view.say(f"level.{code}"),
        label_visibility="collapsed",
    )
    known = of_level(view.snapshot, level)
    if not known:
        html.caption(view.say("about.fresh.none", level=view.say(f"level.{level}")))
        return
    day = local_day(view.snapshot.manifest.captured_at)
    html.caption(" ".join(_summary(view, known, day, today)))
    names = ("province", "state", "basis", "units", "last", "captured", "next")
    headers = [view.say(f"about.fresh.column.{name}") for name in names]
    there = dict(_provinces(view.snapshot, level).group_by("province_code").len().iter_rows())
    ordered = sorted(known, key=lambda one: (not one.late(day), _place(one.province), one.basis))
    rows = [_row(view, one, day, there[one.province]) for one in ordered]
    page = {"page": "methods", "part": "fresh"}
    tables.shared_table(view, "fresh", page, headers, rows, view.say("about.part.fresh"), (3,))


def _place(code: str) -> int:
    return list(province_names()).index(code)


def _summary(view: View, known: Sequence[Fresh], day: date, today: date) -> list[str]:
    """How many are late at the time of capture, and by today's clock, which for simulated figures says nothing."""
    language = view.language
    counts = {"n": numbers.number(len(known), language), "grace": numbers.number(GRACE_DAYS, language)}
    late = numbers.number(sum(one.late(day) for one in known), language)
    words = [view.say("about.fresh.at_capture", day=numbers.day(day, language), late=late, **counts)]
    if view.snapshot.manifest.nature != "simulated":
        now = numbers.number(sum(one.late(today) for one in known), language)
        words.append(view.say("about.fresh.today", day=numbers.day(today, language), late=now))
    missing = len(province_names()) - len({one.province for one in known})
    if missing:
        words.append(view.say("about.fresh.missing", n=numbers.number(missing, language)))
    return [*words, view.say("about.fresh.note", grace=counts["grace"])]


def _row(view: View, one: Fresh, day: date, of: int) -> list[str]:
    language, due = view.language, one.next_due
    return [
        province_names()[one.province],
        view.say("about.fresh.late" if one.late(day) else "about.fresh.in_time"),
        view.say(f"about.source.{one.basis}"),
        view.say("overview.freshness.of", n=numbers.number(one.units, language), of=numbers.number(of, language)),
        _last(view, one.whole, one.stretch_end),
        numbers.local_date(one.captured_at, language),
        _coming(view, due) if due else view.say("about.fresh.no_rhythm"),
    ]


def _coming(view: View, due: Period) -> str:
    day = numbers.day(due.end, view.language)
    return view.say("about.fresh.expected", period=numbers.period(due, view.language), day=day)


def _last(view: View, whole: Period | None, stretch_end: date | None) -> str:
    """The last whole period, and the day to which figures reach beyond it; that day alone where none is whole."""
    if whole is None:
        return view.say("about.fresh.to_date", day=numbers.day(stretch_end, view.language)) if stretch_end else ""
    text = numbers.period(whole, view.language)
    if stretch_end is None or stretch_end <= whole.end:
        return text
    return view.say("about.fresh.and_to_date", period=text, day=numbers.day(stretch_end, view.language))
