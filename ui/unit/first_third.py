"""What the first third takes, on the page: the sentence of punctuality, its fields, luck, and the other shares."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from display.portraits import first_third as ways_of
from display.portraits.first_third import Way
from display.words import first_third, numbers
from display.words.view import View
from store import case_mix
from ui.frame import html
from ui.parts import panel
from ui.unit import tables

_COLUMNS = ("measure", "now", "allowed", "fewer", "luck")


def section(view: View, code: str) -> None:
    """The first share of punctuality in full, else the first one; the others as a table that opens on demand."""
    found = ways_of.told(view.snapshot, code)
    if not found:
        html.caption(view.say("third.none"))
        return
    _in_full(view, code, ways_of.way(view.snapshot, code, 0))
    rest = [
        at for at, row in enumerate(found) if at and (row.measure.id not in case_mix.ON_TIME or row.basis == "form")
    ]
    if rest:
        title = view.say("third.rest.title", n=numbers.number(len(rest), view.language))
        with panel.part(title, "third", ":material/flag:") as box:
            if box.open:
                _table(view, [ways_of.way(view.snapshot, code, at) for at in rest])
    html.caption(view.say("third.moves"))


def _table(view: View, ways: Sequence[Way]) -> None:
    headers = [view.say(f"third.column.{name}") for name in _COLUMNS]
    rows = [_cells(view, way) for way in ways]
    tables.stacked_table(headers, rows, view.say("third.rest.caption"), figures=(1, 2, 3))


def _in_full(view: View, code: str, way: Way) -> None:
    said = " ".join(part for part in (first_third.need(view, way), first_third.fields(view, way)) if part)
    html.show(f'<p class="gd-sentence">{escape(said)}</p>')
    html.show(f'<p class="gd-sentence">{escape(first_third.luck(view, way))}</p>')
    similar = first_third.similar(view, way, ways_of.similar(view.snapshot, code, way))
    html.show(f'<p class="gd-caption">{similar}</p>')
    html.caption(first_third.fresh(view, way))


def _cells(view: View, way: Way) -> Sequence[str]:
    step, language = way.third, view.language
    now = view.say("third.of", part=numbers.number(step.bad, language), whole=numbers.number(step.n, language))
    fewer = numbers.number(step.fewer, language) if step.fewer else view.say("third.is_there")
    name = way.row.measure.short.in_language(language)
    return [name, now, numbers.number(step.allowed, language), fewer, first_third.chance(view, step)]
