"""What the title block of form II.06 says of the reporting unit and the province; the period: `etl.forms.periods`."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from files.faults import Fault
from ranking.names import fold, spelling

_REPORTING = re.compile(r"(?:đơn vị|cơ quan)\s+(?:thực hiện\s+)?báo cáo\s*:?\s*", re.IGNORECASE)
_ASIDE = re.compile(r"[\s;,-]*(?:đơn vị|cơ quan) nhận|,?\s*ngày\s", re.IGNORECASE)
_CALLED_PROVINCE = re.compile(r"tỉnh|thành phố|tp")
_COMMUNE = re.compile(r"((ubnd|ủy ban nhân dân)\s+)?(xã|phường|đặc khu)\s", re.IGNORECASE)

Title = list[list[str]]


def reporting_unit(title: Title) -> str | None:
    """The name after "Đơn vị báo cáo:", in the same cell or the next; else a commune named in a cell of its own."""
    texts = [_ASIDE.split(spelling(text))[0].strip(" .:-") for row in title for text in row]
    for text, following in zip(texts, [*texts, ""][1:], strict=True):
        if found := _REPORTING.search(text):
            return text[found.end() :] or following or None
    return next((text for text in texts if _COMMUNE.match(text)), None)


def province_code(text: str, provinces: pl.DataFrame) -> str:
    """The code of a province given by code (25), state code (H44) or name; Fault where it is none."""
    wanted = _bare_province(text)
    for code, name, state_code in provinces.select("code", "name", "state_code").iter_rows():
        if wanted in (code, state_code.lower(), _bare_province(name)):
            return code
    raise Fault(f"{text!r} is no province of today; give its code (25), state code (H44) or name (Phú Thọ)")


def _bare_province(text: str) -> str:
    return re.sub(r"^(ubnd )?(tinh|thanh pho|tp\.?) ?", "", fold(text))


def provinces_named(texts: Iterable[str], provinces: pl.DataFrame) -> set[str]:
    """Codes of the provinces that texts name after "tỉnh", "thành phố" or "TP."."""
    joined = "\n".join(spelling(text).lower() for text in texts)
    if not _CALLED_PROVINCE.search(joined):
        return set()
    codes = provinces.select("code", "name").iter_rows()
    return {
        code for code, name in codes if re.search(rf"\b(tỉnh|thành phố|tp\.?)\s*{re.escape(name.lower())}\b", joined)
    }
