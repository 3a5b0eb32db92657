"""What the title block of form II.06 says: the period, the reporting unit, the province."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import polars as pl

from files.faults import BadInput, Fault
from ranking.names import fold, spelling
from ranking.periods import Period, between, calendar_period

_DAY = r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?"
_RANGE = re.compile(rf"tu (?:ngay )?{_DAY},? (?:den|toi) (?:het )?(?:ngay )?{_DAY}")
_MONTHS_FROM_START = re.compile(r"\b(\d{1,2}) thang dau nam (\d{4})")
_SECOND_HALF = re.compile(r"\b6 thang cuoi nam (\d{4})")
_QUARTER = re.compile(r"\bquy (iv|i{1,3}|[1-4])\b[ /.,-]*(?:nam )?(\d{4})")
_MONTH = re.compile(r"\bthang (\d{1,2})[ /.,-]*(?:nam )?(\d{4})")
_YEAR = re.compile(r"(?:^|ky bao cao ?:? ?|bao cao )\(?nam:? ?(\d{4})\b")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_REPORTING = re.compile(r"(?:đơn vị|cơ quan)\s+(?:thực hiện\s+)?báo cáo\s*:?\s*", re.IGNORECASE)
_ASIDE = re.compile(r"[\s;,-]*(?:đơn vị|cơ quan) nhận|,?\s*ngày\s", re.IGNORECASE)
_COMMUNE = re.compile(r"((ubnd|ủy ban nhân dân)\s+)?(xã|phường|đặc khu)\s", re.IGNORECASE)

Title = list[list[str]]


def title_period(place: str, title: Title) -> Period | None:
    """The period in the title block, None where it names none; BadInput where its days do not exist.

    A stretch "Từ ngày … đến ngày …" comes before a month, quarter or year that also stands there.
    """
    lines = [_days_as_figures(" ".join(row)) for row in title]
    for find in (_stretch, _part_of_year):
        for row, line in zip(title, lines, strict=True):
            try:
                if period := find(line):
                    return period
            except ValueError:
                raise BadInput(place, f"the title says {' '.join(row)!r}, which is no period") from None
    return None


def _days_as_figures(text: str) -> str:
    """Folded text where every day reads d/m/yyyy, whether it was words, an Excel date or had dashes or points."""
    text = re.sub(r"(\d{4})-(\d\d)-(\d\d)( 00:00:00)?", r"\3/\2/\1", fold(text))
    text = re.sub(r"ngay[ .…]*thang \d{1,2}[ .,]*nam \d{4}", "", text)  # place and date of signing, day left open
    text = re.sub(r"ngay (\d{1,2}) thang (\d{1,2})(?:,? nam (\d{4}))?", _day, text)
    return re.sub(r"(\d{1,2}) ?[-./] ?(\d{1,2}) ?[-./] ?(\d{4})", r"\1/\2/\3", text)


def _day(found: re.Match[str]) -> str:
    return "ngay " + "/".join(part for part in found.groups() if part)


def _stretch(line: str) -> Period | None:
    found = _RANGE.search(line)
    if not found:
        return None
    day, month, year, last_day, last_month, last_year = (int(part or 0) for part in found.groups())
    start, end = date(year or last_year, month, day), date(last_year, last_month, last_day)
    if start > end:
        raise ValueError("the end is before the start")
    return between(start, end)


def _part_of_year(line: str) -> Period | None:
    if found := _SECOND_HALF.search(line):
        return calendar_period("half", int(found[1]), 2)
    if found := _MONTHS_FROM_START.search(line):
        return between(date(int(found[2]), 1, 1), calendar_period("month", int(found[2]), int(found[1])).end)
    if found := _QUARTER.search(line):
        return calendar_period("quarter", int(found[2]), _ROMAN.get(found[1]) or int(found[1]))
    if found := _MONTH.search(line):
        return calendar_period("month", int(found[2]), int(found[1]))
    return calendar_period("year", int(found[1])) if (found := _YEAR.search(line)) else None


def reporting_unit(title: Title) -> str | None:
    """The name after "Đơn vị báo cáo:", in the same cell or the next; else a commune named in a cell of its own."""
    texts = [_ASIDE.split(spelling(text))[0].strip(" .:-") for row in title for text in row]
    for text, following in zip(texts, [*texts[1:], ""], strict=True):
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
    codes = provinces.select("code", "name").iter_rows()
    return {
        code for code, name in codes if re.search(rf"\b(tỉnh|thành phố|tp\.?)\s*{re.escape(name.lower())}\b", joined)
    }
