"""What the bands look like, from `data/bands.yaml`: their order, marks and colours."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from files.faults import Fault
from files.places import DATA
from ranking.bands import BANDS
from store import yaml_rows
from store.yaml_rows import Colour, Entry, Shades

PATH = DATA / "bands.yaml"


class SomeShades(Entry):
    """Colours that differ from others, on a light ground, on a dark one, or on both."""

    light: Colour | None = None
    dark: Colour | None = None

    def over(self, others: Shades) -> Shades:
        return Shades(light=self.light or others.light, dark=self.dark or others.dark)


class Band(Entry):
    """One band; `data/bands.yaml` says what its keys mean."""

    mark: Annotated[str, Field(min_length=1)]
    colour: Shades
    words: SomeShades = SomeShades()
    site_colour: SomeShades = SomeShades()
    site_words: SomeShades = SomeShades()

    @property
    def ink(self) -> Shades:
        """The colour of its words on the pages."""
        return self.words.over(self.colour)

    @property
    def site_fill(self) -> Shades:
        """The colour of its areas on the static site."""
        return self.site_colour.over(self.colour)

    @property
    def site_ink(self) -> Shades:
        """The colour of its words on the static site."""
        return self.site_words.over(self.ink)


@lru_cache(maxsize=1)
def bands() -> dict[str, Band]:
    """The bands in display order; Fault where the file is wrong or names other bands."""
    return read(PATH)


def read(path: Path) -> dict[str, Band]:
    found = yaml_rows.read(path, Band)
    if set(found) != set(BANDS):
        raise Fault(f"data/{path.name}: must have the entries {', '.join(BANDS)}, found {', '.join(found)}")
    return found
