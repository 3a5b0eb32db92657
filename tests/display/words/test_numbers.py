"""Numbers, days and periods as readers of each language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from display.words import numbers
from ranking.periods import parse
from store.reference import measures

REGISTRY = measures()


@pytest.mark.parametrize(
    ("value", "decimals", "vi", "en"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (0, 0, "0", "0"),
        (94.25, 2, "94,25", "94.25"),
        (100.0, 1, "100,0", "100.0"),
        (0.04, 1, "0,0", "0.0"),
        (81.25, 1, "81,3", "81.3"),
        (0.05, 1, "0,1", "0.1"),
        (2.675, 2, "2,68", "2.68"),
        (0.5, 0, "1", "1"),
        (-0.25, 1, "-0,3", "-0.3"),
        (-0.04, 1, "0,0", "0.0"),
        (float("nan"), 1, "–", "–"),
        (None, 1, "–", "–"),
    ],
)
def test_numbers(value, decimals, vi, en):
    assert numbers.number(value, "vi", decimals) == vi
    assert numbers.number(value, "en", decimals) == en


@pytest.mark.parametrize(
    ("measure", "value", "vi", "en"),
    [
        ("on_time_share", 94.5, "94,5\u00a0%", "94.5%"),
        ("clgq", 9.5, "9,50\u00a0điểm", "9.50\u00a0points"),
        ("received", 2870, "2.870\u00a0hồ sơ", "2,870\u00a0dossiers"),
        ("received", 1, "1\u00a0hồ sơ", "1\u00a0dossier"),
        ("received", 21, "21\u00a0hồ sơ", "21\u00a0dossiers"),
        ("on_time_share", None, "–", "–"),
    ],
)
def test_values_with_their_unit(measure, value, vi, en):
    assert numbers.with_unit(value, REGISTRY[measure], "vi") == vi
    assert numbers.with_unit(value, REGISTRY[measure], "en") == en


def test_a_target_names_its_legal_source():
    measure = next(measure for measure in REGISTRY.values() if measure.target)
    for language in ("vi", "en"):
        assert measure.target.source.in_language(language) in numbers.target(measure, language)


def test_days():
    assert numbers.day(date(2026, 9, 6), "vi") == "6/9/2026"
    assert numbers.day(date(2026, 9, 6), "en") == "6 Sep 2026"


def test_a_moment_is_told_by_its_day_in_vietnam():
    assert numbers.local_date(datetime(2026, 8, 31, 17, tzinfo=UTC), "vi") == "1/9/2026"


@pytest.mark.parametrize(
    ("period", "vi", "en"),
    [
        ("2026-08", "Tháng 8/2026", "August 2026"),
        ("2026-Q3", "Quý III/2026", "Q3 2026"),
        ("2026-H1", "6 tháng đầu năm 2026", "H1 2026"),
        ("2026-H2", "6 tháng cuối năm 2026", "H2 2026"),
        ("2026", "Năm 2026", "Year 2026"),
        ("2026-01-01_2026-09-26", "Lũy kế 1/1–26/9/2026", "1 Jan – 26 Sep 2026"),
        ("2025-12-01_2026-01-15", "Lũy kế 1/12/2025–15/1/2026", "1 Dec 2025 – 15 Jan 2026"),
    ],
)
def test_periods(period, vi, en):
    assert numbers.period(parse(period), "vi") == vi
    assert numbers.period(parse(period), "en") == en


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 4))
@example(2.675, 2)
@example(1e308, 4)
@example(-0.5, 0)
def test_a_half_is_rounded_away_from_zero(value, decimals):
    """The nearest of the numbers with so many decimals to the number as it reads; of two, the one further from 0."""
    found, exact = numbers.rounded(value, decimals), Decimal(repr(value))
    step = Decimal(1).scaleb(-decimals)
    assert found.as_tuple().exponent == -decimals
    assert abs(_minus(found, exact)) <= step / 2
    assert abs(_minus(found, exact)) < step / 2 or abs(found) > abs(exact)


def _minus(one: Decimal, other: Decimal) -> Decimal:
    return numbers._EXACT.copy().subtract(one, other)


@pytest.mark.parametrize(("typed", "value"), [("9,5", 9.5), ("9.5", 9.5), (" 95 ", 95), ("-0,5", -0.5), ("−3", -3)])
def test_a_decimal_comma_is_a_decimal_comma(typed, value):
    assert numbers.entered(typed) == value


@pytest.mark.parametrize("typed", ["9,5,1", "1.234,5", "1e3", "", ",5", "5,", "nan", "inf", "9 5", "chín"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValueError, match="is no number"):
        numbers.entered(typed)


@pytest.mark.parametrize(("value", "vi", "en"), [(9.5, "9,5", "9.5"), (95.0, "95", "95"), (0.1 + 0.2, "0,3", "0.3")])
def test_a_field_shows_a_number_as_one_types_it(value, vi, en):
    assert (numbers.to_enter(value, "vi"), numbers.to_enter(value, "en")) == (vi, en)
