"""The order of Vietnamese names: the letters of the alphabet first, their tones only between equal letters.

a ă â b c d đ e ê … o ô ơ … u ư …; then ngang, huyền, hỏi, ngã, sắc, nặng; then small before capital letters; numbers
by their value. As the collation `vi` of CLDR, which ICU follows, with numeric order.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import polars as pl

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_MARKS = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_OTHER, _NUMBER = "0", 0x100
_FIRST_MARK, _FIRST_LETTER = 0x20, 0x1000
_PRIMARY = {mark: chr(_FIRST_MARK + n) for n, mark in enumerate(_MARKS)}
_PRIMARY |= {letter: chr(_FIRST_LETTER + n) for n, letter in enumerate(_LETTERS)}
_PART = re.compile(r"\d+|.", re.DOTALL)


@lru_cache(maxsize=65_536)
def name_order(text: str) -> str:
    """A text that sorts as a name stands in a Vietnamese list: compare two of them, show none."""
    primary, tones, cases = [], [], []
    for part in _PART.findall(unicodedata.normalize("NFC", text)):
        if part.isdecimal():
            digits = part.lstrip("0") or "0"
            primary.append(chr(_NUMBER + len(digits)) + digits)
            continue
        letter, tone = _apart(part)
        primary.append(_PRIMARY.get(letter.lower(), chr(0x2000) + letter.lower()))
        tones.append(tone)
        cases.append("1" if letter != letter.lower() else "0")
    return "\0".join(("".join(primary), "".join(tones), "".join(cases)))


def _apart(letter: str) -> tuple[str, str]:
    """A letter of the alphabet and its tone: ể is ê and hỏi."""
    decomposed = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in decomposed if mark in _TONES), "")
    return unicodedata.normalize("NFC", decomposed.replace(tone, "") if tone else letter), _TONES.get(tone, _OTHER)


def by_name(column: str = "name") -> pl.Expr:
    """What rows are sorted by to stand in the order of the names in a column."""
    return pl.col(column).map_elements(name_order, return_dtype=pl.String)
