"""The open data's adjusted shares: what the public may see of one ranking, and nothing where no field is known."""

from __future__ import annotations

import polars as pl
import pytest

from store import case_mix, standings
from tests.store.test_case_mix import FORM, PHU_THO, WHERE, WITHHELD, data, live
from web.open import adjusted
from web.open.query import Problem

__all__ = ["data", "live"]
RANKING = {"scope": PHU_THO, "measure": FORM, "basis": "form", "period": "2026-08"}


@pytest.fixture
def rows(live, monkeypatch):
    monkeypatch.setattr(adjusted, "snapshot_of", lambda query: live)
    return lambda **changes: adjusted.adjusted(RANKING | changes).rows


def test_the_table_holds_what_the_public_is_told(rows, live):
    public = live.seen_in(frozenset())
    told = case_mix.beside(public, standings.ranking(public, *WHERE), *WHERE).filter(pl.col("rank").is_not_null())
    withheld = rows(unit=WITHHELD)

    assert rows().select("unit_code", *case_mix.COLUMNS).equals(told.select("unit_code", *case_mix.COLUMNS))
    assert withheld.height == 1
    assert withheld.item(0, "untold") in ("hidden", "no_fields") and withheld.item(0, "n") is None


@pytest.mark.parametrize(
    "other", [{"measure": "received"}, {"period": "2026-07"}, {"scope": "01"}, {"basis": "portal"}]
)
def test_where_no_field_is_known_there_are_no_rows(rows, other):
    assert rows(**other).is_empty()


def test_a_period_that_the_calendar_does_not_know_is_refused(rows):
    with pytest.raises(Problem, match="is no period of the calendar"):
        rows(period="2026-02-30_2026-03-01")
