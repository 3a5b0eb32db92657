"""Files written before a column was there."""

from __future__ import annotations

import polars as pl

from ranking.later_columns import LATER, completed
from ranking.tables import Standings


def test_what_a_file_does_not_have_yet_is_empty_and_in_its_place():
    partly = Standings.create_empty().drop("bond")
    assert completed(partly.lazy(), "standings").collect().equals(Standings.create_empty())
    older = Standings.create_empty().drop(LATER)
    assert completed(older.lazy(), "standings").collect().equals(Standings.create_empty())
    assert completed(older.lazy(), "standings_public").collect_schema() == Standings.create_empty().schema


def test_a_file_of_today_and_another_table_stay_as_they_are():
    today, other = Standings.create_empty().lazy(), pl.LazyFrame({"unit_code": ["00001"]})
    assert completed(today, "standings") is today
    assert completed(other, "measurements") is other
