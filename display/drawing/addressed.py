"""The picture of likely ranks as an address of our own server: one that never changes under its address.

An address names everything that shapes the picture, as that of a map layer does (`display.maps.layers`), so any replica
can answer it, any cache may keep it, and a page's message holds the address alone: for the country that is 300 kB less.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from urllib.parse import urlencode

from display.drawing.likely_frame import COLUMN, PHONE, SMALLEST, TABLET, WHOLE, Look, least_room
from display.drawing.likely_places import likely_places
from display.drawing.palette import palette
from display.maps.layers import edition
from display.words import rankings
from display.words.selection import Selection
from display.words.text import LANGUAGES, Speaker
from display.words.view import View
from files.places import published_folder
from ranking.periods import parse
from ranking.vocabulary import COUNTRY
from store.access import rules
from store.reference import measures, province_names
from store.snapshot import DATASETS, snapshot_at

PATH = "/drawings/places.svg"
BESIDE_FIGURES = Look(880, 310)
"""In two thirds of a page, with its figures beside it."""
SIZES = {
    "smallest": SMALLEST,
    "phone": PHONE,
    "tablet": TABLET,
    "column": COLUMN,
    "beside": BESIDE_FIGURES,
    "whole": WHOLE,
}
"""From the narrowest to the widest."""
ROOMS = {name: least_room(look) for name, look in SIZES.items()}
"""From how many pixels on each is drawn, so that its letters can be read."""
LEVELS = ("commune", "province", "department")
MOST_MARKED = 12
"""Units of the reader's own: more than these are not asked for by a page."""


@dataclass(frozen=True)
class Drawing:
    """Everything that a picture depends on.

    `mine`: the codes of the reader's units with dashes between; `size` one of `SIZES`; `seen` the provinces whose
    figures are shown whole (`access.rules.code_of`): whoever asks must be one who sees them.
    """

    dataset: str
    snapshot: str
    measure: str
    basis: str
    period: str
    level: str
    scope: str
    language: str
    theme: str
    size: str
    edition: str
    mine: str = ""
    seen: str = ""

    def address(self) -> str:
        return f"{PATH}?{urlencode(asdict(self))}"


def drawing_of(view: View, selection: Selection, mine: list[str], size: str = "whole") -> Drawing:
    """The picture of a selection as a page shows it to its reader; its script asks for the size that has room."""
    manifest = view.snapshot.manifest
    return Drawing(
        dataset=manifest.dataset,
        snapshot=manifest.id,
        measure=selection.measure.id,
        basis=selection.basis,
        period=selection.period.id,
        level=selection.level,
        scope=selection.scope,
        language=view.language,
        theme="dark" if view.palette.dark else "light",
        size="phone" if view.narrow else size,
        edition=edition(),
        mine="-".join(sorted({code for code in mine if code.isdecimal()})[:MOST_MARKED]),
        seen=rules.code_of(view.snapshot.seen),
    )


@lru_cache(maxsize=64)
def drawn(drawing: Drawing) -> str:
    """The picture as SVG text; KeyError or ValueError where the address names none."""
    if not _makes_sense(drawing):
        raise KeyError(drawing)
    folder = published_folder() / drawing.dataset / drawing.snapshot
    snapshot = snapshot_at(drawing.dataset, folder).seen_in(rules.provinces_of(drawing.seen))
    view = View(drawing.language, Speaker(drawing.language), snapshot, palette(drawing.theme))
    measure = measures()[drawing.measure]
    selection = Selection(drawing.level, drawing.scope, measure, drawing.basis, "", parse(drawing.period))
    found = rankings.places_of(view, selection, rankings.rows_of(view, selection))
    svg = likely_places(view.say, measure, drawing.level, found, look_of(view, SIZES[drawing.size], drawing.mine))
    if not svg:
        raise KeyError(drawing)
    return svg


def look_of(view: View, size: Look, mine: str = "") -> Look:
    """The size, colours and marks of a picture; `mine` as in `Drawing`."""
    simulated = view.snapshot.manifest.nature == "simulated"
    marked = tuple(code for code in mine.split("-") if code)
    return Look(size.width, size.height, view.palette, marked, simulated)


def _makes_sense(drawing: Drawing) -> bool:
    """Only words that pages use: every other one would be kept in caches for ever."""
    marked = drawing.mine.split("-") if drawing.mine else []
    return (
        drawing.language in LANGUAGES
        and drawing.dataset in DATASETS
        and drawing.theme in ("light", "dark")
        and drawing.size in SIZES
        and drawing.level in LEVELS
        and (drawing.scope == COUNTRY or drawing.scope in province_names())
        and drawing.edition == edition()
        and not ("/" in drawing.snapshot or drawing.snapshot.startswith("."))
        and len(marked) <= MOST_MARKED
        and all(code.isdecimal() and len(code) <= 6 for code in marked)
        and rules.code_of(rules.provinces_of(drawing.seen)) == drawing.seen
    )
