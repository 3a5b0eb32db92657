"""Means without outlying values."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.screening import SCREEN, outlying, row_mean, row_median, typical_range


def test_the_factor_is_three_sigma_of_a_half_normal():
    assert pytest.approx(1 + 3 * np.sqrt(np.pi / 2 - 1), abs=5e-4) == SCREEN


def test_far_values_are_outlying_and_gaps_are_not():
    values = np.array([[97, 97.5, np.nan, 97.2, 97.4, 97.1, 60]])
    assert outlying(values).tolist() == [[False] * 6 + [True]]


def test_a_third_of_the_values_is_no_outlier():
    assert not outlying(np.array([[1.0] * 8 + [9.0] * 4])).any()
    assert outlying(np.array([[1.0] * 9 + [9.0] * 3]))[0, -3:].all()


def test_ranges_of_nothing_are_never_all_that_is_left():
    assert typical_range(np.array([[0.0] * 10 + [5.0]]), np.array([1e-9]))[0] == pytest.approx(5 / 11)


def test_rows_without_values_have_no_mean():
    rows = np.array([[np.nan, np.nan], [1, 3]])
    assert row_mean(rows)[1] == row_median(rows)[1] == 2
    assert np.isnan([row_mean(rows)[0], row_median(rows)[0]]).all()
