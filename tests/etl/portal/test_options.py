"""What a pull can be asked for: provinces by code or name, whole periods."""

from __future__ import annotations

from datetime import date

import pytest

from etl.portal import options
from files.faults import Fault
from store.reference import reference_table


@pytest.mark.parametrize("word", ["H44", "25", "Phú Thọ", "phu tho", "Tỉnh Phú Thọ"])
def test_province_by_state_code_code_or_name(word):
    assert [p.code for p in options.chosen_provinces(reference_table("provinces"), [word])] == ["25"]


def test_unknown_province_is_named():
    with pytest.raises(Fault, match=r"H99.*not among.*H44 Phú Thọ"):
        options.chosen_provinces(reference_table("provinces"), ["H99"])


@pytest.mark.parametrize(
    ("part", "start", "end"),
    [
        ({}, date(2026, 1, 1), date(2026, 12, 31)),
        ({"month": 2, "quarter": None}, date(2026, 2, 1), date(2026, 2, 28)),
        ({"month": None, "quarter": 3}, date(2026, 7, 1), date(2026, 9, 30)),
    ],
)
def test_a_whole_period_is_named_by_its_parts(part, start, end):
    period = options.whole_period(2026, **part)
    assert (period.start, period.end) == (start, end)


def test_a_year_that_the_portal_does_not_score_is_refused():
    with pytest.raises(Fault, match="for 2025 use pull-2025"):
        options.chosen_period(2025, None, None)
