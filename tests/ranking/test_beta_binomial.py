"""Mid-p values worked out quickly: never called far off where they matter, and near enough everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.beta_binomial import midp

LEVELS = [0.02, 0.2, 0.5, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995, 0.999]
RHOS = [0, 1e-5, 0.001, 0.004, 0.01, 0.05, 0.1, 0.3]


def _drawn(most: float, draws: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(766)
    level, rho = rng.choice(LEVELS, draws), rng.choice(RHOS, draws)
    n = np.maximum(np.exp(rng.uniform(0, np.log(most), draws)).round(), 1)
    spread = np.sqrt(n * level * (1 - level) * (1 + (n - 1) * rho))
    return level, np.clip((n * level + rng.uniform(-4, 4, draws) * spread).round(), 0, n), n, rho


@pytest.mark.parametrize(("most", "draws"), [(700, 20_000), (60_000, 150)])
def test_the_quick_way_agrees_wherever_a_p_matters(most, draws):
    figures = _drawn(most, draws)
    exact, quick = midp(*figures), midp(*figures, quick=True)
    assert (exact[quick == 1] >= 0.05).all()
    small = (exact < 0.05) & (exact > 1e-6)
    assert small.sum() > draws / 10
    assert quick[small] == pytest.approx(exact[small], rel=0.01)
    assert np.abs(quick - exact)[quick < 1].max() < 0.001


def test_a_level_of_nothing_or_all_leaves_one_count():
    assert midp(*np.array([[0.0, 0.0, 1.0, 1.0], [0, 1, 9, 10], [10, 10, 10, 10], [0.01] * 4])).tolist() == [1, 0, 0, 1]
