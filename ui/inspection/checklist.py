"""What to look at in a commune: the general list of `data/inspection`, and the questions of its own figures."""

from __future__ import annotations

from html import escape

from display.portraits.checklist import asked, general_lines, listed, may_ask
from display.portraits.questions import Asked
from display.words import addresses
from display.words.view import View
from journal.visits import Visit
from store import units
from ui.frame import html


def show(view: View, code: str, last: Visit | None) -> None:
    """Both lists on the page."""
    own(view, code)
    html.show(f'<h3 class="gd-list-title">{escape(view.say("inspection.checklist.general"))}</h3>')
    html.show(f'<ol class="gd-checklist">{listed(view, general_lines(view, last))}</ol>')


def own(view: View, code: str) -> None:
    """The commune's own questions on the page, or why there is none; no count to who may not read them."""
    if not may_ask(view, code):
        html.caption(view.say("access.questions"))
        return
    found = asked(view, code)
    html.show(f'<h3 class="gd-list-title">{escape(view.say("inspection.checklist.own", n=len(found)))}</h3>')
    if found:
        html.show(f'<ol class="gd-checklist">{"".join(_question(view, question) for question in found)}</ol>')
    else:
        html.caption(_no_questions(view, code))


def _no_questions(view: View, code: str) -> str:
    known = units.figures(view.snapshot, code).height
    return view.say("inspection.checklist.none" if known else "inspection.checklist.no_figures")


def _question(view: View, question: Asked) -> str:
    """A question with why it is asked and the way to its evidence."""
    link = addresses.anchor(
        view,
        view.say("inspection.checklist.evidence"),
        question.page,
        unit=question.unit_code,
        measure=question.measure,
    )
    times = view.say("inspection.checklist.times", n=question.times) if question.times > 1 else ""
    why = " ".join(filter(None, [question.why, times]))
    return (
        f"<li><b>{escape(question.short)}</b><p>{escape(question.sentence)}</p>"
        f'<p class="gd-sub">{escape(why)} {link}</p></li>'
    )
