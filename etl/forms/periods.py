"""Which period the title block of form II.06 names.

All periods that stand there are collected. Left out is where another date is meant: the place and date of signing, the
letter or circular that the form goes with. "Tính đến ngày …" ends the period. A stretch of days says what a month,
quarter or year beside it means. Where two remain the importer asks, and never guesses.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from files.faults import BadInput
from ranking.names import fold
from ranking.periods import Period, between, calendar_period

Title = list[list[str]]

# Patterns meet text that went through `ranking.names.fold`: lower case, no diacritics. Lines are joined by "¶".
_S = r"[ ¶|]*"
_DAY = r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?"
_TO = rf"{_S}(?:[-–—]|,?{_S}\b(?:den|toi)){_S}(?:het{_S})?(?:ngay{_S})?"
_RANGE = re.compile(rf"(?:\btu{_S}(?:ngay{_S})?)?\b{_DAY}{_TO}{_DAY}\b")
_MONTH_RANGE = re.compile(
    rf"\btu{_S}(?:dau{_S})?thang{_S}(\d{{1,2}})(?:/(\d{{4}}))?{_TO}thang{_S}(\d{{1,2}})[ ¶/.,-]*(?:nam{_S})?(\d{{4}})\b"
)
_SO_FAR_TO_DAY = re.compile(rf"\b(?:tu{_S}dau{_S}nam|luy{_S}ke)\b(?:(?!\d/|thang).){{0,40}}?\b{_DAY}\b")
_SO_FAR_TO_MONTH = re.compile(
    rf"\b(?:tu{_S}dau{_S}nam|luy{_S}ke)\b(?:(?!\d).){{0,40}}?\bthang{_S}(\d{{1,2}})[ ¶/.,-]*(?:nam{_S})?(\d{{4}})\b"
)
_MONTHS_FROM_START = re.compile(
    rf"\b(\d{{1,2}}){_S}thang{_S}(?:dau{_S}nam|nam|cua{_S}nam)[ ¶,-]*(?:nam{_S})?(\d{{4}})\b"
    rf"|\b(\d{{1,2}}){_S}thang/(\d{{4}})\b"
)
_SECOND_HALF = re.compile(rf"\b6{_S}thang{_S}cuoi{_S}nam{_S}(\d{{4}})\b")
_QUARTER = re.compile(rf"\bquy{_S}(iv|i{{1,3}}|[1-4])\b[ ¶|/.,:-]*(?:nam{_S}:?{_S})?(\d{{4}})\b")
_MONTH = re.compile(rf"\bt(?:hang{_S}:?{_S})?(\d{{1,2}})[ ¶|/.,:-]*(?:nam{_S}:?{_S})?(\d{{4}})\b")
_LABELLED_MONTH = re.compile(rf"\bky bao cao{_S}:?{_S}(\d{{1,2}})[/.-](\d{{4}})\b")
_YEAR = re.compile(
    rf"(?:^|¶|\||ky bao cao ?:? ?|bao cao |luy ke |\()[ ¶|]*\(?(?:ca )?nam:?{_S}(?:bao cao ?:? ?)?(\d{{4}})\b"
)
_CUT_OFF = re.compile(rf"\b(?:den|toi){_S}(?:het{_S})?(?:thoi diem{_S})?(?:ngay{_S})?{_DAY}\b")
_CUT_OFF_MONTH = re.compile(
    rf"\b(?:den|toi){_S}(?:het{_S})?(?:cuoi{_S})?thang{_S}(\d{{1,2}})[ ¶/.,-]*(?:nam{_S})?(\d{{4}})\b"
)
# Something narrower than a year that none of the patterns has understood: then a year beside it is not the period.
_NARROWER = re.compile(rf"\b(?:thang|quy|tuan|ngay|dot){_S}(?:\d|x?(?:ix|iv|v?i{{1,3}}|v|x)\b)")
_ROMAN_MONTH = re.compile(r"\bthang ((?:x(?:i{1,2})?|ix|iv|vi{0,3}|i{1,3}))(?=[ ¶/.,-]*(?:nam ?)?\d{4}\b)")
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_ANY_YEAR = re.compile(rf"\bnam:?{_S}(\d{{4}})\b[ ,(]*(?=$|[|¶)]|tinh\b|so lieu\b)")
_SO_FAR = re.compile(rf"\bluy{_S}ke\b|\btu{_S}dau{_S}nam\b")
_CLOCK = re.compile(rf"\b\d{{1,2}} ?(?:h|gio|:) ?(?:\d{{2}})?(?: ?(?:'|phut))?,?{_S}(?=(?:cua{_S})?ngay)")
_NAMED = rf"(?:quy{_S}(?:iv|i{{1,3}}|[1-4])|thang{_S}\d{{1,2}})\b"
_YEAR_LATER = re.compile(
    rf"\b({_NAMED}){_S}(?:va|,|;|-)(?={_S}(?:luy ke |tinh chung |so lieu )?"
    rf"(?:\d{{1,2}}{_S}thang\b(?:(?!\d)[^¶|]){{0,20}}|{_NAMED}[ ¶/.,-]*(?:nam{_S})?)(\d{{4}})\b)"
)
_WORDS = ("mot", "hai", "ba", "tu", "nam", "sau", "bay", "tam", "chin", "muoi mot", "muoi hai", "muoi")
_MONTH_WORD = re.compile(
    r"(?<!\d )\bthang (muoi mot|muoi hai|" + "|".join(_WORDS[:9]) + r"|muoi|gieng|chap)(?= nam \d{4})"
)
_NUMBERS = {word: n for n, word in enumerate(_WORDS[:9], 1)} | {
    "muoi": 10, "muoi mot": 11, "muoi hai": 12, "gieng": 1, "chap": 12,
}  # fmt: skip
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}

_PAPER = r"cong van|cong dien|thong tu|quyet dinh|nghi dinh|nghi quyet|ke hoach|to trinh|van ban|chi thi"
_LETTER = re.compile(
    r"\((?:ban hanh )?(?:kem theo|dinh kem|gui kem)\b[^()]*\)"
    r"|\b(?:ban hanh )?(?:kem theo|dinh kem|gui kem)\b(?:(?!ky bao cao)[^()¶;])*"
    rf"|\(?\b(?:{_PAPER})\b(?:(?!ky bao cao)[^()¶;])*\)?"
    r"|\bso ?:? ?[\d. …]*/[a-z][\w-]*(?:(?!ky bao cao)[^¶;|])*"
)
_SIGNED = re.compile(r"(?:^|[|¶]) *[^|¶:\d]{2,40},? *ngay[ .…\d]*thang[ .…\d]+(?:,? ?nam[ .…\d]*)?(?=$|[|¶ ,;)])")
_SIGNED_MONTH = re.compile(r"(?<![^|¶]) *([^|¶:\d,]{2,30}), *thang ?[\d.…]{1,3} ?(?:nam ?|/) ?\d{4} *(?=$|[|¶])")
_NO_PLACE = re.compile(
    r"\b(ubnd|uy ban|bao cao|ky|so lieu|ket qua|tinh hinh|quy|nam|thang|bieu|ho so|don vi|tthc|luy ke)\b"
)


@dataclass
class _Found:
    """What a title holds: stretches of days, named periods, days that end one, and whether it says "luỹ kế"."""

    stretches: list[Period] = field(default_factory=list)
    named: list[Period] = field(default_factory=list)
    so_far: list[Period] = field(default_factory=list)
    cut_offs: list[date] = field(default_factory=list)
    says_so_far: bool = False


def title_periods(place: str, title: Title) -> list[Period]:
    """The periods that the title block names, in order of time; BadInput where the days of one do not exist."""
    try:
        return list(_periods(" ¶ ".join(" | ".join(row) for row in title)))
    except ValueError:
        raise BadInput(place, "the title block names days that are no period") from None


@lru_cache(maxsize=256)
def _periods(text: str) -> tuple[Period, ...]:
    return tuple(sorted(set(_weighed(_collected(_plain(text))))))


def title_period(place: str, title: Title) -> Period | None:
    """The one period that the title block names, None where it names none; BadInput where it names several."""
    periods = title_periods(place, title)
    if len(periods) > 1:
        named = " and ".join(period.id for period in periods)
        raise BadInput(
            place, f"the title block names several periods, {named}; say which with --period {periods[0].id}"
        )
    return periods[0] if periods else None


def _plain(text: str) -> str:
    """Folded text where every day reads d/m/yyyy, less what tells of signing and of letters."""
    text = re.sub(r"(\d{4})-(\d\d)-(\d\d)(?: 00:00:00)?", r"\3/\2/\1", fold(text))
    text = _YEAR_LATER.sub(r"\1/\2 ", _CLOCK.sub("", text))
    text = _MONTH_WORD.sub(lambda found: f"thang {_NUMBERS[found[1]]}", text)
    text = _ROMAN_MONTH.sub(lambda found: f"thang {_ROMANS.index(found[1]) + 1}", text)
    text = _without_signing(_LETTER.sub(" ", text))
    text = re.sub(r"ngay[ .…]*thang[ .…]*\d{0,2}[ .,…]*nam[ .…]*\d{0,4}", " ", text)  # a day that was left open
    text = re.sub(r"(?<!\d )\b(?:thang|quy)[ .…_/]*(?:nam)?[ .…_]*\d{4}\b", " ", text)  # so was a month or a quarter
    text = re.sub(r"(?:ngay )?\b(\d{1,2}) thang (\d{1,2})\b(?:,? nam (\d{4}))?", _day, text)
    return re.sub(r"(\d{1,2}) ?[-./] ?(\d{1,2}) ?[-./] ?(\d{4})", r"\1/\2/\3", text)


def _without_signing(text: str) -> str:
    text = _SIGNED.sub(lambda found: found[0] if _is_stretch(found[0]) else " | ", text)
    return _SIGNED_MONTH.sub(lambda found: found[0] if _NO_PLACE.search(found[1]) else " ", text)


def _is_stretch(text: str) -> bool:
    """Whether a day is the beginning or the end of a stretch, so not that of signing."""
    return bool(re.search(r"\b(tu|den|toi|tinh|het)\b[^a-z]*$", text.partition("ngay")[0]))


def _day(found: re.Match[str]) -> str:
    return ("ngay " if found[0].startswith("ngay") else "") + "/".join(part for part in found.groups() if part)


def _collected(text: str) -> _Found:
    found = _Found(says_so_far=bool(_SO_FAR.search(text)))
    text = _taken(_RANGE, text, found.stretches, _stretch)
    text = _taken(_MONTH_RANGE, text, found.stretches, _months)
    text = _taken(_SO_FAR_TO_DAY, text, found.so_far, _so_far)
    text = _taken(_SO_FAR_TO_MONTH, text, found.so_far, lambda m: _from_start(int(m[2]), int(m[1])))
    for pattern, days in ((_CUT_OFF, _days), (_CUT_OFF_MONTH, _last_day)):
        found.cut_offs += [day for match in pattern.finditer(text) for day in days(match)]
        text = pattern.sub(" ", text)
    text = _taken(_SECOND_HALF, text, found.named, lambda m: calendar_period("half", int(m[1]), 2))
    text = _taken(_MONTHS_FROM_START, text, found.named, lambda m: _from_start(int(m[2] or m[4]), int(m[1] or m[3])))
    text = _taken(
        _QUARTER, text, found.named, lambda m: calendar_period("quarter", int(m[2]), _ROMAN.get(m[1]) or int(m[1]))
    )
    text = _taken(_LABELLED_MONTH, text, found.named, lambda m: calendar_period("month", int(m[2]), int(m[1])))
    text = re.sub(r"\d{1,2}/\d{1,2}/\d{4}", " ", text)
    text = _taken(_MONTH, text, found.named, lambda m: calendar_period("month", int(m[2]), int(m[1])))
    if _NARROWER.search(text):
        return found
    text = _taken(_YEAR, text, found.named, lambda m: calendar_period("year", int(m[1])))
    if not (found.stretches or found.so_far or found.named):
        _taken(_ANY_YEAR, text, found.named, lambda m: calendar_period("year", int(m[1])))
    return found


def _taken(pattern: re.Pattern[str], text: str, into: list[Period], period: object) -> str:
    """The text less what the pattern found in it; the periods go into a list."""
    assert callable(period)
    into += [period(match) for match in pattern.finditer(text)]
    return pattern.sub(" ", text)


def _stretch(found: re.Match[str]) -> Period:
    day, month, year, last_day, last_month, last_year = (int(part or 0) for part in found.groups())
    if not last_year:
        raise ValueError("the end has no year")
    start, end = date(year or last_year, month, day), date(last_year, last_month, last_day)
    if start > end:
        raise ValueError("the end is before the start")
    return between(start, end)


def _months(found: re.Match[str]) -> Period:
    month, year, last_month, last_year = (int(part or 0) for part in found.groups())
    start = date(year or last_year, month, 1)
    end = calendar_period("month", last_year, last_month).end
    if start > end:
        raise ValueError("the end is before the start")
    return between(start, end)


def _so_far(found: re.Match[str]) -> Period:
    day, month, year = (int(part or 0) for part in found.groups())
    return between(date(year, 1, 1), date(year, month, day))


def _from_start(year: int, month: int) -> Period:
    return between(date(year, 1, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _days(found: re.Match[str]) -> Iterator[date]:
    day, month, year = (int(part or 0) for part in found.groups())
    if year:
        yield date(year, month, day)


def _last_day(found: re.Match[str]) -> Iterator[date]:
    yield calendar_period("month", int(found[2]), int(found[1])).end


def _weighed(found: _Found) -> list[Period]:
    """What remains: a stretch says what a period means that it mostly lies in; a day that lies in a period ends it."""
    stretches = found.stretches + found.so_far
    named = [period for period in found.named if not any(_means(stretch, period) for stretch in stretches)]
    cut = [_ended(period, found.cut_offs) for period in named]
    if found.says_so_far and not stretches:
        # A month of a form that counts since the start of the year may mean either.
        cut += [between(date(period.end.year, 1, 1), period.end) for period in cut]
    return stretches + cut


def _means(stretch: Period, named: Period) -> bool:
    common = (min(stretch.end, named.end) - max(stretch.start, named.start)).days + 1
    return 2 * common > (stretch.end - stretch.start).days + 1 or stretch == named


def _ended(period: Period, days: list[date]) -> Period:
    inside = [day for day in days if period.start <= day < period.end]
    return between(period.start, max(inside)) if inside else period
