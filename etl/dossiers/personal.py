"""Personal data in exports of dossiers: recognised by heading and by content, and never handed on.

What this module lets through is shown on the editor's own terminal at most. Nothing that it judges is stored:
fields, channels and states are kept as numbers of code lists (`etl.dossiers.lists`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from files.places import DATA
from ranking import yaml_text
from ranking.names import fold, tidy
from store.reference import reference_table

PERSONAL = DATA / "dossiers" / "personal.yaml"
FEWEST_ROWS = 3
MOST_WORDS = 4
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")


class _Rules:
    """What `personal.yaml` says, and the pairs of words of our own lists that are no names."""

    def __init__(self, path: Path) -> None:
        rules = yaml_text.load(path.read_text(encoding="utf-8"))
        self.headers = tuple(fold(word) for word in rules["headers"])
        self.content = re.compile("|".join(f"(?:{pattern})" for pattern in rules["content"].values()), re.IGNORECASE)
        self.surnames = frozenset(tidy(name).lower() for name in rules["surnames"])
        self.folded_surnames = frozenset(fold(name) for name in rules["surnames"])
        self.titles = frozenset(tidy(name).lower() for name in rules["titles"])
        self.places = re.compile(r"\b(?:" + "|".join(re.escape(fold(word)) for word in rules["places"]) + r")\b")
        self.pairs = frozenset(pair for text in _phrases(rules["no_names"]) for pair in _pairs(_words(fold(text))))


def _phrases(further: list[str]) -> Iterable[str]:
    """Texts of our own lists: headings, words of cells, fields, provinces; communes bear people's names."""
    yield from further
    said = yaml_text.load((DATA / "dossiers" / "headers.yaml").read_text(encoding="utf-8"))
    for column in said["columns"].values():
        yield from column["headers"]
    for words in said["values"].values():
        for spoken in words.values() if isinstance(words, dict) else (words,):
            yield from map(str, spoken)
    for field, others in (yaml_text.load((DATA / "dossiers" / "fields.yaml").read_text(encoding="utf-8"))).items():
        yield from (field, *(others or ()))
    yield from reference_table("provinces")["name"]


def _words(text: str) -> list[str]:
    return _LETTERS.findall(text)


def _pairs(words: list[str]) -> Iterable[tuple[str, str]]:
    return pairwise(words)


@lru_cache(maxsize=4)
def _known(path: Path = PERSONAL) -> _Rules:
    return _Rules(path)


def personal_header(header: str) -> bool:
    """Whether a column's heading says that it holds names, numbers or addresses of people."""
    spoken = fold(header).replace("_", " ")
    return any(re.search(rf"\b{re.escape(word)}\b", spoken) for word in _known().headers)


def personal_content(text: str) -> bool:
    """Whether a text holds a telephone or identity number, an e-mail, a day of birth, an address or a name.

    The text may hold other words beside it, in capitals or in lower case.
    """
    return bool(_known().content.search(tidy(text))) or looks_like_an_address(text) or looks_like_a_name(text)


def looks_like_an_address(text: str) -> bool:
    """A house, lane, hamlet or group of a neighbourhood is named: `thôn 5`, `số nhà`, `tổ dân phố`."""
    return bool(_known().places.search(fold(text)))


def looks_like_a_name(text: str) -> bool:
    """A surname or a form of address before another word, unless our own lists hold both words side by side.

    `nguyễn văn an`, `gửi bà Sáu`, `TRAN THI B`. A text without any marks is compared without marks.
    """
    rules = _known()
    lower = tidy(text).lower()
    words, plain = _words(lower), _words(fold(text))
    marked = lower.replace("đ", "d") != fold(text)
    surnames = rules.surnames if marked else rules.folded_surnames
    if len(words) == 1:
        return words[0] in surnames
    for place, pair in enumerate(_pairs(plain)):
        begins = place < len(words) and (words[place] in surnames or words[place] in rules.titles)
        if begins and pair not in rules.pairs:
            return True
    return False


def tellable(text: str, rows: int) -> bool:
    """Whether an unknown word may be shown to the editor: often enough, short, without digits, about nobody."""
    return (
        rows >= FEWEST_ROWS
        and len(text.split()) <= MOST_WORDS
        and not _DIGIT.search(text)
        and text.isprintable()
        and not personal_content(text)
    )


def heading_told(header: str) -> bool:
    """Whether a heading may be named: what looks like a row's content, or holds many words, is not."""
    words = header.split()
    return bool(words) and len(words) <= 8 and not re.search(r"\d{3}", header) and not personal_content(header)
