"""What the start page says: the state of a province in a sentence, who moved and why, what needs attention."""

from __future__ import annotations

from html import escape

import polars as pl

from display.words import addresses, numbers, rankings
from display.words.selection import Selection
from display.words.view import View
from store import catalog, snapshot
from ui.frame import links
from ui.frame.html import Figure
from ui.parts import filters, pinned
from ui.parts.figures import four_figures

FEWEST_PICTURED = 4
"""A handful of units is better read in a list."""


def selection(view: View) -> Selection:
    """The communes of the province that the reader chose, by what the link says or all pages open on."""
    known = catalog.catalog(view.snapshot).filter(pl.col("level") == "commune", pl.col("of") > 0)
    if known.is_empty():
        known = catalog.catalog(view.snapshot).filter(pl.col("level") == "province", pl.col("of") > 0)
    if known.is_empty():
        raise snapshot.SnapshotTrouble(view.snapshot.manifest.dataset, "empty")
    level, scope = str(known.item(0, "level")), filters.scope(view, known)
    return pinned.selection(view, known.filter(pl.col("level") == level, pl.col("scope") == scope), level, scope)


def sentence(view: View, chosen: Selection, rows: pl.DataFrame) -> str:
    """Who is meant, when, who is missing, and when the figures were captured. Markup."""
    captured = rows.select(pl.max("captured_at")).item() or view.snapshot.manifest.captured_at
    when = view.say("overview.when", captured=numbers.local_date(captured, view.language))
    return f'{rankings.sentence(view, chosen, rows)} <span class="gd-wide-only">{escape(when)}</span>'


def figures(view: View, chosen: Selection, rows: pl.DataFrame) -> list[Figure]:
    """At most four figures, each the way to the page that begins with it."""
    return four_figures(view, chosen, rows, elsewhere=True)


def is_pictured(places: pl.DataFrame) -> bool:
    """Whether there are enough expected ranks (`display.words.places`) for a picture of all units."""
    return places.get_column("expected").count() >= FEWEST_PICTURED


def table_link(view: View, chosen: Selection, **more: str) -> str:
    """The way to the table of a selection. Markup."""
    return addresses.anchor(view, view.say("overview.see"), "rankings", **addresses.choices(view, chosen), **more)


def doors(view: View, chosen: Selection) -> list[tuple[str, str, str, dict[str, str]]]:
    """The ways in that are open to the reader: (words, icon, page, query) each."""
    place = {} if links.choice("province", [chosen.scope], "") == "" else {"province": chosen.scope}
    ways = [
        (
            view.say("overview.door.compare"),
            ":material/format_list_numbered:",
            "rankings",
            addresses.query(view, **addresses.choices(view, chosen)),
        ),
        (view.say("overview.door.visit"), ":material/checklist:", "inspection", addresses.query(view, **place)),
        (view.say("overview.door.commune"), ":material/location_city:", "unit", addresses.query(view, **place)),
    ]
    return [way for way in ways if view.reader.may(f"page.{way[2]}")]
