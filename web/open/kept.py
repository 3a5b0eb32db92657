"""The datasets of the open data and their snapshots that are kept."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from files.places import published_folder
from ranking.manifest import MANIFEST, Manifest, ManifestError
from store import releases, snapshot
from web.open.table import Table, paged


def datasets(query: Mapping[str, str]) -> Table:
    """One row per dataset and snapshot that is kept and released."""
    rows = [_described(manifest, current) for manifest, current in _kept()]
    schema = dict.fromkeys(("dataset", "snapshot", "nature"), pl.String) | {
        "current": pl.Boolean,
        "captured_at": pl.String,
        "published_at": pl.String,
        "measurements": pl.Int64,
        "standings": pl.Int64,
        "sources": pl.String,
    }
    return paged("datasets", pl.DataFrame(rows, schema=schema, orient="row"), query)


def _described(manifest: Manifest, current: bool) -> tuple[object, ...]:
    days = (manifest.captured_at.isoformat(), manifest.published_at.isoformat())
    counts = (manifest.rows.get("measurements"), manifest.rows.get("standings"))
    return (manifest.dataset, manifest.id, manifest.nature, current, *days, *counts, "; ".join(manifest.sources))


def _kept() -> list[tuple[Manifest, bool]]:
    """The manifests of all released snapshots, the newest first, and whether replies are of it where none is named."""
    found = []
    for dataset in snapshot.datasets():
        current = snapshot.named(published_folder() / dataset, unreleased=False)
        for folder in sorted((published_folder() / dataset).iterdir(), reverse=True):
            if not releases.is_public(dataset, folder.name):
                continue
            try:
                text = (folder / MANIFEST).read_text(encoding="utf-8")
                found.append((Manifest.from_json(text), folder.name == current))
            except (OSError, UnicodeDecodeError, ManifestError):
                continue  # not a snapshot, or one that nobody can read
    return found


def stamp(_: Mapping[str, str]) -> str:
    """What changes whenever the table does."""
    return " ".join(f"{manifest.id}{current:d}" for manifest, current in _kept())
