"""Whom a row of the portal is about: near names are told, and give way to exact ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from etl.portal.figures import Notes
from etl.portal.units import Roll, call_roll, provinces_by
from store.reference import reference_table
from tests.conftest import CAPTURED

PHU_THO = provinces_by(reference_table("provinces"), "code")["25"]
DA_BAC = "04831"


@dataclass
class Reply:
    rows: dict[str, dict[str, object]]
    source: str = "portal:dvc-progress-tree"
    captured_at: object = CAPTURED
    places: dict[str, int] = field(default_factory=dict)


def called(*names: str) -> tuple[Roll, Notes]:
    notes = Notes()
    rows = {f"id-{n}": {"departmentName": name, "level": "COMMUNE"} for n, name in enumerate(names)}
    units = reference_table("units").filter(province_code="25")
    return call_roll(PHU_THO, "Phú Thọ, 2026-08", [Reply(rows)], units, notes), notes


@pytest.mark.parametrize("name", ["UBND xã Đà Bắc - Phú Thọ", "UBND XÃ ĐÀ BẮC - PHÚ THỌ", "UBND Xã Đà Bắc"])
def test_a_province_without_its_word_behind_the_name(name):
    roll, notes = called(name)
    assert (roll.found, notes.warnings) == ({"id-0": (DA_BAC, "commune")}, [])


def test_a_near_name_is_taken_and_told_with_both_names():
    roll, notes = called("UBND xã Đa Bắc - Phú Thọ")

    assert roll.found == {"id-0": (DA_BAC, "commune")}
    assert notes.warnings == [
        "Phú Thọ, 2026-08: 1 unit was matched by a near name: 'UBND xã Đa Bắc - Phú Thọ' is 04831 Xã Đà Bắc"
    ]


def test_of_two_rows_for_one_unit_the_exact_name_wins_over_the_near_one():
    roll, notes = called("UBND xã Đa Bắc", "UBND xã Đà Bắc")

    assert roll.found == {"id-1": (DA_BAC, "commune")}
    assert [row["value"] for row in notes.quarantine] == ["UBND xã Đa Bắc (id-0)"]
