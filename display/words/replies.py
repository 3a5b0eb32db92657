"""What communes say of their figures, in words: which figure, how it stands, and what the public reads of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from display.portraits.plain_figures import Answer
from display.portraits.plain_words import Card
from display.portraits.replies import Figure, by_figure, of_answer
from display.words import numbers
from display.words.text import Speaker
from display.words.view import View
from journal import incoming
from journal.reply import ANSWER, OBJECTION, Reply
from journal.typed import seen
from ranking.periods import local_day, parse
from store.reference import measures

_LONGEST = 160
"""So much of an answer stands beside its figure; all of it stands below."""


def head(say: Speaker, reply: Reply) -> str:
    """`Phản đối · Đúng hạn (Cổng), theo Cổng, tháng 8/2026 · 26/9/2026`."""
    key = "replies.head.objection" if reply.kind == OBJECTION else "replies.head.answer"
    return say(key, figure=figure(say, reply), day=numbers.local_date(reply.created_at, say.language))


def figure(say: Speaker, reply: Reply) -> str:
    """The figure that is meant: measure, basis and period."""
    known = measures().get(reply.measure)
    return say(
        "replies.figure",
        measure=known.short.in_language(say.language) if known else reply.measure,
        basis=say(f"basis.{reply.basis}"),
        period=numbers.period_in_sentence(parse(reply.period), say.language),
    )


def values(say: Speaker, reply: Reply) -> str:
    """Both values of an objection; empty where the commune names no other one."""
    if reply.new_numerator is None:
        return ""
    old = counts(say, reply.old_numerator, reply.old_denominator)
    return say("replies.values", old=old, new=counts(say, reply.new_numerator, reply.new_denominator))


def counts(say: Speaker, numerator: float | None, denominator: float | None) -> str:
    """`90/100`, a count alone, or a dash where there is none."""
    parts = [numbers.to_enter(part, say.language) for part in (numerator, denominator) if part is not None]
    return "/".join(parts) or numbers.MISSING


def state(say: Speaker, reply: Reply) -> str:
    """How an objection stands: by when it is decided, or what became of it and when; empty of an answer."""
    if reply.kind != OBJECTION:
        return ""
    if reply.state == "open" and reply.decide_by is not None:
        late = reply.decide_by < _today()
        key = "replies.state.late" if late else "replies.state.open"
        return say(key, day=numbers.day(reply.decide_by, say.language))
    day = numbers.local_date(reply.closed_at, say.language) if reply.closed_at else numbers.MISSING
    alone = reply.state == "accepted" and (reply.new_numerator is None or reply.dataset != incoming.DATASET)
    return say("replies.state.accepted_alone" if alone else f"replies.state.{reply.state}", day=day)


def _today() -> date:
    return local_day(datetime.now(UTC))


def decision(say: Speaker, reply: Reply) -> str:
    """The editors' reason; empty where nothing is decided."""
    return say("replies.decision", words=seen(reply.decision)) if reply.decision else ""


def public(say: Speaker, reply: Reply) -> str:
    """What the public reads beside the figure: that the commune has objected, and how that stands; no word of it."""
    return say("replies.public", state=state(say, reply))


def beside(view: View, found: Sequence[Reply]) -> dict[Figure, str]:
    """What stands beside each figure that a commune has said something of: its latest answer, how an objection stands.

    `found`: what the reader may read of the commune (`display.portraits.replies.of_unit`).
    """
    said: dict[Figure, list[str]] = {}
    for one in sorted(found, key=lambda one: one.id):
        if one.kind == ANSWER:
            said[one.figure] = [view.say("replies.answer", words=_shortened(seen(one.words)))]
    for figure_of, one in by_figure(found).items():
        said.setdefault(figure_of, []).append(public(view.say, one))
    return {figure_of: " ".join(lines) for figure_of, lines in said.items()}


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()}…"


def with_states(
    say: Speaker, cards: Sequence[Card], answers: Sequence[Answer], known: Mapping[Figure, Reply]
) -> list[Card]:
    """The public's cards, each with what its commune's objection has come to, where it has one."""
    return [_with_state(say, card, of_answer(answer, known)) for card, answer in zip(cards, answers, strict=True)]


def further(say: Speaker, answers: Sequence[Answer], known: Mapping[Figure, Reply]) -> list[str]:
    """The same of each figure that no card shows, a line each, the latest first."""
    carded = {(answer.measure, answer.basis, answer.period.id) for answer in answers}
    rest = sorted((one for of, one in known.items() if of not in carded), key=lambda one: one.id, reverse=True)
    return [say("replies.public.further", figure=figure(say, one), state=state(say, one)) for one in rest]


def _with_state(say: Speaker, card: Card, reply: Reply | None) -> Card:
    return card if reply is None else replace(card, lines=(*card.lines, public(say, reply)))
