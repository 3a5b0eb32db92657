"""Numbers of equations and figures: which there are, and in which order, however many they are some of."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.unknowns import in_order, numbered


@pytest.mark.parametrize("most", [40, 100_000])
def test_numbers_are_told_in_order_and_each_finds_its_own(most):
    values = np.random.default_rng(766).integers(0, most, 1000)

    different, place = numbered(values)

    assert (different[1:] > different[:-1]).all()
    assert (different[place] == values).all()


@pytest.mark.parametrize("labels", [[], [3], [2, 0, 2, 1, 0, 2]])
def test_equal_numbers_keep_their_order(labels):
    found = in_order(np.array(labels, np.int64))

    assert found.tolist() == np.argsort(np.array(labels), kind="stable").tolist()
