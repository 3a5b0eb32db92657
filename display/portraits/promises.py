"""The promises of communes as a reader may see them, and what became of the figures they were about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from display.portraits import before_after
from display.portraits.visits import is_practice
from display.words.view import View
from journal import promises
from journal.promises import Promise
from ranking.before_after import Comparison
from ranking.periods import local_day
from ranking.vocabulary import COUNTRY
from store import units
from store.access.rules import EVERYWHERE


def today() -> date:
    return local_day(datetime.now(UTC))


def may(view: View, code: str) -> bool:
    """Whether the reader may see the promises of a commune, of the province or of their own; of a place that is no
    more, who may all."""
    unit = units.unit(code)
    province = unit["province_code"] if unit else EVERYWHERE
    return view.reader.may("promises", province) or view.reader.may("promises", code)


def of_unit(view: View, code: str) -> list[Promise]:
    """The promises of a commune, the latest first; none for who may not see them, or without a database."""
    return promises.shown(code, is_practice(view)) if may(view, code) else []


def overdue(view: View, scope: str) -> list[Promise]:
    """The overdue promises of a province, or of all communes that the reader may see: past their day and not closed."""
    found = [
        one for one in promises.still_open(is_practice(view)) if one.is_overdue(today()) and may(view, one.unit_code)
    ]
    return [one for one in found if scope == COUNTRY or _province(one) == scope]


def _province(promise: Promise) -> str:
    unit = units.unit(promise.unit_code)
    return unit["province_code"] if unit else EVERYWHERE


def of_last_visit(view: View, code: str) -> list[Promise]:
    """The promises that the next visit begins with: all open ones, and those made on the day of the last ones."""
    found = of_unit(view, code)
    last = max((one.promised_on for one in found), default=None)
    return [one for one in found if one.closed_at is None or one.promised_on == last]


def verdict(view: View, promise: Promise) -> Comparison | None:
    """What became of the figure of a promise, beside similar communes; None where none is named, or known yet."""
    if not promise.measure:
        return None
    return before_after.comparison(
        view.snapshot,
        promise.unit_code,
        promise.measure,
        promise.basis,
        promise.field,
        promise.promised_on,
        promise.due_on,
    )


def marked(found: Sequence[Promise], measure: str, basis: str) -> tuple[date, ...]:
    """The days on which promises about a figure were made, for its chart."""
    return tuple(sorted({one.promised_on for one in found if (one.measure, one.basis) == (measure, basis)}))
