"""What communes say of their figures, as a reader may see it: words for the own province, states for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from display.portraits.plain_figures import Answer
from display.words.view import View
from journal.reply import OBJECTION, SHOWN, Reply
from store import units

Figure = tuple[str, str, str]
"""Measure, basis and the id of a period."""


def may_say(view: View, code: str) -> bool:
    """Whether the reader answers for a commune."""
    return view.reader.may("replies", code)


def may_read(view: View, code: str) -> bool:
    """Whether the reader may read what a commune says: its own people, and who sees its province whole."""
    return code in view.reader.communes or view.reader.may("figures", units.known(code)["province_code"])


def of_unit(view: View, code: str) -> list[Reply]:
    """What a commune has said, the latest first; for who may not read it, the objections that the public sees."""
    from journal import replies  # with the database, which the static site's processes do without

    found = replies.of_unit(view.snapshot.manifest.dataset, code)
    if may_read(view, code):
        return found
    return [one for one in found if one.kind == OBJECTION and one.state in SHOWN]


def by_figure(found: Sequence[Reply]) -> dict[Figure, Reply]:
    """The latest objection to each figure that the public sees."""
    known: dict[Figure, Reply] = {}
    for one in sorted(found, key=lambda one: one.id):
        if one.kind == OBJECTION and one.state in SHOWN:
            known[one.figure] = one
    return known


def of_all(dataset: str) -> dict[str, dict[Figure, Reply]]:
    """The same of every commune that has objected, by its code."""
    from journal import replies

    by_unit: dict[str, list[Reply]] = {}
    for one in replies.objections(dataset):
        by_unit.setdefault(one.unit_code, []).append(one)
    return {code: by_figure(found) for code, found in by_unit.items()}


def of_answer(answer: Answer, known: Mapping[Figure, Reply]) -> Reply | None:
    """The objection to the figure that a card shows."""
    return known.get((answer.measure, answer.basis, answer.period.id))
