"""What a table of the open data is: its rows, and what is said of them as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from display.words.text import LANGUAGES, Speaker
from store import borders
from store.snapshot import Snapshot
from web.open.query import USUAL_ROWS

LICENCE = "CC-BY-4.0"
PAGED = ("limit", "offset", "format")


@dataclass(frozen=True)
class Table:
    """One page of a table; `said` are facts about it, `records` what JSON gives in place of the rows."""

    name: str
    rows: pl.DataFrame
    total: int
    said: Mapping[str, object]
    records: list[dict] | None = None


@dataclass(frozen=True)
class Kind:
    """A table that can be asked for: its parameters, its rows, and the stamp of what they are made from."""

    what: str
    parameters: tuple[str, ...]
    rows: Callable[[Mapping[str, str]], Table]
    stamp: Callable[[Mapping[str, str]], str] = field(default=lambda _: borders.lineage_id())


def said_of(snapshot: Snapshot) -> dict[str, object]:
    """What every reply from a snapshot says of it; `note` marks what is simulated, in both languages."""
    manifest = snapshot.manifest
    simulated = manifest.nature == "simulated"
    return {
        "dataset": manifest.dataset,
        "snapshot": manifest.id,
        "nature": manifest.nature,
        "note": " ".join(Speaker(language)("open.simulated") for language in LANGUAGES) if simulated else None,
        "captured_at": manifest.captured_at.isoformat(),
        "sources": manifest.sources,
        "licence": LICENCE,
    }


REFERENCE = {
    "dataset": None,
    "snapshot": None,
    "nature": "reference",
    "note": None,
    "captured_at": None,
    "sources": ["data/README.md"],
    "licence": LICENCE,
}


def marked(name: str, rows: pl.DataFrame, total: int, snapshot: Snapshot) -> Table:
    """Every row says what it is: a file can lose the reply that it came with."""
    nature = snapshot.manifest.nature
    word = "mô phỏng" if nature == "simulated" else nature
    return Table(name, rows.with_columns(nature=pl.lit(word)), total, said_of(snapshot))


def stretch(query: Mapping[str, str]) -> dict[str, int]:
    return {"offset": int(query.get("offset", 0)), "limit": int(query.get("limit", USUAL_ROWS))}


def paged(name: str, rows: pl.DataFrame, query: Mapping[str, str]) -> Table:
    return Table(
        name,
        rows.slice(**{"offset": stretch(query)["offset"], "length": stretch(query)["limit"]}),
        rows.height,
        REFERENCE,
    )
