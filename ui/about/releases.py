"""The calendar of releases: what is announced, and what was released when and why."""

from __future__ import annotations

from datetime import date
from html import escape

from display.words import numbers, releases
from display.words.view import View
from ui.frame import html
from ui.parts import tables

MOST_LISTED = 60


def panel(view: View, today: date) -> None:
    """Announced days, the next first, then the releases of the dataset, the latest first."""
    say, dataset = view.say, view.snapshot.manifest.dataset
    html.caption(say("about.releases.sentence"))
    _title(say("about.releases.coming"))
    coming = releases.announced(dataset, today)
    if coming:
        rows = [[numbers.day(one.date, view.language), one.what.in_language(view.language)] for one in coming]
        _table(view, "coming", ("day", "what"), rows)
    else:
        html.caption(say("about.releases.coming.none"))
    _title(say("about.releases.past"))
    past = releases.past(say, dataset)
    if not past:
        html.caption(say("about.releases.past.none"))
        return
    if len(past) > MOST_LISTED:
        n, shown = (numbers.number(k, view.language) for k in (len(past), MOST_LISTED))
        html.caption(say("about.releases.past.more", n=n, shown=shown))
    rows = [[one.day, one.what, _note(view, one)] for one in past[:MOST_LISTED]]
    _table(view, "past", ("day", "what", "note"), rows)


def _note(view: View, one: releases.Entry) -> str:
    taken_back = [view.say("about.releases.withdrawn")] if one.withdrawn else []
    return " · ".join([*taken_back, *([one.note] if one.note else [])])


def _title(words: str) -> None:
    html.show(f'<h3 class="gd-list-title">{escape(words)}</h3>')


def _table(view: View, key: str, columns: tuple[str, ...], rows: list[list[str]]) -> None:
    headers = [view.say(f"about.releases.column.{name}") for name in columns]
    page = {"page": "methods", "part": "releases"}
    tables.shared_table(view, f"releases_{key}", page, headers, rows, view.say(f"about.releases.{key}"), ())
