"""Promises in words: who does what by when, how it stands, and what became of the figures."""

from __future__ import annotations

from datetime import date

from display.portraits import before_after
from display.portraits import promises as portraits
from display.words import numbers
from display.words.view import View
from journal.promises import Promise
from journal.typed import seen
from ranking.before_after import ALIKE, ROSE, Comparison, Side
from ranking.measures import Measure
from store.case_mix import ON_TIME
from store.reference import measures


def head(view: View, promise: Promise) -> str:
    """`Chị Hà, phó giám đốc: hai người cùng thẩm định`. Plain text."""
    return view.say("promises.said", who=seen(promise.who), what=seen(promise.what))


def dates(view: View, promise: Promise) -> str:
    """When it was made and is due, about which figure, and how it stands."""
    made, due = (numbers.day(day, view.language) for day in (promise.promised_on, promise.due_on))
    parts = [view.say("promises.dates", made=made, due=due), state(view, promise, portraits.today())]
    if figure := figure_words(view, promise.measure, promise.basis, promise.field):
        parts.insert(1, view.say("promises.about", figure=figure))
    return " · ".join(parts)


def state(view: View, promise: Promise, today: date) -> str:
    """Not due yet, overdue by so many days, done or no longer followed."""
    if promise.closed_at is not None:
        day = numbers.local_date(promise.closed_at, view.language)
        return view.say("promises.state.kept" if promise.closed_as == "kept" else "promises.state.dropped", day=day)
    if promise.is_overdue(today):
        return view.say("promises.state.overdue", days=_days(view, promise, today))
    return view.say("promises.state.open")


def _days(view: View, promise: Promise, today: date) -> str:
    return numbers.number((today - promise.due_on).days, view.language)


def figure_words(view: View, measure: str, basis: str, field: str) -> str:
    """`Đúng hạn (Cổng), theo Cổng, Đất đai`; empty where a promise is about no figure."""
    known = measures().get(measure)
    if known is None:
        return ""
    name, source = known.short.in_language(view.language), view.say(f"basis.{basis}")
    if field == "all":
        return view.say("promises.figure", measure=name, basis=source)
    return view.say("promises.figure.field", measure=name, basis=source, field=field)


def overdue_line(view: View, promise: Promise) -> str:
    """One line of the list of what is overdue, without the commune."""
    today = portraits.today()
    return view.say(
        "promises.overdue.one",
        who=seen(promise.who),
        what=seen(promise.what),
        due=numbers.day(promise.due_on, view.language),
        days=_days(view, promise, today),
    )


def verdict(view: View, promise: Promise) -> str:
    """What became of the figure: `72 → 31 hồ sơ trễ một tháng (…), giảm rõ.` and its interval, or why none is known."""
    if not promise.measure:
        return view.say("promises.verdict.no_figure")
    found = portraits.verdict(view, promise)
    if found is not None:
        return said(view, measures()[promise.measure], found)
    if before_after.row_of(view.snapshot, promise.unit_code, promise.measure, promise.basis) is None:
        return view.say("promises.verdict.unknown")
    return view.say("promises.verdict.waiting", due=numbers.day(promise.due_on, view.language))


def said(view: View, measure: Measure, found: Comparison) -> str:
    """A comparison in sentences: dossiers that should be few, shares, the word, and similar communes."""
    language = view.language
    before, after = (numbers.number(_bad(measure, side), language, 1) for side in (found.before, found.after))
    shares = (numbers.with_unit(side.share, measure, language) for side in (found.before, found.after))
    what = view.say("third.late" if measure.id in ON_TIME else "third.unmet")
    words = dict(zip(("share_before", "share_after"), shares, strict=True))
    first = view.say(
        "promises.verdict", before=before, after=after, what=what, word=word(view, measure, found), **words
    )
    months = view.say("promises.verdict.months", before=found.before.months, after=found.after.months)
    return " ".join([first, _beside(view, found), months])


def word(view: View, measure: Measure, found: Comparison) -> str:
    """Clearly fewer, clearly more, or no clear change in the dossiers that should be few."""
    if found.word == ALIKE:
        return view.say("promises.verdict.alike")
    better = (found.word == ROSE) == (measure.direction != "lower")
    return view.say("promises.verdict.fewer" if better else "promises.verdict.more")


def _bad(measure: Measure, side: Side) -> float:
    return side.part if measure.direction == "lower" else side.whole - side.part


def _beside(view: View, found: Comparison) -> str:
    def points(value: float) -> str:
        return numbers.signed(value, view.language, 1)

    if found.effect is None:
        ends = {"effect": points(found.change), "low": points(found.low), "high": points(found.high)}
        return view.say("promises.verdict.alone", **ends)
    effect = found.effect
    ends = {"effect": points(effect.points), "low": points(effect.low), "high": points(effect.high)}
    n = numbers.number(effect.others, view.language)
    return view.say("promises.verdict.beside", n=n, common=points(effect.common), **ends)
