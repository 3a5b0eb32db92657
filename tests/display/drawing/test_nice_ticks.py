"""Ticks of an axis are round."""

from __future__ import annotations

import pytest

from display.drawing.nice_ticks import nice_ticks


@pytest.mark.parametrize(
    ("low", "high", "least", "most", "ticks"),
    [
        (60, 99, 0, 100, (60, 80, 100)),
        (92.5, 100, 0, 100, (90, 95, 100)),
        (0, 3, 0, None, (0, 1, 2, 3)),
        (18.6, 19.9, 0, 20, (18.5, 19, 19.5, 20)),
    ],
)
def test_ticks_are_round_and_stay_on_the_scale(low, high, least, most, ticks):
    assert nice_ticks(low, high, least, most) == ticks


def test_equal_values_have_a_scale_of_their_own():
    assert nice_ticks(18, 18, 0, 18)[-1] == 18
    assert len(nice_ticks(0, 0, 0, None)) > 1
