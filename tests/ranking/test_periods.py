"""Periods: calendar ones, stretches to date, and how they are written in links."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.periods import Period, as_of, between, calendar_period, local_day, parse, previous

LAST = {"month": 12, "quarter": 4, "half": 2, "year": 1}
YEARS = st.integers(2022, 2100)


@st.composite
def calendar_periods(draw: st.DrawFn) -> Period:
    kind = draw(st.sampled_from(sorted(LAST)))
    return calendar_period(kind, draw(YEARS), draw(st.integers(1, LAST[kind])))


@pytest.mark.parametrize(
    ("period", "written"),
    [
        (Period(date(2026, 8, 1), date(2026, 8, 31), "month"), "2026-08"),
        (Period(date(2026, 7, 1), date(2026, 9, 30), "quarter"), "2026-Q3"),
        (Period(date(2026, 1, 1), date(2026, 6, 30), "half"), "2026-H1"),
        (Period(date(2026, 7, 1), date(2026, 12, 31), "half"), "2026-H2"),
        (Period(date(2026, 1, 1), date(2026, 12, 31), "year"), "2026"),
        (Period(date(2026, 1, 1), date(2026, 9, 26), "to_date"), "2026-01-01_2026-09-26"),
    ],
)
def test_what_stands_in_a_link(period, written):
    assert period.id == written
    assert parse(written) == period


@given(calendar_periods())
def test_every_calendar_period_is_read_back_from_its_link(period):
    assert parse(period.id) == period


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "2026-H3", "2026-8", "26-08", "2026-09-26_2026-01-01",
     "2026-02-30_2026-03-01", "2026-08 ", "năm 2026", "2026-01-01"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_february_of_a_leap_year():
    assert calendar_period("month", 2028, 2).end == date(2028, 2, 29)


def test_a_fifth_quarter_does_not_exist():
    with pytest.raises(ValueError, match="quarter 5 does not exist: 1 to 4"):
        calendar_period("quarter", 2026, 5)


@given(calendar_periods())
def test_ends_of_a_calendar_period_give_it_back(period):
    assert between(period.start, period.end) == period


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 1, 1), date(2026, 1, 30)),
        (date(2026, 2, 1), date(2026, 4, 30)),
        (date(2026, 1, 2), date(2026, 1, 31)),
        (date(2025, 7, 1), date(2026, 6, 30)),
    ],
)
def test_other_ends_are_a_stretch_to_date(start, end):
    assert between(start, end) == Period(start, end, "to_date")


SEPTEMBER = calendar_period("month", 2026, 9)


def test_an_open_period_is_cut_to_the_day_and_provisional():
    assert as_of(SEPTEMBER, date(2026, 9, 26)) == (Period(date(2026, 9, 1), date(2026, 9, 26), "to_date"), True)


def test_on_its_last_day_a_period_is_whole_but_provisional():
    assert as_of(SEPTEMBER, date(2026, 9, 30)) == (SEPTEMBER, True)


def test_a_period_that_is_over_is_final():
    assert as_of(SEPTEMBER, date(2026, 10, 1)) == (SEPTEMBER, False)


def test_the_day_in_vietnam_begins_seven_hours_before_utc():
    assert local_day(datetime(2026, 8, 31, 17, tzinfo=UTC)) == date(2026, 9, 1)
    assert local_day(datetime(2026, 8, 31, 16, 59, tzinfo=UTC)) == date(2026, 8, 31)


@pytest.mark.parametrize(
    ("period", "before"),
    [("2026-01", "2025-12"), ("2026-Q1", "2025-Q4"), ("2026-H2", "2026-H1"), ("2026-H1", "2025-H2"), ("2026", "2025")],
)
def test_the_period_before(period, before):
    assert previous(parse(period)) == parse(before)


def test_a_stretch_to_date_has_none_before():
    assert previous(parse("2026-01-01_2026-09-26")) is None
