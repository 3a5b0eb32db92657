"""What of a form's cells may be told and kept: failed numbers, names of units and fields; nothing about a person."""

from __future__ import annotations

import re

from etl.dossiers.personal import personal_content
from etl.forms.grid import ERRORS
from ranking.names import spelling

LENGTH_MAX = 120
HIDDEN = "a name that is not shown"
_NUMBER = re.compile(r"[-–—−+]?[\d., ]+%?")
_LOGICAL = ("true", "false")
_UNIT = re.compile(
    r"(ubnd|u\.b\.n\.d|ủy ban|hđnd|xã|phường|đặc khu|thị trấn|huyện|thị xã|thành phố|tỉnh|quận|sở|ban|văn phòng"
    r"|thanh tra|công an|bộ chỉ huy|bảo hiểm|chi cục|cục|thuế|kho bạc|trường|trung tâm|viện|tổng|cộng|toàn|lĩnh vực)\b",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"(\d[ .-]?){8,}|\w@\w")


def figure(cell: str | float) -> str | None:
    """A cell that is no count, where it is a number at least, an error of Excel, or true or false; else None."""
    text = f"{cell:g}" if isinstance(cell, float) else cell
    told = _NUMBER.fullmatch(text) or text in ERRORS or text in _LOGICAL
    return (text if len(text) <= 40 else text[:40] + "…") if told else None


def name(text: str | None) -> str | None:
    """A unit's or field's name as it may be told; None for one that may be a person's."""
    if not text:
        return None
    plain = spelling(text)
    if _LONG_NUMBER.search(plain) or (not _UNIT.match(plain) and personal_content(plain)):
        return None
    return plain if len(plain) <= LENGTH_MAX else plain[:LENGTH_MAX] + "…"
