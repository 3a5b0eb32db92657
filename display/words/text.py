"""The words of the pages, in both languages, from `data/texts/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from files.places import DATA
from ranking import yaml_text

LANGUAGES = ("vi", "en")
FOLDER = DATA / "texts"


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """All texts by key, each with `vi` and `en`."""
    known: dict[str, dict[str, str]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        content: Any = yaml_text.load(path.read_text(encoding="utf-8"))
        known |= content
    return known


@dataclass(frozen=True)
class Speaker:
    """Says a text in one language: `say("rankings.title", scope="Phú Thọ")`."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        return texts()[key][self.language].format(**values)
