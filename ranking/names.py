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
_ETH = str.maketrans("ÐðƉ", "ĐđĐ")
_CODE_BEFORE = re.compile(r"^\d{5}\s*[-‐‑–—:.]\s*(?=\D)")
_OFFICE = re.compile(
    r"^(hđnd\s*([-‐‑–—&,]|và)?\s*)?(ubnd|u\.b\.n\.d\.?|[uủ]y ban nhân dân|ủy ban nhân dân)\s+"
    r"|^(hdnd\s*([-‐‑–—&,]|va)?\s*)?uy ban nhan dan\s+"
)
_CENTRE = re.compile(
    r"^(trung tâm (phục vụ )?hành chính công|trung tam (phuc vu )?hanh chinh cong|(trung tâm|trung tam|tt) ?pvhcc"
    r"|bộ phận (một|1) cửa|bo phan (mot|1) cua)\s+((của|cua)\s+)?"
)
_KIND = re.compile(r"^(xã|phường|đặc khu|thị trấn|x\.|p\.|đk\.|tt\.)\s*")
_KIND_FOLDED = re.compile(r"^(xa|phuong|dac khu|thi tran|dk\.)\s+")
_KIND_OF = {"x.": "xã", "p.": "phường", "đk.": "đặc khu", "tt.": "thị trấn"}
_KIND_OF |= {"xa": "xã", "phuong": "phường", "dac khu": "đặc khu", "dk.": "đặc khu", "thi tran": "thị trấn"}
_PROVINCE = re.compile(r"\s*[-‐‑–—,(]+\s*((tỉnh|thành phố|tp)\s+|tp\.\s*)[^-‐‑–—,]*$")
_PLACE = re.compile(
    r"(\s*[-‐‑–—,(]+\s*|\s+)(tỉnh|thành phố|huyện|thị xã|tinh|thanh pho|huyen|thi xa)\s+[^-‐‑–—,]*$"
    r"|\s*[-‐‑–—,(]+\s*((tp|quận|quan)\s+|tp\.\s*)[^-‐‑–—,]*$"
)
_ENDING = " ).*:;,"
_NO_LETTER = re.compile(r"[^0-9a-z]+")
_Y = re.compile(r"(?<=[bcdghklmnpqrstvx])y")
_NUMBER = re.compile(r"(\d{1,5})(?:[.,]0*)?")


def tidy(text: str) -> str:
    """NFC, single spaces, ordinary apostrophes, đ for ð; nothing that is not seen, or turns the text's direction."""
    text = _APOSTROPHE.sub("'", unicodedata.normalize("NFC", text)).translate(_ETH)
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

    `UBND xã Lâm Thao - Tỉnh Phú Thọ` → (`xã`, `lâm thao`): less the office, the code before it, the province or the
    former district behind it. Diacritics stay: they tell names apart.
    """
    name = _less_places(_CODE_BEFORE.sub("", spelling(text).lower()))
    name = _less_office(name)
    kind = None
    if found := _KIND.match(name):
        kind = _KIND_OF.get(found.group(1), found.group(1))
        name = name[found.end() :]
    return kind, re.sub(r"\s*'\s*", "'", _SEPARATOR.sub("-", name)).strip()


def _less_places(name: str) -> str:
    """A name in lower case without the places behind it, however many, and without closing marks."""
    shorter = _PLACE.sub("", name.rstrip(_ENDING)).rstrip(_ENDING)
    return name.rstrip(_ENDING) if not shorter else shorter if shorter == name else _less_places(shorter)


def _less_office(name: str) -> str:
    return _OFFICE.sub("", _CENTRE.sub("", _OFFICE.sub("", name)))


def near_keys(text: str) -> tuple[str, ...]:
    """The letters by which two spellings of a unit are near: no tones nor other marks, no spaces, i for y.

    With and without what may be the kind: `Xa Dung` may be the commune Xa Dung, or the commune Dung.
    """
    name = _less_office(fold(_less_places(_CODE_BEFORE.sub("", spelling(text).lower()))))
    bare = _KIND_FOLDED.sub("", _KIND.sub("", name))
    return tuple(dict.fromkeys(letters for one in (bare, name) if (letters := _letters(one))))


def _letters(name: str) -> str:
    return _Y.sub("i", _NO_LETTER.sub("", name))


def kind_of(text: str) -> str | None:
    """The kind of unit that a source says with a name, with or without its marks; None where it says none."""
    name = _less_office(_less_places(_CODE_BEFORE.sub("", spelling(text).lower())))
    found = _KIND.match(name) or _KIND_FOLDED.match(fold(name))
    return _KIND_OF.get(found.group(1), found.group(1)) if found else None


def unit_code(value: object) -> str | None:
    """The five digits of a commune's code as a file writes it, None for what is no such code.

    A number may have lost its zeros or gained decimals: 4792, `4792.0` and `04792.0` are `04792`. What begins with a
    zero and has fewer digits is no commune's code: `04` is a province.
    """
    found = _NUMBER.fullmatch(tidy(str(value)).lstrip("'"))
    if found is None or isinstance(value, bool):
        return None
    digits = found.group(1)
    return None if digits.startswith("0") and len(digits) < 5 else digits.zfill(5)
