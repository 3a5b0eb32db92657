"""How a unit stands against a level, in a word with its mark."""

from __future__ import annotations

from display.words.text import Speaker
from ranking.measures import Measure
from store.bands import bands


def marked(say: Speaker, measure: Measure, band: str) -> str:
    """`▲ Tốt hơn`; of a measure without a good side, whether it is higher or lower."""
    return f"{bands()[band].mark} {word(say, measure, band)}"


def word(say: Speaker, measure: Measure, band: str) -> str:
    """The same without the mark, for a typeface that has none."""
    return say(f"band.{'neutral' if measure.direction == 'neutral' else 'clear'}.{band}")
