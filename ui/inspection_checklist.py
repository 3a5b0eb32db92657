"""What to look at in a commune: the general list of `data/inspection`, and the questions of its own figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from ranking import yaml_text
from ranking.measures import Text
from ui import addresses, html, inspection_figures, numbers, questions, store, unit_store, visits
from ui.questions import Asked
from ui.shell import View
from ui.visits import Visit

_PREVIOUS = "previous_findings"


class Item(BaseModel):
    """One matter of the general list; see the head of `checklist.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    title: Text
    ask: Text
    basis: Text | None


@dataclass(frozen=True)
class Line:
    """One line of a commune's checklist, in the reader's language. Plain text; `basis` may be empty."""

    title: str
    ask: str
    basis: str


@lru_cache(maxsize=1)
def items() -> tuple[Item, ...]:
    """The general list, in its order."""
    text = (store.HOME / "data" / "inspection" / "checklist.yaml").read_text(encoding="utf-8")
    return TypeAdapter(tuple[Item, ...]).validate_python(yaml_text.load(text))


def asked(view: View, code: str) -> list[Asked]:
    """The questions that the commune's own figures raise, the heaviest first; none for who may not ask there."""
    if not may_ask(view, code):
        return []
    period = inspection_figures.period(view.snapshot, unit_store.unit(code)["province_code"])
    return questions.sentences(view.language, questions.of_unit(view.snapshot, period, code)) if period else []


def may_ask(view: View, code: str) -> bool:
    """Whether the reader may see what there is to ask in a commune."""
    return view.reader.may("questions", unit_store.unit(code)["province_code"])


def own_lines(view: View, code: str) -> list[Line]:
    """The commune's own questions as lines: what to say, and why it is worth asking."""
    return [Line(question.short, question.sentence, question.why) for question in asked(view, code)]


def general_lines(view: View, last: Visit | None) -> list[Line]:
    """The general list; `last`, the latest visit, stands in the line on previous findings."""
    return [_line(view, item, last if item.id == _PREVIOUS else None) for item in items()]


def _line(view: View, item: Item, last: Visit | None) -> Line:
    ask = item.ask.in_language(view.language)
    if last:
        ask += "\n" + view.say(
            "inspection.checklist.last",
            day=numbers.day(last.visited_on, view.language), team=visits.seen(last.team),
            findings=visits.seen(last.findings),
        )  # fmt: skip
    return Line(item.title.in_language(view.language), ask, item.basis.in_language(view.language) if item.basis else "")


def show(view: View, code: str, last: Visit | None) -> None:
    """Both lists on the page."""
    own(view, code)
    html.show(f'<h3 class="gd-list-title">{escape(view.say("inspection.checklist.general"))}</h3>')
    html.show(f'<ol class="gd-checklist">{_listed(view, general_lines(view, last))}</ol>')


def own(view: View, code: str) -> None:
    """The commune's own questions on the page, or why there is none."""
    found = asked(view, code)
    html.show(f'<h3 class="gd-list-title">{escape(view.say("inspection.checklist.own", n=len(found)))}</h3>')
    if found:
        html.show(f'<ol class="gd-checklist">{"".join(_question(view, question) for question in found)}</ol>')
    else:
        html.caption(_no_questions(view, code))


def _no_questions(view: View, code: str) -> str:
    if not may_ask(view, code):
        return view.say("access.questions")
    known = unit_store.figures(view.snapshot, code).height
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


def _listed(view: View, lines: Sequence[Line]) -> str:
    return "".join(
        f"<li><b>{escape(line.title)}</b><p>{escape(line.ask)}</p>{_basis(view, line)}</li>" for line in lines
    )


def _basis(view: View, line: Line) -> str:
    if not line.basis:
        return ""
    return f'<p class="gd-sub">{escape(view.say("inspection.checklist.basis", basis=line.basis))}</p>'
