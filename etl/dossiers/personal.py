"""Personal data in exports of dossiers: recognised by heading and by content, and never handed on."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from files.places import DATA
from ranking import yaml_text
from ranking.names import fold, tidy

PERSONAL = DATA / "dossiers" / "personal.yaml"
WITHHELD = "(withheld: looks like personal data)"
_CAPITALISED = re.compile(r"[A-ZÀ-ỸĐ][\wÀ-ỹ]*")
_LONGEST_NAME = 5


@lru_cache(maxsize=4)
def _known(path: Path = PERSONAL) -> tuple[tuple[str, ...], re.Pattern[str], frozenset[str]]:
    rules = yaml_text.load(path.read_text(encoding="utf-8"))
    headers = tuple(fold(word) for word in rules["headers"])
    content = re.compile("|".join(f"(?:{pattern})" for pattern in rules["content"].values()))
    return headers, content, frozenset(fold(name) for name in rules["surnames"])


def personal_header(header: str) -> bool:
    """Whether a column's heading says that it holds names, numbers or addresses of people."""
    spoken = fold(header).replace("_", " ")
    return any(re.search(rf"\b{re.escape(word)}\b", spoken) for word in _known()[0])


def personal_content(text: str) -> bool:
    """Whether a cell holds a phone number, an identity number of 9 or 12 digits, an e-mail, or a person's name."""
    return bool(_known()[1].search(text)) or looks_like_a_name(text)


def looks_like_a_name(text: str) -> bool:
    """Two to five capitalised words, the first a common surname: `Nguyễn Văn An`, `TRẦN THỊ B`."""
    words = tidy(text).split(" ")
    if not 2 <= len(words) <= _LONGEST_NAME or fold(words[0]) not in _known()[2]:
        return False
    return all(_CAPITALISED.fullmatch(word) for word in words)


def withheld(text: str) -> str:
    """The text itself, or a note in its place where it looks personal."""
    return WITHHELD if personal_content(text) else text
