"""A part of a bulletin that is a heading with a sentence and a list of units."""

from __future__ import annotations

from dataclasses import dataclass

from display.words import numbers
from display.words.text import Speaker

MOST_SILENT = 20


@dataclass(frozen=True)
class Part:
    """A heading with a sentence and, below it, one line per unit, the first ones of `units` in all."""

    heading: str
    says: str
    lines: tuple[str, ...] = ()
    units: int = 0


def named(part: Part, language: str, most: int = MOST_SILENT) -> list[str]:
    """At most so many lines of a part, and how many units more there are."""
    shown, more = list(part.lines[:most]), part.units - most
    more_words = Speaker(language)("coverage.more", n=numbers.number(more, language))
    return [*shown, more_words] if more > 0 else shown
