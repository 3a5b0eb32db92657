"""Kinds of practice and what they changed, for the leader of a scope: worked out only when the part is opened."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from display.drawing import event_months, svg_images
from display.portraits import practices as portraits
from display.words import numbers
from display.words import practices as words
from display.words.selection import Selection
from display.words.view import View
from files.faults import Fault
from ranking.practice_effects import Evidence, points
from ranking.vocabulary import COUNTRY
from store.practices import Practice, kinds
from store.reference import measures
from ui.frame import html
from ui.parts import panel, practices, tables

_COLUMNS = ("kind", "figure", "verdict", "effect", "units", "before", "after")
_LEAST_PICTURED = 2
Line = tuple[str, str, str, Evidence | None]


def section(view: View, chosen: Selection) -> None:
    """A folded part with the kinds noted in the scope, their effects, the list, and the form for the whole province."""
    if chosen.level != "commune" or not portraits.may_read(view):
        return
    practices.tell(view)
    with panel.part(view.say("practices.leader.title"), "practices", ":material/checklist:") as box:
        if box.open:
            try:
                _opened(view, chosen.scope, portraits.known(view))
            except Fault as error:
                html.caption(view.say("practices.leader.fault", what=str(error)))


def _opened(view: View, scope: str, known: Sequence[Practice]) -> None:
    found = portraits.in_scope(known, scope)
    if not found:
        html.caption(view.say("practices.leader.none"))
    else:
        with st.spinner(view.say("practices.leader.wait")):
            lines = _lines(view, known, found, scope)
        _pictures(view, lines)
        tables.shared_table(
            view,
            "practices",
            {"page": "overview", "province": "" if scope == COUNTRY else scope},
            [view.say(f"practices.column.{name}") for name in _COLUMNS],
            [_cells(view, line, found) for line in lines],
            view.say("practices.leader.table"),
            (4, 5, 6),
        )
        html.caption(view.say("practices.leader.caveat", n=numbers.number(len(lines), view.language)))
        _checks(view, lines)
        tables.plain_table(
            [view.say(f"practices.list.{name}") for name in ("place", "practice", "dates")],
            [[words.place(view, one), words.head(view, one), words.dates(view, one)] for one in found],
            view.say("practices.title"),
            (),
        )
    if scope != COUNTRY and portraits.may_note(view, scope):
        html.show(f'<h3 class="gd-list-title">{escape(view.say("practices.new.province"))}</h3>')
        practices.listed(view, [one for one in found if one.unit_code == scope])
        practices.form(view, scope)


def _checks(view: View, lines: Sequence[Line]) -> None:
    """What moving the dates and changing the communes gives, folded."""
    items = [
        view.say("practices.check.of", kind=words.kind_name(view, kind), figure=words.figure(view, measure), said=said)
        for kind, measure, _, found in lines
        if found and (said := words.checks(view, found))
    ]
    if items:
        told = "".join(f"<li>{escape(item)}</li>" for item in items)
        summary = escape(view.say("practices.checks"))
        html.show(f'<details class="gd-caption gd-fold"><summary>{summary}</summary><ul>{told}</ul></details>')


def _lines(view: View, known: Sequence[Practice], found: Sequence[Practice], scope: str) -> list[Line]:
    """One per kind that is noted here and each share that it could change."""
    here = {one.kind for one in found}
    return [
        (kind, measure, basis, portraits.evidence(view.snapshot, known, kind, measure, basis, scope))
        for kind, what in kinds().items()
        if kind in here
        for measure, basis in what.shares
    ]


def _cells(view: View, line: Line, found: Sequence[Practice]) -> list[str]:
    kind, name, _, evidence = line
    measure, language = measures()[name], view.language
    noted = {one.unit_code for one in found if one.kind == kind}
    judged = numbers.number(evidence.effect.units if evidence else 0, language)
    of = view.say("practices.units", n=judged, noted=numbers.number(len(noted), language))
    head = [words.kind_name(view, kind), words.figure(view, name), words.verdict(view, measure, evidence)]
    if evidence is None:
        return [*head, numbers.MISSING, of, numbers.MISSING, numbers.MISSING]
    sides = [numbers.with_unit(side, measure, language) for side in (evidence.before, evidence.after)]
    return [*head, words.effect(view, evidence), of, *sides]


def _pictures(view: View, lines: Sequence[Line]) -> None:
    """The months around the beginning, of each share with two communes or more."""
    figures = [
        _picture(view, kind, measure, basis, found)
        for kind, measure, basis, found in lines
        if found and found.effect.units >= _LEAST_PICTURED
    ]
    if figures:
        html.show(f'<div class="gd-multiples gd-events">{"".join(figures)}</div>')
        html.caption(view.say("practices.months.reading"))


def _picture(view: View, kind: str, measure: str, basis: str, found: Evidence) -> str:
    drawing = event_months.drawn(
        found.months,
        lambda by: points(found.after, by),
        lambda value, decimals: numbers.number(value, view.language, decimals),
        view.palette,
    )
    image = svg_images.image(drawing, words.months_alt(view, kind, measure, found), "gd-chart")
    verdict = words.verdict(view, measures()[measure], found)
    return (
        f'<div class="gd-multiple"><span class="gd-row"><span class="gd-multiple-name">'
        f"{escape(words.kind_name(view, kind))}</span><span>{escape(verdict)}</span></span>"
        f'<span class="gd-sub">{escape(words.figure(view, measure))}</span>{image}</div>'
    )
