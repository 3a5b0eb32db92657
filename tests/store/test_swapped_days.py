"""The file of swapped days: what it says, and what it may not say."""

from __future__ import annotations

from datetime import date

import pytest

from files.faults import Fault
from store import swapped_days


def test_the_second_of_january_was_worked_on_the_tenth():
    assert dict(swapped_days.swapped_days())[date(2026, 1, 2)] == date(2026, 1, 10)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2026-01-03: {worked: 2026-01-10, source: x}", "swaps.yaml, 2026-01-03: must be a day from Monday to Friday"),
        ("2026-01-02: {worked: 2026-01-09, source: x}", "worked: must be a Saturday or a Sunday, found 2026-01-09"),
        ("2026-13-02: {worked: 2026-01-10, source: x}", "swaps.yaml: month must be in 1..12"),
        ("second: {worked: 2026-01-10, source: x}", "second: the name must be a day such as 2026-01-02"),
        ("2026-01-02: {worked: 2026-01-10}", "2026-01-02, source: the key is missing"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, text, complaint):
    path = tmp_path / "swaps.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Fault, match=complaint):
        swapped_days.read(path)
