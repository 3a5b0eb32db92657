"""Where a commune likely stands in each measure: its chances, its ranges, the year behind it, and its last move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from display.portraits import summary
from display.portraits.summary import Row
from display.words import chances, numbers, places
from display.words.view import View
from ranking.bands import ALIKE
from ranking.movement import cause
from store import moves, units
from store.moves import Move


class Detail(NamedTuple):
    """One measure's place in words; an empty text where there is nothing to say."""

    measure: str
    chance: str
    ranks: str
    rests_on: str
    twelve: str
    moved: str


def details(view: View, code: str) -> list[Detail]:
    """One entry per row of `summary.rows` whose place is known; each ranking takes about a tenth of a second."""
    found = [row for row in summary.rows(view.snapshot, code) if row.is_placed]
    years = {
        (row["measure"], row["basis"]): places.of_row(row)
        for row in units.over_twelve_months(view.snapshot, code).iter_rows(named=True)
    }
    return [_detail(view, row, years.get((row.measure.id, row.basis))) for row in found]


def _detail(view: View, row: Row, year: Mapping[str, Any] | None) -> Detail:
    say = view.say
    return Detail(
        measure=row.measure.short.in_language(view.language),
        chance=chances.unit_sentence(say, row.place),
        ranks=_sentence(places.range_words(say, row.place), places.proven_words(say, row.standing)),
        rests_on=_sentence(places.window_words(say, row.place), places.known_words(say, row.place["known"])),
        twelve=_year(view, year),
        moved=moved_words(view, row, moves.move(view.snapshot, row.standing)),
    )


def _year(view: View, year: Mapping[str, Any] | None) -> str:
    """Tier, expected rank and range over twelve months; that there are not so many where there are not."""
    if year is None or not places.is_placed(year):
        return view.say("unit.places.no_year")
    words = (places.place_words(view.say, year), places.range_words(view.say, year))
    return _sentence(*words)


def moved_words(view: View, row: Row, move: Move | None) -> str:
    """What changed since the period before, and why; without a cause where chance alone may have done it."""
    if move is None:
        return ""
    before = numbers.period_in_sentence(move.before, view.language)
    if not move.is_clear:
        return view.say("unit.move.unknown" if move.clear is None else "unit.move.chance", before=before)
    unit = view.say("card.points") if row.measure.kind == "share" else row.measure.unit.in_language(view.language)
    change = f"{numbers.signed(move.change, view.language, row.measure.decimals)}\u00a0{unit}".strip()
    parts = [view.say("unit.move.clear", change=change, before=before), *_ranks(view, move)]
    return "; ".join(parts) + "."


def clear_moves(view: View, found: Sequence[Row]) -> str:
    """Each clear change since the period before with its cause, and that the others may be chance; empty without any
    period before to compare with."""
    known = [(row, found_move) for row in found if (found_move := moves.move(view.snapshot, row.standing))]
    clear = [
        view.say("unit.move.of", measure=row.measure.short.in_language(view.language), move=moved_words(view, row, one))
        for row, one in known
        if one.is_clear
    ]
    rest = [one for _, one in known if one.clear == ALIKE]
    if not rest:
        return " ".join(clear)
    before = numbers.period_in_sentence(rest[0].before, view.language)
    others = view.say("unit.move.others" if clear else "unit.move.none", before=before, n=len(rest))
    return " ".join([*clear, others])


def _ranks(view: View, move: Move) -> list[str]:
    """The expected ranks before and after with the cause, where they differ."""
    if move.expected_before is None or move.expected_now is None:
        return []
    then, now = (numbers.number(rank, view.language) for rank in (move.expected_before, move.expected_now))
    if then == now:
        return [view.say("unit.move.same", rank=now)]
    parts = (move.expected_own or 0.0, move.expected_others or 0.0, move.expected_membership or 0.0)
    return [f"{view.say('unit.move.ranks', then=then, now=now)} {view.say(f'cause.{cause(*parts)}')}"]


def _sentence(*parts: str) -> str:
    """Parts as one sentence that begins with a capital letter."""
    text = "; ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
