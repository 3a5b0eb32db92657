"""The frame of the page on methods and data: its sentence, four figures, the list of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from html import escape

from display.words import numbers
from display.words.view import View
from ranking.periods import local_day
from store import errata
from store.reference import measures
from ui.about.measures import overdue, present
from ui.frame import html
from ui.frame.html import Figure

SECTIONS = ("measures", "groups", "methods", "data")


def today() -> date:
    """The day in Vietnam by the machine's clock."""
    return local_day(datetime.now(UTC))


def sentence(view: View) -> str:
    """How much of what is defined the dataset holds, and when it was captured. Markup."""
    manifest = view.snapshot.manifest
    words = view.say(
        "about.sentence",
        here=numbers.number(len(present(view)), view.language),
        n=numbers.number(len(measures()), view.language),
        dataset=view.say(f"dataset.{manifest.dataset}").lower(),
        captured=numbers.local_date(manifest.captured_at, view.language),
    )
    return f"<b>{escape(words)}</b> {escape(view.say('about.sentence.why'))}"


def figures(view: View, day: date) -> Sequence[Figure]:
    """Measures held, reviews that are overdue, rows refused, past values revised."""
    manifest, say, language = view.snapshot.manifest, view.say, view.language
    every = measures().values()
    late, first = len(overdue(every, day)), min(measure.next_review for measure in every)
    review = say("about.figure.review.next", day=numbers.day(first, language))
    rows = manifest.rows
    return [
        _figure(view, "measures", len(present(view)), say("about.figure.measures.of", n=len(every))),
        _figure(view, "review", late, review),
        _figure(view, "quarantine", rows.get("quarantine", 0), say("about.figure.quarantine.note")),
        _figure(view, "revisions", _revised(view), say("about.figure.revisions.note")),
    ]


def _revised(view: View) -> int:
    """For the public those of released figures: a snapshot's own tell of steps in between too."""
    if view.reader.may("unreleased"):
        return view.snapshot.manifest.rows.get("revisions", 0)
    return errata.public(view.snapshot).height


def _figure(view: View, name: str, value: int, note: str) -> Figure:
    return Figure(view.say(f"about.figure.{name}"), numbers.number(value, view.language), (note,))


def contents(view: View) -> str:
    """Links to the parts of the page. Markup."""
    items = "".join(
        f'<li><a href="#phan-{name}">{escape(view.say(f"about.section.{name}"))}</a></li>' for name in SECTIONS
    )
    return f'<nav aria-label="{escape(view.say("about.contents"))}"><ul class="gd-jump">{items}</ul></nav>'


def section_title(view: View, name: str) -> None:
    """A heading to jump to, with a line on what follows."""
    title, note = view.say(f"about.section.{name}"), view.say(f"about.section.{name}.note")
    html.show(f'<h2 class="gd-part" id="phan-{name}">{escape(title)}</h2><p class="gd-caption">{escape(note)}</p>')
