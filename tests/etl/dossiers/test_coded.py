from datetime import date

import polars as pl

from etl.dossiers.coded import Coded
from etl.dossiers.date_orders import _pairs
from etl.dossiers.dates import TakenApart, taken_apart


def test_texts_of_other_chunks_are_of_no_row():
    kind = pl.Categorical(pl.Categories.random())
    pl.Series(["Một", "Hai"], dtype=kind)
    column = Coded.of(pl.Series(["Ba", None, " Hai ", "Ba", ""], dtype=kind))
    assert column.spread(column.texts).to_list() == ["Ba", None, "Hai", "Ba", None]
    assert {text for text in column.texts if text is not None} == {"Ba", "Hai"}
    held = pl.DataFrame({"text": column.texts, "rows": column.counts}).group_by("text").agg(pl.col("rows").sum())
    assert dict(held.iter_rows()) == {"Ba": 2, "Hai": 1, None: 2}


def test_a_column_of_text_is_told_as_one_of_numbers():
    cells = ["Ba", None, " Hai ", "Ba", ""]
    column = Coded.of(pl.Series(cells))
    assert column.spread(column.texts).to_list() == ["Ba", None, "Hai", "Ba", None]


def test_dates_that_were_met_before_are_taken_apart_alike():
    dates = TakenApart()
    first = pl.Series(["01/08/2026", None, "2026-08-17 10:00", "x"])
    then = pl.Series(["17 tháng 8 năm 2026", "01/08/2026", None, "x", "01/08/2026"])
    for texts in (first, then, then):
        assert dates.of(texts).equals(taken_apart(texts))


def test_pairs_of_texts_and_days_are_counted_alike_in_a_grid_and_by_groups():
    codes = pl.Series([0, 2, 2, 0, 2], dtype=pl.UInt32)
    days = pl.Series([date(2026, 8, 1), date(2026, 8, 3), date(2026, 8, 3), date(2026, 8, 1), date(2026, 8, 1)])
    pairs = {(0, date(2026, 8, 1)): 2, (2, date(2026, 8, 3)): 2, (2, date(2026, 8, 1)): 1}
    far = pl.concat([days.head(4), pl.Series([date(9000, 1, 1)])])
    lacking = pl.concat([days.head(4), pl.Series([None], dtype=pl.Date)])
    assert {row[:2]: row[2] for row in _pairs(codes, days).iter_rows()} == pairs
    assert {row[:2]: row[2] for row in _pairs(codes, far).iter_rows()}[2, date(9000, 1, 1)] == 1
    assert sum(_pairs(codes, lacking)["len"]) == 4
