"""Practices in words: what was begun when, what the figures did since, and how sure that is."""

from __future__ import annotations

from display.portraits.practices import province_of
from display.words import numbers
from display.words.view import View
from journal.typed import seen
from ranking.measures import Measure
from ranking.practice_effects import Estimate, Evidence
from store import units
from store.practices import Practice, kinds
from store.reference import measures, province_name


def kind_name(view: View, kind: str) -> str:
    return kinds()[kind].name.in_language(view.language)


def head(view: View, practice: Practice) -> str:
    """`Kiốt tự phục vụ: hai máy ở sảnh`. Plain text."""
    name = kind_name(view, practice.kind)
    return view.say("practices.said", kind=name, what=seen(practice.what)) if practice.what else name


def dates(view: View, practice: Practice) -> str:
    """Since when, until when, for the whole province or not, and who says so."""
    since = numbers.day(practice.since, view.language)
    if practice.until is None:
        said = view.say("practices.since", since=since)
    else:
        said = view.say("practices.between", since=since, until=numbers.day(practice.until, view.language))
    whole = units.unit(practice.unit_code) is None
    place = [view.say("practices.whole_province", province=province_name(practice.unit_code))] if whole else []
    source = [view.say("practices.source", source=seen(practice.source))] if practice.source else []
    return " · ".join([said, *place, *source])


def place(view: View, practice: Practice) -> str:
    """The name of the commune or the province."""
    unit = units.unit(practice.unit_code)
    return unit["full_name"] if unit else province_name(province_of(practice.unit_code))


def figure(view: View, measure: str) -> str:
    """`Nộp trực tuyến`; the kinds name one basis of a measure each."""
    return measures()[measure].short.in_language(view.language)


def verdict(view: View, measure: Measure, found: Evidence | None) -> str:
    """The few words of a table: clearly better, no clear change, moving before, too few, or not judged."""
    if found is None:
        return view.say("practices.verdict.none")
    if found.low is None or found.high is None:
        return view.say("practices.verdict.few")
    if not found.effect.is_clear:
        return view.say("practices.verdict.alike")
    if found.was_moving:
        return view.say("practices.verdict.moving")
    better = (found.effect.mean > 0) == (measure.direction != "lower")
    return view.say("practices.verdict.better" if better else "practices.verdict.worse")


def effect(view: View, found: Evidence) -> str:
    """`+2,4 điểm (từ +0,9 đến +3,8)`; without an interval where too few began."""
    points = numbers.signed(found.points, view.language, 1)
    if found.low is None or found.high is None:
        return view.say("practices.effect.open", points=points)
    low, high = (numbers.signed(end, view.language, 1) for end in (found.low, found.high))
    return view.say("practices.effect", points=points, low=low, high=high)


def checks(view: View, found: Evidence) -> str:
    """What the checks say: the dates moved earlier, and how often similar communes show as much by luck."""
    said = []
    if found.earlier is not None:
        said.append(view.say("practices.check.moving" if found.was_moving else "practices.check.steady"))
    if found.low is not None:
        said.append(view.say("practices.check.units", p=luck(view, found.effect)))
    if found.left_out:
        said.append(view.say("practices.check.left_out", n=numbers.number(found.left_out, view.language)))
    return " ".join(said)


def luck(view: View, estimate: Estimate) -> str:
    """How often chance alone gives as much: `4 %`, `dưới 1 %`."""
    if estimate.p < 0.01:
        return view.say("practices.luck.rare")
    return view.say("practices.luck", p=numbers.number(100 * estimate.p, view.language))


def months_alt(view: View, kind: str, measure: str, found: Evidence) -> str:
    """The text of the chart of months, for who does not see it."""
    clear = sum(one.is_clear for month, one in found.months.items() if month > 0)
    n = numbers.number(sum(month > 0 for month in found.months), view.language)
    words = {"kind": kind_name(view, kind), "measure": figure(view, measure)}
    return view.say("practices.months.alt", clear=numbers.number(clear, view.language), n=n, **words)
