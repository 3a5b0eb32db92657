"""Hours as a province writes them down."""

from __future__ import annotations

import pytest

from ranking.opening_hours import Open, parse

DAY = (("07:30", "11:30"), ("13:30", "17:00"))


@pytest.mark.parametrize(
    "text",
    [
        "T2-T6 07:30-11:30, 13:30-17:00; T7 07:30-11:30",
        "T2 - T6 07:30-11:30,13:30-17:00;T7: 07:30-11:30",
        "t2-t6: 07:30 - 11:30, 13:30 - 17:00 ; t7 07:30-11:30;",
    ],
)
def test_parts_of_a_week_are_read(text):
    assert parse(text) == (Open(0, 4, DAY), Open(5, 5, DAY[:1]))


def test_nothing_is_no_hours():
    assert parse(" ") == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("7h30-11h30", "begins with no days"),
        ("T2-T6", "begins with no days"),
        ("T2-T6 7:30-11:30", "holds '7:30-11:30'"),
        ("T2-T6 07:30-24:30", "holds"),
        ("T2-T6 11:30-07:30", "does not go forward"),
        ("T2-T6 07:30-11:30, 11:00-17:00", "does not go forward"),
        ("T6-T2 07:30-11:30", "goes from T6 back to T2"),
        ("T2-T6 07:30-11:30; T6 13:30-17:00", "names a day that stands before it"),
    ],
)
def test_what_is_wrong_is_said(text, what):
    with pytest.raises(ValueError, match=what):
        parse(text)
