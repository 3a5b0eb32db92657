"""What to ask at a visit to one commune: the lines of its checklist, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from display.portraits import promises, questions, shortlist
from display.portraits.questions import Asked
from display.words import numbers
from display.words import promises as words
from display.words.view import View
from files.places import HOME
from journal.typed import seen
from journal.visits import Visit
from ranking import yaml_text
from ranking.measures import Text
from store import units

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
    text = (HOME / "data" / "inspection" / "checklist.yaml").read_text(encoding="utf-8")
    return TypeAdapter(tuple[Item, ...]).validate_python(yaml_text.load(text))


def asked(view: View, code: str) -> list[Asked]:
    """The questions that the commune's own figures raise, the heaviest first; none for who may not ask there."""
    if not may_ask(view, code):
        return []
    period = shortlist.period(view.snapshot, units.known(code)["province_code"])
    return questions.sentences(view.language, questions.of_unit(view.snapshot, period, code)) if period else []


def may_ask(view: View, code: str) -> bool:
    """Whether the reader may see what there is to ask in a commune."""
    return view.reader.may("questions", units.known(code)["province_code"])


def own_lines(view: View, code: str) -> list[Line]:
    """The commune's own questions as lines: what to say, and why it is worth asking."""
    return [Line(question.short, question.sentence, question.why) for question in asked(view, code)]


def promise_lines(view: View, code: str) -> list[Line]:
    """The promises that the next visit begins with: who does what, what was found, what came of it, how it stands."""
    return [
        Line(
            words.head(view, promise),
            seen(promise.finding) + "\n" + words.verdict(view, promise),
            words.dates(view, promise),
        )
        for promise in promises.of_last_visit(view, code)
    ]


def general_lines(view: View, last: Visit | None) -> list[Line]:
    """The general list; `last`, the latest visit, stands in the line on previous findings."""
    return [_line(view, item, last if item.id == _PREVIOUS else None) for item in items()]


def _line(view: View, item: Item, last: Visit | None) -> Line:
    ask = item.ask.in_language(view.language)
    if last:
        ask += "\n" + view.say(
            "inspection.checklist.last",
            day=numbers.day(last.visited_on, view.language),
            team=seen(last.team),
            findings=seen(last.findings),
        )
    return Line(item.title.in_language(view.language), ask, item.basis.in_language(view.language) if item.basis else "")


def listed(view: View, lines: Sequence[Line]) -> str:
    return "".join(
        f"<li><b>{escape(line.title)}</b><p>{escape(line.ask)}</p>{_basis(view, line)}</li>" for line in lines
    )


def _basis(view: View, line: Line) -> str:
    if not line.basis:
        return ""
    return f'<p class="gd-sub">{escape(view.say("inspection.checklist.basis", basis=line.basis))}</p>'
