"""The drawing of months around a beginning: a dot and a whisker for each that is known."""

from __future__ import annotations

from math import inf

from display.drawing.event_months import drawn
from ranking.practice_effects import Estimate


def svg(months: dict[int, Estimate]) -> str:
    return drawn(months, lambda by: 10 * by, lambda value, decimals: f"{value:.{decimals}f}")


def test_clear_months_are_filled_and_months_without_an_interval_left_out():
    months = {
        -1: Estimate(5, 0.0, -0.2, 0.2, 0.9),
        1: Estimate(5, 0.5, 0.3, 0.7, 0.01),
        2: Estimate(1, 3.0, -inf, inf, 0.1),
    }
    found = svg(months)

    assert found.count("<circle") == 2
    assert found.count('fill="#0B6E75"') == 1
    assert found.count(">-6</text>") == found.count(">6</text>") == 1


def test_nothing_is_drawn_where_nothing_is_known():
    assert svg({}) == svg({1: Estimate(1, 3.0, -inf, inf, 0.1)}) == ""
