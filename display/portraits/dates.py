"""The days that people of a province look ahead to: figures expected, visits to come, promises that fall due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from display.portraits import promises, visits
from display.words import addresses, numbers
from display.words import promises as promise_words
from display.words.view import View
from journal import promises as kept
from journal import visits as noted
from journal.database import VisitError
from ranking.periods import Period
from ranking.vocabulary import BASES
from store import units
from store.reporting_policy import reporting_policy

MONTHS_AHEAD = 6
_KEPT_DAYS = 60
"""A day that has passed stays in a calendar for so long."""


@dataclass(frozen=True)
class Day:
    """One whole day: `key` stays the same for as long as it is the same thing; `page` relative to the service."""

    key: str
    day: date
    says: str
    more: str
    page: str


def days(view: View, province: str, today: date) -> list[Day]:
    """All of them that the view's reader may see, in time order."""
    found = [*_reports(view, province, today), *_visits(view, province), *_promises(view, province)]
    since = today - timedelta(days=_KEPT_DAYS)
    return sorted((one for one in found if one.day >= since), key=lambda one: (one.day, one.key))


def _reports(view: View, province: str, today: date) -> Iterator[Day]:
    month = today.replace(day=1)
    for _ in range(MONTHS_AHEAD + 1):
        before = month - timedelta(days=1)
        period = Period(before.replace(day=1), before, "month")
        for basis in (one for one in BASES if one in reporting_policy().late_after_days):
            words = {"period": numbers.period_in_sentence(period, view.language), "basis": view.say(f"basis.{basis}")}
            yield Day(
                f"report.{basis}.{period.id}",
                reporting_policy().expected_on(basis, period),
                view.say("calendar.report", **words),
                view.say("calendar.report.note"),
                addresses.address(view, "overview", province=province),
            )
        month = (month + timedelta(days=32)).replace(day=1)


def _visits(view: View, province: str) -> Iterator[Day]:
    try:
        found = noted.all_visits(visits.is_practice(view))
    except VisitError:
        return
    for one in found:
        unit = units.unit(one.unit_code)
        if one.follow_up_on and unit and unit["province_code"] == province and visits.may(view, one.unit_code):
            said = view.say("calendar.visit", unit=unit["full_name"])
            page = addresses.address(view, "unit", unit=one.unit_code)
            yield Day(f"visit.{one.id}", one.follow_up_on, said, "", page)


def _promises(view: View, province: str) -> Iterator[Day]:
    for one in kept.still_open(visits.is_practice(view)):
        unit = units.unit(one.unit_code)
        if unit and unit["province_code"] == province and promises.may(view, one.unit_code):
            said = view.say("calendar.promise", unit=unit["full_name"])
            page = addresses.address(view, "unit", unit=one.unit_code)
            yield Day(f"promise.{one.id}", one.due_on, said, promise_words.head(view, one), page)
