"""What stands out of a commune: up to five exceptions with their reason, fields first, before everything is listed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from display.portraits import fields, summary
from display.portraits.summary import Row
from display.words import numbers
from display.words.bands import marked
from display.words.view import View
from ranking.bands import ABOVE, BELOW
from ranking.levels import common
from store import standings, units
from ui.frame import html

_MOST, _MOST_FIELDS = 5, 2


def section(view: View, code: str) -> bool:
    """The list under its title; whether there was anything to list."""
    told = [*_of_fields(view, code), *_of_measures(view, code)][:_MOST]
    if told:
        st.subheader(view.say("unit.exceptions.title"), anchor=False)
        items = "".join(f"<li>{line}</li>" for line in told)
        html.show(f'<ul class="gd-list gd-exceptions">{items}</ul>')
    return bool(told)


def _of_fields(view: View, code: str) -> list[str]:
    """The fields that are clearly worse than the province's, those with the most late dossiers first. Markup."""
    found = fields.fields_of(view.snapshot, code)
    return [
        view.say(
            "unit.exceptions.field",
            field=escape(field.name),
            value=f"<b>{numbers.number(field.on_time, view.language, 1)}</b>",
            province=numbers.number(field.province, view.language, 1),
            late=numbers.number(field.late, view.language),
            n=numbers.number(field.n, view.language),
        )
        for field in (found.worse()[:_MOST_FIELDS] if found else ())
    ]


def _of_measures(view: View, code: str) -> list[str]:
    """The measures in which it clearly differs from the middle commune, the worse ones first. Markup."""
    known = [row for row in summary.rows(view.snapshot, code) if row.measure.direction != "neutral"]
    return [_line(view, code, row) for band in (BELOW, ABOVE) for row in _first(known, band)]


def _first(known: Sequence[Row], band: str) -> list[Row]:
    """Those in a band, the ones that are also getting worse first."""
    return sorted((row for row in known if row.band == band), key=lambda row: row.variation != "concern")


def _line(view: View, code: str, row: Row) -> str:
    measure = row.measure
    scope = units.known(code)["province_code"]
    ranked = standings.ranking(view.snapshot, "commune", measure.id, row.basis, row.period, scope)
    course = view.say(f"unit.variation.{row.variation}") if row.variation in ("concern", "improvement") else ""
    words = view.say(
        "unit.exceptions.measure",
        measure=escape(measure.short.in_language(view.language)),
        value=f"<b>{escape(numbers.with_unit(row.value, measure, view.language))}</b>",
        level=escape(numbers.with_unit(common(ranked, measure), measure, view.language)),
        band=escape(marked(view.say, measure, row.band or "")),
    )
    return f"{words} {escape(f'({course})')}" if course else words
