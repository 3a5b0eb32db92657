"""What is new in a commune since its last visit, on the page where the next one is prepared."""

from __future__ import annotations

from datetime import date
from html import escape

from display.portraits import since_visit
from display.portraits.since_visit import News
from display.words import numbers
from display.words import promises as words
from display.words.view import View
from ui.frame import html


def show(view: View, code: str, day: date) -> None:
    """The title with the day, then one line for each thing that is new, or that nothing is known yet."""
    found = since_visit.news(view, code, day)
    title = view.say("since.title", day=numbers.day(day, view.language))
    html.show(f'<h3 class="gd-list-title">{escape(title)}</h3>')
    html.show(f'<ul class="gd-list">{"".join(f"<li>{escape(line)}</li>" for line in lines(view, found))}</ul>')


def lines(view: View, found: News) -> list[str]:
    """What is new, in sentences. Plain text."""
    say, language = view.say, view.language
    said = [
        say(
            "since.figure",
            measure=words.figure_words(view, row.measure.id, row.basis, "all"),
            verdict=words.said(view, row.measure, one),
        )
        for row, one in found.changed
    ]
    compared = numbers.number(found.compared, language)
    if not found.compared:
        said.append(say("since.unknown"))
    elif not found.changed:
        said.append(say("since.none", n=compared))
    else:
        rest = found.compared - len(found.changed)
        said.append(say("since.rest", n=numbers.number(rest, language)))
    said += [say("since.revised", n=numbers.number(found.revised, language))] if found.revised else []
    return said + ([say("since.closed", n=numbers.number(found.closed, language))] if found.closed else [])
