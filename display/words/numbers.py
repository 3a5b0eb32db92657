"""Numbers, days and periods in the reader's language."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_timedelta
from babel.numbers import NumberPattern, parse_pattern

from ranking.measures import Measure, Target
from ranking.periods import VIETNAM, Period, local_day

MISSING = "–"
_EXACT = Context(prec=700)
"""Room for every digit of the largest number there is."""
_ENTERED = re.compile(r"[-−]?[0-9]+([.,][0-9]+)?")
_PLURAL = re.compile(r"(?<=[a-z])s(?=$| )")
"""The plural's end of an English unit's first word, for exactly one: 1 dossier, but 1.0 days."""
_ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}


@lru_cache(maxsize=20_000)
def number(value: float | None, language: str, decimals: int = 0) -> str:
    """1.234,5 in Vietnamese, 1,234.5 in English; a half is rounded up (`rounded`); a dash where there is no value."""
    if value is None or not math.isfinite(value):
        return MISSING
    return _pattern(decimals).apply(rounded(value, decimals), _locale(language))


@cache
def _pattern(decimals: int) -> NumberPattern:
    """Kept, since reading pattern and locale takes longer than writing a number."""
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def rounded(value: float, decimals: int = 0) -> Decimal:
    """`value` to so many decimals, a half away from zero: 81.25 is 81.3, −0.5 is −1, and what is left of −0.04 is 0.

    The value is taken as it reads, by its shortest decimal form: 2.675 is 2.68, though the binary number is a
    little less. Python's own `round` and formats take a half to the even digit. ValueError for infinity and NaN.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be rounded")
    exact = Decimal(value) if isinstance(value, int) else Decimal(repr(float(value)))
    found = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_EXACT)
    return found if found else abs(found)


def entered(text: str) -> float:
    """The number that a reader typed, with a decimal comma or point: "9,5" and "9.5" are 9.5.

    Blanks around it don't count. ValueError for anything else: "9,5,1", "1.234,5", "1e3", an empty field.
    """
    if not _ENTERED.fullmatch(typed := text.strip()):
        raise ValueError(f"{text!r} is no number")
    return float(typed.replace(",", ".").replace("−", "-"))


def to_enter(value: float, language: str) -> str:
    """A number as a reader would type it: 9,5 in Vietnamese, 9.5 in English; no more decimals than it has."""
    plain = f"{value:.12g}"
    return plain.replace(".", ",") if language == "vi" else plain


def signed(value: float | None, language: str, decimals: int = 0) -> str:
    """`+9`, `−3`, `0`, with a true minus sign."""
    if value is None:
        return MISSING
    text = number(abs(value), language, decimals)
    zero = number(0.0, language, decimals)
    return text if text == zero else ("+" if value > 0 else "−") + text


def with_unit(value: float | None, measure: Measure, language: str) -> str:
    """A value of `measure` with its unit; the per-cent sign stands off in Vietnamese, as its readers write it."""
    if value is None:
        return MISSING
    figure = number(value, language, measure.decimals)
    unit = measure.unit.in_language(language)
    if unit == "%":
        return f"{figure}\u00a0%" if language == "vi" else f"{figure}%"
    if figure == "1" and language == "en":
        unit = _PLURAL.sub("", unit, count=1)
    return f"{figure}\u00a0{unit}" if unit else figure


def target(measure: Measure, language: str) -> str:
    """A measure's target with its legal source; the measure must have one."""
    return f"{target_value(measure, language)}: {_target_of(measure).source.in_language(language)}"


def target_value(measure: Measure, language: str) -> str:
    """The target itself, without decimals that it doesn't need."""
    value = _target_of(measure).value
    whole = measure.model_copy(update={"decimals": 0}) if value % 1 == 0 else measure
    return with_unit(value, whole, language)


def _target_of(measure: Measure) -> Target:
    if measure.target is None:
        raise ValueError(f"the measure {measure.id} has no target")
    return measure.target


def day(value: date, language: str) -> str:
    """26/9/2026 in Vietnamese, 26 Sep 2026 in English."""
    if language == "vi":
        return f"{value.day}/{value.month}/{value.year}"
    return f"{value.day} {value:%b} {value.year}"


def local_date(moment: datetime, language: str) -> str:
    """The day in Vietnam of a moment that carries its time zone."""
    return day(local_day(moment), language)


def local_moment(moment: datetime, language: str) -> str:
    """Day and time in Vietnam of a moment that carries its time zone: 20:04, 26/9/2026."""
    return f"{moment.astimezone(VIETNAM):%H:%M}, {local_date(moment, language)}"


def ago(moment: datetime, now: datetime, language: str) -> str:
    """How long before `now` a moment was: 3 giờ trước, 3 hours ago."""
    return format_timedelta(moment - now, granularity="minute", add_direction=True, locale=language)


def period(value: Period, language: str) -> str:
    """`Tháng 8/2026`, `Quý III/2026`, `Lũy kế 1/1–26/9/2026` and their English counterparts."""
    start, end = value.start, value.end
    if value.kind == "month":
        return f"Tháng {start.month}/{start.year}" if language == "vi" else f"{start:%B} {start.year}"
    if value.kind == "quarter":
        quarter = (start.month + 2) // 3
        return f"Quý {_ROMAN[quarter]}/{start.year}" if language == "vi" else f"Q{quarter} {start.year}"
    if value.kind == "half":
        half = (start.month + 5) // 6
        return (
            f"6 tháng {'đầu' if half == 1 else 'cuối'} năm {start.year}"
            if language == "vi"
            else f"H{half} {start.year}"
        )
    if value.kind == "year":
        return f"Năm {start.year}" if language == "vi" else f"Year {start.year}"
    return _stretch(start, end, language)


def period_in_sentence(value: Period, language: str) -> str:
    """The period as it stands inside a sentence: only Vietnamese puts its first word in lower case."""
    text = period(value, language)
    return text[0].lower() + text[1:] if language == "vi" else text


def _stretch(start: date, end: date, language: str) -> str:
    if language == "vi":
        first = f"{start.day}/{start.month}" if start.year == end.year else day(start, language)
        return f"Lũy kế {first}–{day(end, language)}"
    first = f"{start.day} {start:%b}" if start.year == end.year else day(start, language)
    return f"{first} – {day(end, language)}"
