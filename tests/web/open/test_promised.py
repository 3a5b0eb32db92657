"""The columns of `/open/v1`: each is there with its type, says what it means, and says what was promised."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ranking import yaml_text
from web.open import promised
from web.open.tables import kinds

BEFORE = yaml_text.load((Path(__file__).parent / "promised_v1.yaml").read_text(encoding="utf-8"))["tables"]
WITHOUT_BORDERS = sorted({*promised.promised()} - {"boundaries"})
"""The small data folder has no borders."""


def broken(before: dict, now: dict) -> list[str]:
    """Each column that was promised and is gone, or is told of otherwise."""
    return [
        f"{table}.{column}"
        for table, columns in before.items()
        for column, told in columns.items()
        if now.get(table, {}).get(column) != told
    ]


def test_no_column_that_was_promised_goes_or_changes_its_type_or_meaning():
    now = yaml_text.load(promised.FILE.read_text(encoding="utf-8"))["tables"]
    assert broken(BEFORE, now) == [], "/open/v1 keeps its word: add a column, or make /open/v2"
    assert broken(now, BEFORE) == [], "a new column is promised in tests/web/open/promised_v1.yaml too"


@pytest.mark.parametrize("told", [None, "number: rank from the worst", "integer: another meaning"])
def test_a_broken_promise_is_seen(told):
    changed = {"standings": {**BEFORE["standings"], "rank": told}}
    assert broken({"standings": BEFORE["standings"]}, changed) == ["standings.rank"]


@pytest.mark.parametrize("name", WITHOUT_BORDERS)
def test_a_table_has_the_columns_that_are_told_of_it(published, name):
    kind = kinds()[name]
    rows = kind.rows({"dataset": "live"} if "dataset" in kind.parameters else {}).rows
    told = promised.promised()[name]
    assert set(rows.columns) == set(told)
    assert {column: known(rows.schema[column], told[column][0]) for column in told} == dict.fromkeys(told, True)


def known(found: pl.DataType, kind: str) -> bool:
    return isinstance(found, promised.TYPES[kind])


def test_every_table_is_told_of():
    assert {*promised.promised()} == {*kinds()}
