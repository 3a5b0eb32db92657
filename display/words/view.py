"""What everything shown needs to know of its reader and of the dataset."""

from __future__ import annotations

from dataclasses import dataclass

from display.drawing.palette import Palette
from display.words.text import Speaker
from store.access import rules
from store.access.rules import Reader
from store.snapshot import Snapshot


@dataclass(frozen=True)
class View:
    """What every page needs to know of its reader and of the dataset shown."""

    language: str
    say: Speaker
    snapshot: Snapshot
    palette: Palette
    narrow: bool = False
    reader: Reader = rules.LOCAL

    def measure_words(self) -> dict[str, str]:
        """The names of the parts of a measure's definition."""
        parts = ("meaning", "why", "numerator", "denominator", "below", "target", "caveats", "sources")
        return {part: self.say(f"measure.{part}") for part in parts}
