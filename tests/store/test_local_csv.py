"""Small lists that a province fills in: read as Excel writes them, and nothing is left out in silence."""

from __future__ import annotations

import pytest

from files.faults import BadInput
from store.local_csv import rows_in

COLUMNS = ("unit_code", "source")


@pytest.mark.parametrize("between", [",", ";"])
def test_commas_and_semicolons_blank_lines_and_blanks_are_no_obstacle(between):
    text = f'\ufeffSource {between} Unit_Code\r\n\r\n"QĐ 12,\n 3/2026"{between} 04795 \r\n'

    assert list(rows_in(text.encode(), "x.csv", COLUMNS)) == [(3, {"source": "QĐ 12, 3/2026", "unit_code": "04795"})]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unit_code\n04795\n", "x.csv, row 1, 'source': the column is missing"),
        ("unit_code,source,note\n04795,a,b\n", "x.csv, row 1, 'note': the column is unknown"),
        ("unit_code,source\n04795,QĐ 12, ngày 3\n", "x.csv, row 2: has 3 cells, 2 are needed"),
    ],
)
def test_what_would_be_lost_is_named(text, said):
    with pytest.raises(BadInput) as told:
        list(rows_in(text.encode(), "x.csv", COLUMNS))
    assert str(told.value).startswith(said)
