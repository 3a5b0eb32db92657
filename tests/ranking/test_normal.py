"""The normal distribution on arrays, beside the one that Python knows number by number."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from ranking.normal import cumulative


def test_it_is_the_normal_distribution():
    z = np.linspace(-9, 9, 2001)
    assert cumulative(z) == pytest.approx([NormalDist().cdf(x) for x in z], abs=8e-8)


def test_the_ends_and_what_is_not_known():
    assert cumulative(np.array([-np.inf, np.inf])).tolist() == [0, 1]
    assert np.isnan(cumulative(np.array([np.nan]))).all()


def test_any_shape():
    z = np.zeros((3, 0, 2))
    assert cumulative(z).shape == z.shape
    assert cumulative(np.zeros((200, 400))) == pytest.approx(0.5, abs=8e-8)
