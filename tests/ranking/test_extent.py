from datetime import date

import polars as pl
import pytest

from ranking.extent import extent, first_and_last


def test_a_column_reaches_from_its_lowest_to_its_highest_number():
    assert extent(pl.Series([3, None, 1, 2])) == (1, 3)
    assert extent(pl.Series([0.5, -2.5])) == (-2.5, 0.5)


def test_days_reach_from_the_first_to_the_last():
    assert first_and_last(pl.Series([date(2026, 3, 1), None, date(2026, 1, 1)])) == (date(2026, 1, 1), date(2026, 3, 1))


@pytest.mark.parametrize("values", [[], [None]])
def test_a_column_without_values_reaches_nowhere(values):
    assert extent(pl.Series(values, dtype=pl.Float64)) is None
    assert first_and_last(pl.Series(values, dtype=pl.Date)) is None


def test_a_column_of_something_else_is_refused_by_its_name():
    with pytest.raises(TypeError, match="'name' must hold numbers, but holds String"):
        extent(pl.Series("name", ["a", "b"]))
    with pytest.raises(TypeError, match="'value' must hold days, but holds Int64"):
        first_and_last(pl.Series("value", [1, 2]))
