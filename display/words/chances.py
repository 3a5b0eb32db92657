"""How likely it is that a unit belongs to a third of its list, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from display.words import numbers
from display.words.text import Speaker
from ranking.tiers import SURE

_CHANCE = {"first": "p_first", "last": "p_last"}


def unit_sentence(say: Speaker, row: Mapping[str, Any]) -> str:
    """The place of a unit in plain words: `Có 9 phần 10 khả năng thuộc nhóm cuối.`; empty where it is not known."""
    chances = {end: row[column] for end, column in _CHANCE.items()}
    tier = row["tier"] or "middle"
    if None in chances.values() or row["expected"] is None:
        return ""
    if tier == "middle":
        return say("places.chance.middle", **{end: _not_sure(say, chance) for end, chance in chances.items()})
    text = say(f"places.chance.{tier}", chance=chance_words(say, chances[tier]))
    return text[0].upper() + text[1:]


def _not_sure(say: Speaker, probability: float) -> str:
    """A chance of a unit in no tier: what would round to 8 in 10, enough for one, is nearly so."""
    if SURE - 0.05 <= probability < SURE:
        return say("places.chance.nearly", n=int(numbers.rounded(10 * SURE)), of=10)
    return chance_words(say, probability)


def chance_words(say: Speaker, probability: float) -> str:
    """A probability in plain words: `9 phần 10`; near 0 and 1 in hundredths, and never 0 or all of them.

    ValueError where it is not between 0 and 1.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability} is no probability: from 0 to 1")
    hundredths = int(numbers.rounded(100 * probability))
    if hundredths < 1:
        return say("places.chance.least", n=1, of=100)
    if hundredths > 99:
        return say("places.chance.most", n=99, of=100)
    if hundredths < 10 or hundredths >= 95:
        return say("places.chance.of", n=hundredths, of=100)
    return say("places.chance.of", n=int(numbers.rounded(10 * probability)), of=10)
