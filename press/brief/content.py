"""What the printed brief of one commune says: the words and figures of its page, as data for the typesetter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any, NamedTuple

from display.drawing import variation_icons
from display.drawing.palette import LIGHT, Palette
from display.portraits import checklist, facts, place_details, summary, trends
from display.portraits.histories import VARIATIONS
from display.portraits.summary import RISING_IS_GOOD, Row
from display.portraits.summary_words import Words, row_words, source_line
from display.words import bands, numbers, places, waits
from display.words.view import View
from ranking.bands import ABOVE, BELOW
from ranking.periods import Period
from ranking.vocabulary import MIDDLE
from store import units
from store import waits as told_waits
from store.reference import province_name

PRINT: Palette = replace(
    LIGHT, ink="#000000", quiet="#3A4653", line="#A9B2BB", accent="#0A585E", grey="#333C45", warning="#6E480C"
)
"""Colours that a black-and-white copier still tells from paper."""

_CHARTED = (("on_time_share", "on_time_share_form", "decided_on_time_share"), ("online_filing_share",))
_CHARTS = 2
_CHART = (370, 118)
_WIDTHS = {
    "measure": 3.0,
    "value": 0,
    "interval": 0,
    "n": 0,
    "target": 0,
    "variation": 0,
    "assurance": 0,
    "rank": 1.7,
    "peers": 0.85,
    "band": 0,
}
_RIGHT = frozenset({"value", "interval", "n", "target", "peers"})
_FORMER = 4

Cell = dict[str, str | bool]


class Common(NamedTuple):
    """What is said once: the period of most rows, the notes that every row has, and the months of most places."""

    period: Period
    notes: tuple[str, ...]
    place: Mapping[str, Any] | None


def sheet(view: View, code: str) -> dict[str, object]:
    """All texts of a commune's page of the brief, each plain; `rows` and `charts` empty where nothing is known."""
    unit, found = units.known(code), summary.rows(view.snapshot, code)
    common = _common(view, found) if found else None
    return {
        "name": unit["full_name"],
        "place": view.say("brief.place", province=province_name(unit["province_code"]), code=code),
        "stamp": list(_stamp(view, common)),
        "facts": _facts(view, unit, facts.merged_from(view, code)),
        "facts_brief": _facts(view, unit, _merged_from_some(view, code)),
        "sentence": facts.standing(view, code) if found else view.say("brief.no_data"),
        "waits": " ".join(waits.sentences(view.say, told_waits.of_unit(view.snapshot, code).to_dicts())),
        **_table(view, found, common),
        **_charts(view, code, found),
        **_questions(view, code, found),
        "sources": source_line(view, code) if found else "",
    }


def icons() -> dict[str, str]:
    """The marks by the name under which the cells ask for them, as SVG text; each has a shape of its own."""
    found = {
        _variation_icon(variation, good): variation_icons.variation_icon(variation, good, PRINT)
        for variation in VARIATIONS
        for good in RISING_IS_GOOD.values()
    }
    return found | {name: variation_icons.assurance_icon(name, PRINT) for name in ("yes", "no", "hit_or_miss")}


def _variation_icon(variation: str, rising_is_good: bool | None) -> str:
    return f"{variation}_{rising_is_good}".lower()


# --- the head


def _common(view: View, found: Sequence[Row]) -> Common:
    [(period, _)] = Counter(row.period for row in found).most_common(1)
    words = [row_words(view, row) for row in found]
    notes = tuple(note for note in words[0].notes if all(note in others.notes for others in words))
    return Common(period, notes, summary.usual_place(found))


def _stamp(view: View, common: Common | None) -> Iterator[str]:
    """The unit, period and snapshot of the figures."""
    if common:
        period, notes = numbers.period(common.period, view.language), ", ".join(common.notes)
        with_notes = view.say("brief.period.notes", period=period, notes=notes)
        yield with_notes if notes else view.say("brief.period", period=period)
    yield view.say("brief.snapshot", snapshot=view.snapshot.manifest.id)


def _facts(view: View, unit: dict, merged: str) -> list[tuple[str, str]]:
    origin = view.say("unit.fact.merged")
    return [(name, merged if name == origin else plain_text(markup)) for name, markup in facts.own_facts(view, unit)]


def plain_text(markup: str) -> str:
    """Markup of a page as plain text; what stands in a tag of its own there follows a comma."""
    return unescape(re.sub("<[^>]+>", "", re.sub("<span[^>]*>", ", ", markup)))


def _merged_from_some(view: View, code: str) -> str:
    """What the commune was formed from, the first few by name: for a sheet that has no room for all."""
    names = units.members(code).get_column("old_name").to_list()
    if len(names) <= _FORMER:
        return facts.merged_from(view, code)
    some = ", ".join(names[:_FORMER])
    return view.say("brief.formed_rest", n=len(names), names=some, rest=len(names) - _FORMER)


# --- the table


def _table(view: View, found: Sequence[Row], common: Common | None) -> dict[str, object]:
    """`columns` and `rows` of the summary, without the columns that would say nothing."""
    lines = [_line(view, row, common) for row in found] if common else []
    shown = [name for name in _WIDTHS if any(line[name]["text"] for line in lines)]
    if all(row.variation == "none" for row in found):
        shown = [name for name in shown if name != "variation"]
    reading = ["brief.reading", *(f"unit.summary.reading.{n}" for n in ("peers", "variation") if n in shown)]
    return {
        "summary_title": view.say("unit.summary.title"),
        "columns": [column(_header(view, name), _WIDTHS[name], name in _RIGHT) for name in shown],
        "rows": [[_filled(line[name]) for name in shown] for line in lines],
        "reading": " ".join([*(view.say(key) for key in reading), *_places_read(view, found, common)]),
        "moved": place_details.clear_moves(view, found),
    }


def _places_read(view: View, found: Sequence[Row], common: Common | None) -> Iterator[str]:
    """The months that the places come from, and how the error of ranks and bands is known, of which measures."""
    if common is None:
        return
    if common.place is not None:
        key = "places.window.period" if common.place["window"] == "period" else "places.window"
        yield view.say(key, window=places.window_words(view.say, common.place))
    by_known: dict[str, list[str]] = {}
    for words in (row_words(view, row) for row in found):
        if words.known:
            by_known.setdefault(words.known, []).append(words.measure)
    for known, names in by_known.items():
        whose = view.say("brief.known.all") if len(by_known) == 1 else ", ".join(names)
        yield view.say("brief.known", known=f"{known[0].upper()}{known[1:]}", measures=whose)


def column(name: str, width: float, right: bool) -> dict[str, object]:
    """A column of a table; a width of 0 is as wide as its content."""
    return {"name": name, "width": width, "right": right}


def _header(view: View, name: str) -> str:
    return view.say("brief.column.interval") if name == "interval" else view.say(f"unit.column.{name}")


def _line(view: View, row: Row, common: Common) -> dict[str, Cell]:
    words = row_words(view, row)
    good = RISING_IS_GOOD[row.measure.direction]
    return {
        "measure": _cell(words.measure, note=" · ".join(_notes(view, row, words, common))),
        "value": _cell(_value(view, row, words), strong=row.value is not None),
        "interval": _cell(words.interval),
        "n": _cell(words.n),
        "target": _cell(words.target),
        "variation": _cell(words.variation, _variation_icon(row.variation, good)),
        "assurance": _cell(words.assurance, row.assurance or ""),
        "rank": _place(view, row, words, common),
        "peers": _cell(words.peers),
        "band": _cell(_band(view, row), strong=row.band in (ABOVE, BELOW)),
    }


def _place(view: View, row: Row, words: Words, common: Common) -> Cell:
    """The tier, with the expected rank and its range in small; the rank by itself where no place is known."""
    if not row.is_placed:
        return _cell(words.rank)
    ends = {name: numbers.number(row.place[name], view.language) for name in ("expected", "low", "high", "of")}
    window = [places.window_words(view.say, row.place)] if _differs(row, common) else []
    note = " · ".join([view.say("brief.rank", **ends), *window])
    tier = row.place["tier"]
    return _cell(places.tier_word(view.say, tier), note=note, strong=tier != MIDDLE)


def _differs(row: Row, common: Common) -> bool:
    return common.place is not None and summary.window_of(row.place) != summary.window_of(common.place)


def _band(view: View, row: Row) -> str:
    """The band's word alone: the typeface has no such mark."""
    return bands.word(view.say, row.measure, row.band) if row.band else ""


def _value(view: View, row: Row, words: Words) -> str:
    """The value with its unit, unless the unit is a phrase that the measure's own name says already."""
    if row.value is None or row.measure.kind != "rate":
        return words.value
    return numbers.number(row.value, view.language, row.measure.decimals)


def _cell(text: str, icon: str = "", note: str = "", strong: bool = False) -> Cell:
    return {"text": text, "icon": icon if text else "", "note": note, "strong": strong}


def _filled(cell: Cell) -> Cell:
    return cell if cell["text"] else {**cell, "text": numbers.MISSING}


def _notes(view: View, row: Row, words: Words, common: Common) -> list[str]:
    """What must be read with this row and does not hold for all of them."""
    notes = [note for note in words.notes if note not in common.notes]
    notes += [view.say("compare.lower")] if row.measure.direction == "lower" else []
    return [words.period, *notes] if row.period != common.period else notes


# --- the charts


def _charts(view: View, code: str, found: Sequence[Row]) -> dict[str, object]:
    drawn = [_chart(view, code, row) for row in _charted(view, code)] if found else []
    reading = "brief.charts.reading" if drawn else "unit.trends.too_few"
    return {"charts_title": view.say("brief.charts"), "charts": drawn, "charts_reading": view.say(reading)}


def _charted(view: View, code: str) -> list[Row]:
    """On time and online filing; where one of them is not known, the measure with the most months in its place."""
    known = trends.drawable(view.snapshot, code)
    by_name = {row.measure.id: row for row in known}
    first = [next((by_name[name] for name in names if name in by_name), None) for names in _CHARTED]
    wanted = [row for row in first if row]
    rest = sorted((row for row in known if row not in wanted), key=_months_known, reverse=True)
    return [*wanted, *rest][:_CHARTS]


def _months_known(row: Row) -> int:
    return sum(month.value is not None for month in row.months)


def _chart(view: View, code: str, row: Row) -> dict[str, str]:
    last = [month for month in row.months if month.value is not None][-1]
    return {
        "name": row.measure.short.in_language(view.language),
        "value": numbers.with_unit(last.value, row.measure, view.language),
        "mark": view.say(f"unit.variation.{row.variation}"),
        "when": view.say("unit.trends.month", month=last.start.month, year=last.start.year),
        "svg": trends.svg(view, code, row, *_CHART, PRINT),
    }


# --- the questions


def _questions(view: View, code: str, found: Sequence[Row]) -> dict[str, object]:
    """The questions as sentences, and for each number of them that finds no room the line that says so."""
    asked = [question.sentence for question in checklist.asked(view, code)] if found else []
    none = "inspection.checklist.none" if found else "inspection.checklist.no_figures"
    if not checklist.may_ask(view, code):
        none = "access.questions"
    return {
        "questions_title": view.say("brief.questions", n=len(asked)) if asked else view.say("brief.questions.title"),
        "about_questions": view.say("brief.questions.verdict" if asked else none),
        "questions": asked,
        "more": [view.say("brief.more", n=n) for n in range(len(asked) + 1)],
        "general_title": view.say("inspection.checklist.general"),
        "general": [line.title for line in checklist.general_lines(view, None)],
        "notes_title": view.say("brief.notes"),
    }
