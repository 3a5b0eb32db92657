"""The calendar of releases and the errata as the static site shows them on its page of methods."""

from __future__ import annotations

from datetime import UTC, datetime

from display.words import numbers, releases, revisions
from display.words.text import Speaker
from ranking.periods import local_day
from store import errata
from store.snapshot import Snapshot

MOST_LISTED = 60


def values(say: Speaker, snapshot: Snapshot) -> dict[str, object]:
    """What is announced, what was released, and what changed after its release, the latest first."""
    dataset = snapshot.manifest.dataset
    coming = releases.announced(dataset, local_day(datetime.now(UTC)))
    rows = errata.public(snapshot).head(MOST_LISTED)
    changed = revisions.lines(say, snapshot, rows, "released_at")
    return {
        "announced": [(numbers.day(one.date, say.language), one.what.in_language(say.language)) for one in coming],
        "released": releases.past(say, dataset)[:MOST_LISTED],
        "changed": [
            f"{day}: {unit}, {measure}, {period}: {old} → {new}" for unit, measure, period, old, new, day in changed
        ],
        "told": {name: say(key) for name, key in _TOLD.items()},
    }


_TOLD = {
    "releases": "about.part.releases",
    "coming": "about.releases.coming",
    "past": "about.releases.past.none",
    "withdrawn": "about.releases.withdrawn",
    "errata": "about.part.errata",
    "none": "about.errata.figures.none",
}
