"""Names of units: how sources spell them, how readers type them, how two spellings meet."""

from __future__ import annotations

import re
import unicodedata

_TONES = {"a": "àáảãạ", "e": "èéẻẽẹ", "y": "ỳýỷỹỵ"}
_FIRST = {"o": "òóỏõọ", "u": "ùúủũụ"}
_NEW_STYLE = {
    f"{first}{_TONES[second][tone]}": f"{_FIRST[first][tone]}{second}"
    for first, second in (("o", "a"), ("o", "e"), ("u", "y"))
    for tone in range(5)
}
_NEW_STYLE_AT_END = re.compile(r"(?<!q)(" + "|".join(_NEW_STYLE) + r")(?!\w)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_APOSTROPHE = re.compile(r"[’‘ʼ′´`]")
_SEPARATOR = re.compile(r"\s*[-‐‑–—]\s*")
_OFFICE = re.compile(r"^(ubnd|u\.b\.n\.d\.?|[uủ]y ban nhân dân|ủy ban nhân dân)\s+")
_CENTRE = re.compile(r"^(trung tâm (phục vụ )?hành chính công|(trung tâm|tt) ?pvhcc)\s+(của\s+)?")
_KIND = re.compile(r"^(xã|phường|đặc khu|thị trấn|x\.|p\.|đk\.|tt\.)\s*")
_KIND_OF = {"x.": "xã", "p.": "phường", "đk.": "đặc khu", "tt.": "thị trấn"}
_PROVINCE = re.compile(r"\s*[-‐‑–—,(]+\s*((tỉnh|thành phố|tp)\s+|tp\.\s*)[^-‐‑–—,]*$")


def tidy(text: str) -> str:
    """NFC, single spaces, ordinary apostrophes; nothing that is not seen, or turns the direction of the text."""
    text = _APOSTROPHE.sub("'", unicodedata.normalize("NFC", text))
    return _UNSEEN.sub("", _SPACE.sub(" ", text)).strip()


def old_style(text: str) -> str:
    """Tone marks as the state's list sets them: Hòa, not Hoà; Thủy, not Thuỷ; Quý stays."""
    return _NEW_STYLE_AT_END.sub(_swap, text)


def _swap(found: re.Match[str]) -> str:
    pair = found.group(0)
    swapped = _NEW_STYLE[pair.lower()]
    return "".join(new.upper() if old.isupper() else new for old, new in zip(pair, swapped, strict=True))


def spelling(text: str) -> str:
    """NFC name with old-style tone marks, as it is shown and stored."""
    return old_style(tidy(text))


def fold(text: str) -> str:
    """What search compares: lower case, no diacritics, d for đ, single spaces."""
    plain = unicodedata.normalize("NFD", tidy(text).lower()).replace("đ", "d")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def without_province(text: str) -> str:
    """The name as it is shown, less a suffix such as ` - Tỉnh Phú Thọ`."""
    name = spelling(text)
    return name[: len(_PROVINCE.sub("", name.lower()))]


def unit_key(text: str) -> tuple[str | None, str]:
    """(kind or None, bare name) of a unit as a source spells it, ready to compare.

    `UBND xã Lâm Thao - Tỉnh Phú Thọ` → (`xã`, `lâm thao`). Diacritics stay: they tell names apart.
    """
    name = spelling(text).lower()
    name = _PROVINCE.sub("", name).rstrip(" )")
    name = _CENTRE.sub("", _OFFICE.sub("", name))
    name = _OFFICE.sub("", name)
    kind = None
    if found := _KIND.match(name):
        kind = _KIND_OF.get(found.group(1), found.group(1))
        name = name[found.end() :]
    return kind, re.sub(r"\s*'\s*", "'", _SEPARATOR.sub("-", name)).strip()
