"""What changed since the last snapshot, and past values that were revised at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import polars as pl

from display.words import numbers, revisions
from display.words.view import View
from ranking.manifest import MANIFEST, Manifest, ManifestError
from ranking.vocabulary import CELL
from store import releases, sight, states
from store.reference import measures
from store.snapshot import Snapshot
from ui.frame import html
from ui.parts import tables

MOST_LISTED = 200
_FIGURES = ("numerator", "denominator", "score")
_COLUMNS = [*CELL, *_FIGURES, "state", "provisional"]


@dataclass(frozen=True)
class Counts:
    """Of one measure: values that are new, that differ, and that are no longer there."""

    measure: str
    new: int
    revised: int
    vanished: int


def earlier(snapshot: Snapshot, *, unreleased: bool) -> Snapshot | None:
    """The snapshot of the same dataset published just before, where it is still kept and can be read; unless
    `unreleased` ones count, of those that were released."""
    kept = []
    for path in snapshot.folder.parent.glob(f"*/{MANIFEST}"):
        if not unreleased and not releases.is_public(snapshot.folder.parent.name, path.parent.name):
            continue
        try:
            manifest = Manifest.from_json(path.read_text(encoding="utf-8"))
        except (ManifestError, OSError, UnicodeDecodeError):
            continue  # a folder that is being written or cleared away is no snapshot
        if _order(manifest) < _order(snapshot.manifest):
            kept.append(Snapshot(path.parent, manifest, snapshot.seen))
    return max(kept, key=lambda one: _order(one.manifest), default=None)


def _order(manifest: Manifest) -> tuple[datetime, str]:
    """Two publishes within a second are told apart by their ids, which begin with the time of capture."""
    return manifest.published_at, manifest.id


@lru_cache(maxsize=4)
def since(before: Snapshot, now: Snapshot) -> tuple[Counts, ...]:
    """The counts of every measure that changed, measure by measure so that a large dataset stays in memory."""
    names = [*measures()]
    pairs = ((name, _of(before, name), _of(now, name)) for name in names)
    counts = (compared(name, old, new) for name, old, new in pairs)
    return tuple(one for one in counts if one.new or one.revised or one.vanished)


def _of(snapshot: Snapshot, measure: str) -> pl.DataFrame:
    return sight.scan(snapshot, "measurements").filter(pl.col("measure") == measure).select(_COLUMNS).collect()


def compared(measure: str, before: pl.DataFrame, now: pl.DataFrame) -> Counts:
    """Rows of one measure in two snapshots. A cell that isn't reported holds no value.

    A provisional stretch to date gives way to a longer one: that it is gone is no loss.
    """
    old, new = (rows.filter(states.answered()) for rows in (before, now))
    lasting = old.filter(~((pl.col("period_kind") == "to_date") & pl.col("provisional")))
    both = old.join(new, on=list(CELL), suffix="_now")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in (*_FIGURES, "state"))
    return Counts(
        measure,
        new.join(old, on=list(CELL), how="anti").height,
        both.filter(differs).height,
        lasting.join(new, on=list(CELL), how="anti").height,
    )


def panel(view: View) -> None:
    """The comparison with the snapshot before, then the past values that were revised."""
    inside = view.reader.may("unreleased")
    before = earlier(view.snapshot, unreleased=inside)
    if before is None:
        html.caption(view.say("about.changes.first"))
    else:
        _since(view, before)
    if inside:
        _revisions(view)


def _since(view: View, before: Snapshot) -> None:
    found = since(before, view.snapshot)
    day = numbers.local_date(before.manifest.captured_at, view.language)
    key = "about.changes.since" if found else "about.changes.same"
    html.caption(view.say(key, day=day, snapshot=before.manifest.id))
    if found:
        headers = [view.say(f"about.changes.column.{name}") for name in ("measure", "new", "revised", "vanished")]
        rows = [_counts(view, one) for one in found]
        page = {"page": "methods", "part": "changes"}
        tables.shared_table(view, "changes", page, headers, rows, view.say("about.part.changes"), range(1, 4))


def _counts(view: View, one: Counts) -> list[str]:
    figures = [numbers.number(n, view.language) for n in (one.new, one.revised, one.vanished)]
    return [measures()[one.measure].name.in_language(view.language), *figures]


def _revisions(view: View) -> None:
    """Each past value that changed, the latest change first."""
    rows = (
        sight.scan(view.snapshot, "revisions").sort("new_captured_at", "unit_code", descending=[True, False]).collect()
    )
    if rows.is_empty():
        html.caption(view.say("about.revisions.none"))
        return
    n, shown = (numbers.number(k, view.language) for k in (rows.height, min(rows.height, MOST_LISTED)))
    html.caption(view.say("about.revisions.count", n=n, shown=shown))
    table(view, rows, "new_captured_at", view.say("about.revisions.column.captured"), "about.revisions.title")


def table(view: View, rows: pl.DataFrame, moment: str, header: str, title: str) -> None:
    """The first of the rows of `tables.Revisions`, old figures and new ones; `header`: of the column for a `moment`."""
    headers = [view.say(f"about.revisions.column.{name}") for name in ("unit", "measure", "period", "old", "new")]
    texts = revisions.lines(view.say, view.snapshot, rows.head(MOST_LISTED), moment)
    page = {"page": "methods", "part": "changes"}
    tables.shared_table(view, title.replace(".", "_"), page, [*headers, header], texts, view.say(title), (3, 4))
