"""Dossiers per officer and day, from a province's own file."""

from __future__ import annotations

from datetime import date

import pytest

from files.faults import BadInput
from store.staff import Staff, listed, per_officer_day

HEAD = "unit_code,since,officers,source\n"
AUGUST = (date(2026, 8, 3), date(2026, 8, 14))  # ten working days


@pytest.fixture
def given(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    (tmp_path / "local").mkdir()

    def write(text: str):
        (tmp_path / "local" / "staff.csv").write_text(text, encoding="utf-8")
        return listed()

    return write


def staff(officers: int, since: date = date(2026, 1, 1)) -> Staff:
    return Staff(officers, since, "QĐ 12/QĐ-UBND")


def test_there_is_nobody_without_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    assert listed() == {}


def test_rows_stand_in_the_order_of_their_days(given):
    found = given(HEAD + "4792,2026-07-01,8,QĐ 30\n04792,2026-01-01,6,QĐ 12\n")
    assert [one.officers for one in found["04792"]] == [6, 8]


def test_dossiers_over_officers_and_working_days():
    assert per_officer_day(120, [staff(6)], *AUGUST) == pytest.approx(120 / 60)


def test_who_comes_later_counts_from_the_day():
    """Four officers for five days, eight for the other five."""
    assert per_officer_day(120, [staff(4), staff(8, date(2026, 8, 10))], *AUGUST) == pytest.approx(2)
    assert per_officer_day(120, [staff(4), staff(8, date(2026, 8, 20))], *AUGUST) == pytest.approx(3)


@pytest.mark.parametrize(
    "rows",
    [[], [staff(6, date(2026, 8, 4))], [staff(2)], [staff(6), staff(2, date(2026, 8, 12))]],
    ids=["nobody told", "told too late", "fewer than three", "fewer than three later"],
)
def test_nothing_is_told_of_a_person_or_of_part_of_a_period(rows):
    assert per_officer_day(120, rows, *AUGUST) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("99999,2026-01-01,6,x", "'unit_code': '99999' is no commune"),
        ("04792,1/1/2026,6,x", "'since': '1/1/2026' is no day"),
        ("04792,2026-01-01,six,x", "'officers': 'six' is no number"),
        ("04792,2026-01-01,0,x", "'officers': '0' is no number"),
        ("04792,2026-01-01,6,", "'source': the document"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(given, line, said):
    with pytest.raises(BadInput, match=f"staff.csv, row 2, {said}"):
        given(HEAD + line + "\n")
