"""Distances over the ground. One degree of latitude is 6371 · π / 180 = 111.195 km."""

from __future__ import annotations

import pytest

from ranking.great_circle import distances_km

DEGREE_KM = 111.195


def test_degrees_of_latitude_are_equally_long():
    assert distances_km(10, 105, [10, 11, 8], [105, 105, 105]) == pytest.approx([0, DEGREE_KM, 2 * DEGREE_KM], abs=0.01)


def test_a_degree_of_longitude_shrinks_with_the_latitude():
    """cos 60° = ½; the great circle cuts the corner of the parallel by some metres."""
    assert distances_km(60, 10, [60], [11]) == pytest.approx([DEGREE_KM / 2], abs=0.01)


def test_the_other_side_of_the_earth_is_half_its_circumference_away():
    assert distances_km(0, 0, [0], [180]) == pytest.approx([180 * DEGREE_KM], abs=0.1)


def test_there_and_back_are_equally_far():
    there, back = distances_km(21.03, 105.85, [10.77], [106.7]), distances_km(10.77, 106.7, [21.03], [105.85])
    assert there == pytest.approx(back, rel=1e-12)
    assert 1135 < there[0] < 1145  # Hà Nội to TP. Hồ Chí Minh
