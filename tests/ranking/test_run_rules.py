"""Which run rules may be used: by the odds that chance alone gives them."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.run_rules import MOST_FALSE, SideOdds, usable


@pytest.mark.parametrize(
    ("above", "high", "low"),
    [
        (0.50, True, True),  # 2 · 0.5⁷ = 1.6 %
        (0.57, False, True),  # 2.0 + 0.3 %: too many together, so the side that chance favours is given up
        (0.84, False, True),  # 35 dossiers at 99.5 %: 29 % of sevens are all at 100 %
        (0.10, True, False),
    ],
)
def test_seven_on_a_side_count_only_where_chance_seldom_makes_them(above, high, low):
    shift = usable((_side(above), _side(1 - above)))["shift"]
    assert (bool(shift[0][0]), bool(shift[1][0])) == (high, low)


def test_the_stretch_that_chance_favours_most_decides():
    months = np.array([[0.5] * 8 + [0.7] * 7])
    one, other = SideOdds(months, np.zeros_like(months)), SideOdds(1 - months, np.zeros_like(months))
    assert 0.7**7 > MOST_FALSE > 2 * 0.5**7
    assert [bool(side[0]) for side in usable((one, other))["shift"]] == [False, True]


def test_two_of_three_near_a_limit_by_hand():
    """Two of three in the outer third: 3 · 0.1² · 0.4 + 0.1³ = 1.3 % with the third inside; with 0.2 it is 5.6 %."""
    usual, often = (usable((_side(0.5, outer), _side(0.5, 0.0)))["two_of_three"] for outer in (0.1, 0.2))
    assert (bool(usual[0][0]), bool(often[0][0]), bool(often[1][0])) == (True, False, True)


def _side(on: float, outer: float = 0.0) -> SideOdds:
    return SideOdds(np.full((1, 15), on), np.full((1, 15), outer))
