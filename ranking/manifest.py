"""What a snapshot says of itself, and the names under which its files lie.

A dataset's folder holds one folder per snapshot and a small file `current` with the id of the
snapshot to read. A snapshot is never changed after `current` has named it. `released` names the one that the public
reads, and is empty where nothing was released yet; a dataset from before there were releases has no such file.
"""

from __future__ import annotations

import json
from dataclasses import Field, asdict, dataclass, fields
from datetime import datetime
from typing import Any

CURRENT = "current"
RELEASED = "released"
RELEASES = "releases.jsonl"
"""One line per release, the latest last (`store.releases`)."""
ERRATA = "errata.parquet"
"""What releases changed of figures that were released before (`store.errata`)."""
MANIFEST = "manifest.json"
FORMAT = 1


class ManifestError(ValueError):
    """A manifest cannot be understood; the message says why."""


@dataclass(frozen=True)
class Manifest:
    """Identity and contents of one snapshot; `rows` and `sha256` are keyed by table.

    `policy`: the stamp of the suppression policy by which its public tables were made, empty where it has none.
    """

    id: str
    dataset: str
    nature: str
    sources: list[str]
    captured_at: datetime
    published_at: datetime
    rows: dict[str, int]
    sha256: dict[str, str]
    code_version: str
    warnings: list[str]
    format: int = FORMAT
    policy: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """The manifest written by `to_json`; ManifestError where keys are missing or make no sense."""
        try:
            content = json.loads(text)
            known = {
                field.name: content[field.name] for field in fields(cls) if field.name in content or _needed(field)
            }
            for name in ("captured_at", "published_at"):
                known[name] = datetime.fromisoformat(known[name])
        except (ValueError, KeyError, TypeError) as error:
            raise ManifestError(f"{MANIFEST} is damaged: {error!r}") from error
        if known["format"] != FORMAT:
            raise ManifestError(f"{MANIFEST} has format {known['format']}; this version reads format {FORMAT}")
        return cls(**known)


def _needed(field: Field[Any]) -> bool:
    """`policy` came later: a manifest from before does without."""
    return field.name != "policy"


def table_file(table: str) -> str:
    return f"{table}.parquet"
