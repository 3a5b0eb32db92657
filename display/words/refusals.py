"""What an import says of rows that it did not take, in the language of the page.

Reasons are kept with the figures in one language, English, so that every program reads the same. The texts
`refusal.…` hold each of them as the import says it and as a Vietnamese page does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter

from display.words.text import Speaker, texts

_PREFIX = "refusal."
_WITHIN = ("why", "what")
"""Blanks that hold a reason, or a word, that has its own text."""
_ROWS = ("rows", "row")
"""Blanks that hold the places of other rows: `form.xlsx, row 9 and form.xlsx, row 12`."""
_PLACES = ((re.compile(r"\brow (\d+)"), r"dòng \1"), (re.compile(r"\bsheet (?=')"), "trang tính "))
Pattern = tuple[re.Pattern[str], str, bool]


def in_language(reason: str, language: str) -> str:
    """The reason, with what stands before it (`form.xlsx, row 9: …`); as it was said where nothing is known of it."""
    if language == "en":
        return reason
    starts = [0, *(found.end() for found in re.finditer(": ", reason))]
    for start in starts:
        if (known := _known(reason[start:], language)) is not None:
            return _place(reason[:start]) + known
    return reason


def _known(reason: str, language: str) -> str | None:
    """The whole reason, several of them, or the part of one before the colon; None where no text is of that form."""
    several = reason.split("; ")
    if len(several) > 1:
        parts = [said for part in several if (said := _known(part, language)) is not None]
        if len(parts) == len(several):
            return "; ".join(parts)
    for pattern, name, is_kind in _patterns():
        if found := pattern.fullmatch(reason):
            blanks = found.groupdict() | dict.fromkeys(_blanks(name) - set(found.groupdict()), "")
            blanks = {key: in_language(value, language) if key in _WITHIN else value for key, value in blanks.items()}
            blanks |= {key: _place(value).replace(" and ", " và ") for key, value in blanks.items() if key in _ROWS}
            said = Speaker(language)(f"{_PREFIX}{name}", **blanks)
            return said.partition(":")[0] if is_kind else said
    return None


@lru_cache(maxsize=1)
def _patterns() -> tuple[Pattern, ...]:
    """(form, name of the text, whether only its part before a colon), in the order of the file, whole ones first."""
    names = [key.removeprefix(_PREFIX) for key in texts() if key.startswith(_PREFIX)]
    whole = [(_form(texts()[_PREFIX + name]["en"]), name, False) for name in names]
    heads = {name: texts()[_PREFIX + name]["en"].partition(": ") for name in names}
    return (*whole, *((_form(head), name, True) for name, (head, colon, _) in heads.items() if colon))


def _form(text: str) -> re.Pattern[str]:
    parts = (re.escape(said) + (f"(?P<{name}>.+)" if name else "") for said, name, _, _ in Formatter().parse(text))
    return re.compile("".join(parts), re.DOTALL)


def _blanks(name: str) -> set[str]:
    return {blank for _, blank, _, _ in Formatter().parse(texts()[_PREFIX + name]["en"]) if blank}


def _place(text: str) -> str:
    for pattern, said in _PLACES:
        text = pattern.sub(said, text)
    return text
