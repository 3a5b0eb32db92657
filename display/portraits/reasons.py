"""Why a commune stands on the shortlist, in words with figures: its worst fields first, then questions and measures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from display.portraits import fields, gaps, questions
from display.words import numbers
from display.words.view import View
from ranking.frame_types import Row
from ranking.measures import Measure
from ranking.periods import Period, calendar_period
from ranking.shortlist import PARTS
from ranking.vocabulary import COUNTRY
from store.reference import measures
from store.snapshot import Snapshot

_MOST_FIELDS = 2


def reasons(view: View, row: Row) -> list[str]:
    """Why a unit stands on the shortlist, a sentence each. Plain text.

    `row`: of `gaps.in_order`, with the `scope` of its list. Fields are named in a province's list only: to read
    those of the whole country takes longer than a reader waits.
    """
    names: dict[str, list[str]] = {part: [] for part in PARTS}
    for part in row["parts"]:
        names[part["kind"]].append(part["name"])
    known = questions.questions()
    asked = [known[name].short.in_language(view.language) for name in names["question"] if name in known]
    return [*_fields(view, row), *asked, *_measures(view, row, names["below"], names["worsening"])]


def _fields(view: View, row: Row) -> list[str]:
    """`Lĩnh vực kém rõ mức của tỉnh (tháng 8/2026): Đất đai 31 % đúng hạn (toàn tỉnh 78 %; trễ 40 hồ sơ)`, if known."""
    found = fields.fields_of(view.snapshot, row["unit_code"]) if row["scope"] != COUNTRY else None
    worse = found.worse()[:_MOST_FIELDS] if found else ()
    if not found or not worse:
        return []
    measure = measures()[found.measure]
    told = "; ".join(
        view.say(
            "inspection.why.field",
            field=field.name,
            value=numbers.with_unit(field.on_time, measure, view.language),
            province=numbers.with_unit(field.province, measure, view.language),
            late=numbers.number(field.late, view.language),
        )
        for field in worse
    )
    return [view.say("inspection.why.fields", months=_months(view, found.periods), fields=told)]


def _months(view: View, periods: Sequence[Period]) -> str:
    last = numbers.period_in_sentence(periods[-1], view.language)
    return view.say("inspection.why.months", n=len(periods), last=last) if len(periods) > 1 else last


def _measures(view: View, row: Row, below: list[str], worsening: list[str]) -> list[str]:
    """What is both clearly worse and getting worse is told once, and first."""
    both = [name for name in below if name in worsening]
    told = {
        "both": [_both(view, row, name) for name in both],
        "below": [_level(view, row, name) for name in below if name not in both],
        "worsening": [_course(view, row, name) for name in worsening if name not in both],
    }
    return [view.say(f"inspection.why.{kind}", measures="; ".join(words)) for kind, words in told.items() if words]


@lru_cache(maxsize=16)
def _gaps(snapshot: Snapshot, scope: str) -> dict[tuple[str, str], Row]:
    """The figures behind the reasons, by unit and measure."""
    return {(gap["unit_code"], gap["measure"]): gap for gap in gaps.gaps(snapshot, scope).iter_rows(named=True)}


def _gap(view: View, row: Row, name: str) -> tuple[Measure, str, Row | None]:
    measure = measures()[name]
    gap = _gaps(view.snapshot, row["scope"]).get((row["unit_code"], name))
    return measure, measure.short.in_language(view.language), gap


def _both(view: View, row: Row, name: str) -> str:
    """`Đúng hạn (Cổng) 72 % (xã ở giữa 94 %; kém khoảng 126 hồ sơ), từ 80 % trong tháng 4/2026`."""
    measure, _, gap = _gap(view, row, name)
    level = _level(view, row, name)
    if gap is None or not gaps.has_worsened(measure, gap):
        return level
    return view.say("inspection.why.level_since", level=level, **_before(view, measure, gap))


def _level(view: View, row: Row, name: str) -> str:
    """`Đúng hạn (Cổng) 66,7 % (xã ở giữa 87,2 %; kém khoảng 126 hồ sơ)`."""
    measure, short, gap = _gap(view, row, name)
    if gap is None:
        return short
    value, level = (numbers.with_unit(gap[end], measure, view.language) for end in ("value", "level"))
    if not gap["affected"]:
        return view.say("inspection.why.level", measure=short, value=value, level=level)
    n = numbers.number(gap["affected"], view.language)
    return view.say("inspection.why.level_n", measure=short, value=value, level=level, n=n)


def _course(view: View, row: Row, name: str) -> str:
    """`Đúng hạn (Cổng) từ 80 % trong tháng 4/2026 đến 72 %`.

    Without the earlier value where that was no better: what is worse than usual for a commune may have been so then.
    """
    measure, short, gap = _gap(view, row, name)
    if gap is None:
        return short
    value = numbers.with_unit(gap["value"], measure, view.language)
    if not gaps.has_worsened(measure, gap):
        return view.say("inspection.why.unusual", measure=short, value=value)
    return view.say("inspection.why.course", measure=short, value=value, **_before(view, measure, gap))


def _before(view: View, measure: Measure, gap: Row) -> dict[str, str]:
    since = calendar_period("month", gap["since"].year, gap["since"].month)
    before = numbers.with_unit(gap["before"], measure, view.language)
    return {"before": before, "since": numbers.period_in_sentence(since, view.language)}
