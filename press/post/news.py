"""What is new for a reader in a role: clear changes, data that are late, refused or revised, promises that fall due.

Nothing unclear. Each piece has a key that stays the same for as long as it is the same news, so nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape

import polars as pl

from display.portraits import news, promises
from display.portraits.visits import is_practice
from display.words import addresses, numbers, rankings, refusals
from display.words import promises as promise_words
from display.words.selection import Selection
from display.words.view import View
from journal import promises as kept
from ranking.frame_types import Row
from ranking.periods import Period
from ranking.vocabulary import BASES, PERIOD_COLUMNS
from store import coverage, opening, sight, units
from store.reference import communes_of, measures
from store.reporting_policy import reporting_policy

_LEVEL = "commune"
MOST_NAMED = 10
"""Communes that are late are named one by one up to so many; more are told as one piece of news."""
NEWS_DAYS = 8
"""What was refused or revised longer ago is no news."""


@dataclass(frozen=True)
class News:
    """One thing to know in a sentence, and the page that shows it, relative to the service."""

    key: str
    says: str
    page: str


def of(view: View, role: str, province: str, today: date) -> list[News]:
    """The news of a province for a `role`: leader, editor or inspector; what the view's reader may see, no more."""
    told = {"leader": _changes, "editor": _data, "inspector": _promises}[role]
    return list(told(view, province, today))


# --- leaders: whose communes clearly changed


def _changes(view: View, province: str, today: date) -> Iterator[News]:
    """Who clearly worsened and who clearly improved in the last whole month; nothing of a month that is not over."""
    found = opening.first(view.snapshot, _LEVEL, province)
    if found is None or found.period.kind != "month" or found.period.end >= today:
        return
    chosen = Selection(_LEVEL, province, measures()[found.measure], found.basis, found.series, found.period)
    moved = news.moved(view, chosen, rankings.rows_of(view, chosen))
    for way, rows in zip(("better", "worse"), moved or (), strict=False):
        for row in rows.iter_rows(named=True):
            key = f"moved.{found.measure}.{found.basis}.{found.period.id}.{row['unit_code']}.{way}"
            said = view.say(
                f"post.moved.{way}",
                unit=units.known(row["unit_code"])["full_name"],
                measure=chosen.measure.short.in_language(view.language),
                period=numbers.period_in_sentence(found.period, view.language),
                change=news.change(view, chosen, row),
            )
            page = addresses.address(view, "unit", **addresses.unit_choices(view, chosen, row["unit_code"]))
            yield News(key, unescape(said), page)


# --- who brings data in: late, refused and revised


def _data(view: View, province: str, today: date) -> Iterator[News]:
    for basis in BASES:
        month = _expected(view, province, basis, today)
        if month is not None:
            yield from _late(view, province, basis, month)
    yield from _refused(view, province, today)
    yield from _revised(view, province, today)


def _expected(view: View, province: str, basis: str, today: date) -> Period | None:
    """The last month whose day has passed, by a source that has told of the province before."""
    ended = [one for one in coverage.periods(view.snapshot.of(province), _LEVEL, basis) if one.kind == "month"]
    if not ended or basis not in reporting_policy().late_after_days:
        return None
    end = today.replace(day=1) - timedelta(days=1)
    month = Period(end.replace(day=1), end, "month")
    if reporting_policy().expected_on(basis, month) >= today:
        end = month.start - timedelta(days=1)
        month = Period(end.replace(day=1), end, "month")
    return month if month.start > ended[0].start else None


def _late(view: View, province: str, basis: str, month: Period) -> Iterator[News]:
    missing = coverage.coverage(view.snapshot, _LEVEL, province, basis, month).missing
    words = {
        "basis": view.say(f"basis.{basis}"),
        "period": numbers.period_in_sentence(month, view.language),
        "since": numbers.day(reporting_policy().expected_on(basis, month) + timedelta(days=1), view.language),
    }
    page = addresses.address(view, "methods", tab="data")
    if missing.height > MOST_NAMED:
        said = view.say("post.late.many", n=missing.height, of=len(communes_of(province)), **words)
        yield News(f"late.{basis}.{month.id}.many", said, page)
        return
    for row in missing.iter_rows(named=True):
        said = view.say("post.late", unit=row["name"], last=_last(view, row), **words)
        yield News(f"late.{basis}.{month.id}.{row['unit_code']}", said, page)


def _last(view: View, row: Row) -> str:
    last = coverage.last(row)
    if last is None:
        return view.say("post.late.never")
    return view.say("post.late.last", period=numbers.period_in_sentence(last, view.language))


def _refused(view: View, province: str, today: date) -> Iterator[News]:
    """Rows of the province's communes that were set aside, by source and reason; never what stands in them.

    A row that names no commune, such as one of a file of dossiers, is told to who sees all provinces.
    """
    since = pl.lit(today - timedelta(days=NEWS_DAYS))
    own = pl.col("place").str.slice(0, 5).is_in(list(communes_of(province)))
    found = (
        sight.scan(view.snapshot, "quarantine")
        .filter(pl.col("captured_at").dt.date() >= since, own | pl.lit(view.snapshot.seen is None))
        .with_columns(kind=pl.col("reason").str.split(":").list.first())
        .group_by("source", "kind")
        .agg(n=pl.len(), at=pl.col("captured_at").max())
        .sort("source", "kind")
        .collect()
    )
    page = addresses.address(view, "methods", tab="data")
    for row in found.iter_rows(named=True):
        said = view.say(
            "post.refused",
            n=row["n"],
            source=row["source"],
            day=numbers.local_date(row["at"], view.language),
            reason=refusals.in_language(row["kind"], view.language),
        )
        yield News(f"refused.{row['source']}.{row['kind']}.{row['at']:%Y%m%dT%H%M%S}", said, page)


def _revised(view: View, province: str, today: date) -> Iterator[News]:
    """What changed of figures that were there before, by source and period."""
    since = pl.lit(today - timedelta(days=NEWS_DAYS))
    found = (
        sight.scan(view.snapshot, "revisions")
        .filter(pl.col("unit_code").is_in(list(communes_of(province))))
        .filter(pl.col("new_captured_at").dt.date() >= since)
        .group_by("basis", *PERIOD_COLUMNS)
        .agg(n=pl.len(), units=pl.col("unit_code").n_unique(), at=pl.col("new_captured_at").max())
        .sort("basis", *PERIOD_COLUMNS)
        .collect()
    )
    for row in found.iter_rows(named=True):
        period = Period(*(row[name] for name in PERIOD_COLUMNS))
        said = view.say(
            "post.revised",
            n=row["n"],
            units=row["units"],
            basis=view.say(f"basis.{row['basis']}"),
            period=numbers.period_in_sentence(period, view.language),
            day=numbers.local_date(row["at"], view.language),
        )
        page = addresses.address(view, "methods", tab="data")
        yield News(f"revised.{row['basis']}.{period.id}.{row['at']:%Y%m%dT%H%M%S}", said, page)


# --- inspectors: promises


def _promises(view: View, province: str, today: date) -> Iterator[News]:
    """Those that fall due within a week, and those whose day has passed: each told twice at most."""
    soon = today + timedelta(days=reporting_policy().due_within_days)
    for one in kept.still_open(is_practice(view)):
        unit = units.unit(one.unit_code)
        if unit is None or unit["province_code"] != province or not promises.may(view, one.unit_code):
            continue
        if one.due_on > soon:
            continue
        kind = "overdue" if one.is_overdue(today) else "soon"
        said = view.say(
            f"post.promise.{kind}",
            unit=unit["full_name"],
            promise=promise_words.head(view, one),
            due=numbers.day(one.due_on, view.language),
        )
        yield News(f"promise.{one.id}.{kind}", said, addresses.address(view, "unit", unit=one.unit_code))
