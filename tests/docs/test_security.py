"""What docs/security.md names exists, and no promise stands there without a test."""

from __future__ import annotations

import re

import pytest

from files.places import HOME

TEXT = (HOME / "docs" / "security.md").read_text(encoding="utf-8")
PROMISES = TEXT.split("## Promises")[1].split("##")[0].strip().splitlines()[2:]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:tests|web|store|bench)/[^`]+\.py)`", TEXT))))
def test_what_is_named_exists(name):
    assert (HOME / name).is_file()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda line: line.split("|")[1].strip())
def test_every_promise_names_a_test(promise):
    assert "`tests/" in promise.split("|")[3]


def test_the_table_beside_others_has_no_empty_cell():
    rows = [line for line in TEXT.split("## Beside")[1].split("## ")[0].splitlines() if line.startswith("|")]
    assert len(rows) > 5
    assert {len(row.split("|")) for row in rows} == {9}
    assert not [row for row in rows[2:] if any(not cell.strip() for cell in row.split("|")[1:-1])]
