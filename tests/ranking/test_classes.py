"""Classes of a coloured map: they cover every value, in order."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ranking.classes import change_breaks, class_of, fixed_breaks, quantile_breaks

VALUES = st.lists(st.one_of(st.none(), st.floats(0, 1e6), st.integers(0, 5).map(float)), max_size=60)


def series(values: list[float | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.Float64)


def test_different_values_make_seven_classes_of_about_the_same_size():
    values = [float(n) for n in range(71)]
    breaks = quantile_breaks(series(values))
    counts = Counter(class_of(value, breaks) for value in values)
    assert [counts[place] for place in range(7)] == [10, 10, 10, 10, 10, 10, 11]
    assert breaks[0] == 10


def test_a_value_equal_to_a_limit_belongs_to_the_class_above():
    assert [class_of(value, [10.0, 20.0]) for value in (9.9, 10.0, 19.9, 20.0, 99.0)] == [0, 1, 1, 2, 2]


def test_where_values_repeat_there_are_fewer_classes():
    values = series([100.0] * 9 + [50.0])
    assert quantile_breaks(values) == [100.0]


@pytest.mark.parametrize("values", [[], [None, None]], ids=["no units", "no value"])
def test_without_values_there_are_no_classes(values):
    assert quantile_breaks(series(values)) == []


def test_units_that_are_all_alike_make_one_class():
    assert quantile_breaks(series([7.0, 7.0, 7.0])) == []


def test_values_missing_are_not_counted():
    assert quantile_breaks(series([1.0, None, 2.0, None, 3.0, 4.0]), 2) == [2.0]


@given(VALUES)
def test_breaks_rise_and_are_fewer_than_the_steps(values):
    breaks = quantile_breaks(series(values), 7)
    assert breaks == sorted(set(breaks))
    assert len(breaks) <= 6


@given(VALUES)
def test_no_class_is_empty(values):
    breaks = quantile_breaks(series(values))
    known = [value for value in values if value is not None]
    assert not known or {class_of(value, breaks) for value in known} == set(range(len(breaks) + 1))


@given(VALUES.filter(lambda values: any(value is not None for value in values)))
def test_a_higher_value_is_never_in_a_lower_class(values):
    breaks = quantile_breaks(series(values))
    places = [class_of(value, breaks) for value in sorted(value for value in values if value is not None)]
    assert places == sorted(places)


def test_fixed_steps_are_equally_wide_and_round():
    breaks = fixed_breaks(pl.Series([79.4, 85.0, 92.0, 98.9]))

    assert breaks == [80.0, 85.0, 90.0, 95.0]


@example([0.0, -1.0848531942978998e-235])
@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=60))
def test_fixed_steps_are_few_ordered_and_inside(values):
    breaks = fixed_breaks(pl.Series(values))

    assert len(breaks) <= 6
    assert breaks == sorted(set(breaks))
    assert all(min(values) < limit for limit in breaks)


def test_a_diverging_scale_is_symmetrical_around_zero():
    breaks = change_breaks(pl.Series([-9.0, -3.0, -1.0, 0.0, 0.5, 2.0, 4.0, 8.0, 12.0]))

    assert breaks == [-limit for limit in reversed(breaks)]
    assert len(breaks) == 6


def test_no_change_at_all_needs_no_limits():
    assert change_breaks(pl.Series([0.0, 0.0, None])) == []
