"""The CUSUM of counts: its sum by hand, its limit against simulated paths, and what makes a signal."""

from __future__ import annotations

import numpy as np
import pytest

from ranking import count_cusum
from ranking.count_cusum import signals, sums


def test_the_sum_by_hand():
    """Odds 4 doubled are 8: on time counts ln(8/9 : 4/5) = ln 10/9, late ln(1/9 : 1/5) = ln 5/9."""
    path = sums(*_rows([10, 10, 5, 10], [10] * 4), np.array([0.8]), np.array([1.0]), 0)[0]
    full = 10 * np.log(10 / 9)
    assert path == pytest.approx(
        [full, 2 * full, max(0, 2 * full + 5 * np.log(50 / 81)), max(0, 2 * full + 5 * np.log(50 / 81)) + full]
    )


def test_a_larger_variance_says_less():
    one, two = (sums(*_rows([10], [10]), np.array([0.8]), np.array([phi]), 0)[0, 0] for phi in (1.0, 2.0))
    assert one == pytest.approx(2 * two)


def test_after_a_gap_the_sum_starts_from_nothing():
    path = sums(*_rows([10, np.nan, 10], [10, np.nan, 10]), np.array([0.8]), np.array([1.0]), 0)[0]
    assert path[0] == path[2] > path[1] == 0


@pytest.mark.parametrize(("n", "level", "side"), [(35, 0.9, 0), (35, 0.9, 1), (100, 0.97, 0), (20, 0.6, 1)])
def test_by_chance_a_limit_is_passed_as_often_as_stated(n, level, side):
    """Of 20,000 simulated paths; the sums have steps, so it may be less but not more."""
    rng = np.random.default_rng(766)
    numerators = rng.binomial(n, level, (20_000, 15)).astype(float)
    denominators = np.full(numerators.shape, float(n))
    paths = sums(numerators, denominators, np.full(len(numerators), level), np.ones(len(numerators)), side)
    limits = count_cusum._limits(denominators[0], level, 1.0, side, 0.005)
    never = np.ones(len(paths), bool)
    rates = []
    for month in range(15):
        passed = paths[never, month] > limits[month] + 1e-9
        rates.append(passed.mean())
        never[np.flatnonzero(never)[passed]] = False
    assert max(rates) < 0.0065
    assert np.mean(rates[4:]) > 0.002


def test_a_signal_reaches_back_to_where_the_sum_left_nothing():
    numerators, denominators = _rows([18, 14, *[20] * 8], [20] * 10)
    path = sums(numerators, denominators, np.array([0.8]), np.array([1.0]), 0)[0]
    found = signals(path, denominators[0], 0.8, 1.0, 0, 0.005)
    assert path[1] == 0
    assert found.tolist() == [False] * 2 + [True] * 8


def test_little_evidence_is_no_signal():
    path = np.full(12, count_cusum.LEAST)
    assert not signals(path, np.full(12, 5.0), 0.9, 1.0, 0, 0.5).any()


def _rows(numerators: list[float], denominators: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([numerators], float), np.array([denominators], float)
