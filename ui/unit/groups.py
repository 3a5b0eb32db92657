"""The six groups of Index 766 of one commune: its points, what each rests on, and what to read with care."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from display.portraits import petitions, summary, summary_words
from display.portraits.summary import Row
from display.words import numbers
from display.words.view import View
from press.share.shareable import Listed
from ranking.index_sensitivity import GROUPS
from ranking.measures import Measure
from store.reference import measures
from ui.frame import html
from ui.unit import sharing


def section(view: View, code: str) -> None:
    """The groups in the order of the index, each with its definition folded beneath it."""
    found = {row.measure.id: row for row in summary.rows(view.snapshot, code)}
    total = found.get("index_766")
    if total is not None:
        html.show(f'<p class="gd-sentence">{escape(_total(view, total))}</p>')
    for line in petitions.lines(view, code):
        html.caption(line)
    items = "".join(_group(view, measures()[name], found.get(name)) for name in GROUPS)
    html.show(f'<ul class="gd-groups">{items}</ul>')
    sharing.control(
        view,
        code,
        "groups",
        view.say("unit.groups.title"),
        lambda: _listed(view, found),
        finding=_total(view, total) if total else "",
    )
    if any(name in found for name in GROUPS):
        old = any(found[name].series == "766-2025" for name in GROUPS if name in found)
        html.caption(view.say("series.before" if old else "series.current") + ".")


def _listed(view: View, found: Mapping[str, Row]) -> Listed:
    """Each group with its points, its full marks and its place in words."""
    rows = []
    for name in GROUPS:
        measure, row = measures()[name], found.get(name)
        words = summary_words.row_words(view, row) if row else None
        known = words is not None and row is not None and row.value is not None
        points = numbers.number(row.value, view.language, measure.decimals) if known and row else ""
        state = words.value if words and not known else "" if known else view.say("state.absent")
        most = numbers.number(measure.max_score, view.language)
        place = (words.place or words.rank) if words and known else state
        rows.append([view.say(f"weights.group.{name}"), name.upper(), points, most, place])
    heads = [view.say(f"unit.groups.column.{name}") for name in ("group", "code", "points", "most", "place")]
    return Listed(heads, rows, frozenset({2, 3}))


def _total(view: View, row: Row) -> str:
    words = summary_words.row_words(view, row)
    if row.value is None:
        period = numbers.period_in_sentence(row.period, view.language)
        return view.say("unit.groups.no_total", state=words.value, period=period)
    band = next((band.name.in_language(view.language) for band in row.measure.bands if row.value >= band.at_least), "")
    value = numbers.number(row.value, view.language, row.measure.decimals)
    period = numbers.period_in_sentence(row.period, view.language)
    return view.say("unit.groups.total", value=value, period=period, band=band)


def _group(view: View, measure: Measure, row: Row | None) -> str:
    most = numbers.number(measure.max_score, view.language)
    if row is None:
        figure = f'<span class="gd-silent">{escape(view.say("state.absent"))}</span>'
        bar, notes = "", []
    elif row.value is None:
        figure = f'<span class="gd-silent">{escape(view.say(f"state.{row.state}"))}</span>'
        bar, notes = "", [numbers.period(row.period, view.language)]
    else:
        words = summary_words.row_words(view, row)
        points = numbers.number(row.value, view.language, measure.decimals)
        figure = f'<span class="gd-strong">{escape(points)}</span>/{escape(most)}'
        bar = _bar(row.value, measure.max_score)
        rank = [view.say("compare.rank", rank=words.rank)] if words.rank else []
        place = [words.place] if words.place else rank
        notes = [words.period, *place, *([words.known] if words.known else []), *words.notes]
    title = escape(view.say("unit.groups.name", group=view.say(f"weights.group.{measure.id}"), code=measure.id.upper()))
    under = f'<span class="gd-sub">{escape(" · ".join(notes))}</span>' if notes else ""
    return (
        f'<li><div class="gd-row"><span>{title}</span><span class="gd-n">{figure}</span></div>{bar}{under}'
        f"{_definition(view, measure)}</li>"
    )


def _bar(value: float, most: float | None) -> str:
    """The part of the points that could be had; nothing where that is not known."""
    if not most:
        return ""
    return f'<span class="gd-track" aria-hidden="true"><i style="width:{100 * value / most:.1f}%"></i></span>'


def _definition(view: View, measure: Measure) -> str:
    """What the points rest on and how to read them, folded. Markup."""
    language = view.language
    rests_on = measure.numerator.in_language(language) if measure.numerator else ""
    caveats = "".join(f"<li>{escape(text.in_language(language))}</li>" for text in measure.caveats)
    return (
        f'<details class="gd-fold"><summary>{escape(view.say("unit.groups.rests_on"))}</summary>'
        f"<p>{escape(measure.meaning.in_language(language))}</p>"
        f"<p>{escape(view.say('unit.groups.counted', text=rests_on))}</p>"
        f"<p>{escape(view.say('measure.caveats'))}:</p><ul>{caveats}</ul></details>"
    )
