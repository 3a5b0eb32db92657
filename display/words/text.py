"""The words of the pages, in both languages, from `data/texts/`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from files.places import DATA
from ranking import yaml_text

LANGUAGES = ("vi", "en")
FOLDER = DATA / "texts"
_COUNTED = re.compile(
    r"(?<![-–−/.,:+])\{(\w+)\} (?:(?:late|open|new|other|working|similar) )?"
    r"(?:dossier|day|month|unit|commune|measure|field|point|place|province|petition|row|promise|stop)s\b"
    r"(?! (?:are|were|have|move|make|do|can|differ|rank)\b)"
)
"""Where an English text counts things: a blank before their plural. Where a verb follows, one word alone won't do."""


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
        text = texts()[key][self.language]
        return (_of_one(text, values) if self.language == "en" else text).format(**values)


def _of_one(text: str, values: dict[str, object]) -> str:
    """An English text with blanks, `{n} dossiers` as `{n} dossier` where the blank's value is 1."""
    return _COUNTED.sub(lambda found: found[0][:-1] if str(values.get(found[1])) == "1" else found[0], text)
