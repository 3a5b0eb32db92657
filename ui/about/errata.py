"""What was corrected after it had been released: figures, snapshots that were released again, editors' corrections."""

from __future__ import annotations

from html import escape

from display.words import numbers, releases
from display.words.view import View
from store import errata
from store.releases import AGAIN, WITHHELD, known
from store.snapshot import datasets, open_snapshot
from ui.about import changes
from ui.frame import html
from ui.parts import errata as corrections
from ui.parts import tables


def panel(view: View) -> None:
    """The same for every reader: what the public read, and what it reads now."""
    _figures(view)
    _again(view)
    corrections.section(view)


def _figures(view: View) -> None:
    rows = errata.public(open_snapshot(view.snapshot.manifest.dataset)) if _is_released(view) else None
    if rows is None or rows.is_empty():
        html.caption(view.say("about.errata.figures.none"))
        return
    n, shown = (numbers.number(k, view.language) for k in (rows.height, min(rows.height, changes.MOST_LISTED)))
    html.caption(view.say("about.errata.figures.count", n=n, shown=shown))
    changes.table(view, rows, "released_at", view.say("about.errata.column.released"), "about.errata.figures.title")


def _is_released(view: View) -> bool:
    """A dataset that nobody outside has read yet has no errata."""
    return view.snapshot.manifest.dataset in datasets()


def _again(view: View) -> None:
    """Releases that put another snapshot in the place of one that was public."""
    every = known(view.snapshot.manifest.dataset)
    found = [one for one in reversed(every) if one.how in (AGAIN, WITHHELD)][: changes.MOST_LISTED]
    if not found:
        return
    title = view.say("about.errata.again")
    html.show(f'<h3 class="gd-list-title">{escape(title)}</h3>')
    rows = [
        [
            numbers.local_date(one.released_at, view.language),
            view.say("release.snapshot", snapshot=one.snapshot),
            releases.reason(view.say, one),
        ]
        for one in found
    ]
    headers = [view.say(f"about.releases.column.{name}") for name in ("day", "what", "note")]
    page = {"page": "methods", "part": "errata"}
    tables.shared_table(view, "released_again", page, headers, rows, title, ())
