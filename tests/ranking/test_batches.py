"""How alike the dossiers of a month are: against R's Pearson residuals, and by hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ranking.batches import inflation, rho

BATCHES = pl.read_csv(Path(__file__).parent / "data" / "batches.csv", comment_prefix="#")


def test_rho_agrees_with_the_moment_equation_in_r():
    assert rho(BATCHES, ["unit"]) == pytest.approx(0.0563919054912, rel=1e-11)


def test_months_that_are_all_or_nothing_are_wholly_alike_and_even_ones_not_at_all():
    """Two months of 10: all and none. X² = 20, one less than K − 1 = 1 is 19; room 2 · 9 · ½ = 9: cut at 0.99."""
    assert rho(pl.DataFrame({"unit": ["a"] * 2, "n": [10, 10], "x": [10, 0]}), ["unit"]) == 0.99
    assert rho(pl.DataFrame({"unit": ["a"] * 2, "n": [10, 10], "x": [5, 5]}), ["unit"]) == 0


@pytest.mark.parametrize("x", [[7], [0, 0], [10, 10]], ids=["one month", "never", "always"])
def test_nothing_is_told_by_one_month_or_by_none_or_all(x):
    assert rho(pl.DataFrame({"unit": ["a"] * len(x), "n": [10] * len(x), "x": x}), ["unit"]) == 0


def test_the_larger_a_batch_the_more_it_counts():
    """Batches of 10 and 30: m = (100 + 900) / 40 = 25; 1 + 24 · 0.05."""
    sizes = pl.DataFrame({"unit": ["a", "a"], "n": [10, 30]})
    assert inflation(sizes, ["unit"], 0.05).rows() == [("a", pytest.approx(2.2))]
