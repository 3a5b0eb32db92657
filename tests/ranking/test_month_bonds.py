"""How alike neighbouring months are: found again where it is known, and what it adds to a sum of months."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ranking.month_bonds import ASSUMED_BOND, bond_of_values, in_common

DATA = Path(__file__).parent / "data"
NLME = 0.5148662
STARTS = [date(2025, month, 1) for month in (7, 8, 9, 10, 11, 12)] + [date(2026, month, 1) for month in range(1, 9)]


def _values(bond: float, units: int = 120, months: int = 14) -> pl.DataFrame:
    """Values of an autoregression about a level of each unit's own, and what all share in a month."""
    rng = np.random.default_rng(766)
    state, found = rng.normal(size=units), []
    for _ in range(months):
        found.append(state + rng.normal() * 5)
        state = bond * state + np.sqrt(1 - bond**2) * rng.normal(size=units)
    values = np.array(found) + 10 * rng.normal(size=units)
    return pl.DataFrame(
        {
            "unit_code": np.tile([f"{unit:05d}" for unit in range(units)], months),
            "period_start": np.repeat(np.array(STARTS[:months], "datetime64[D]"), units),
            "value": values.ravel(),
        }
    ).cast({"period_start": pl.Date})


@pytest.mark.parametrize("bond", [0.0, 0.3, 0.6])
def test_it_is_found_again(bond):
    assert bond_of_values(_values(bond)) == pytest.approx(bond, abs=0.08)


def test_it_is_that_of_another_program():
    """nlme is told that luck is normal; ours Winsorises, and differs by less than a standard error (0.04)."""
    values = pl.read_csv(DATA / "month_values.csv", comment_prefix="#").select(
        "value", unit_code=pl.col("unit").cast(pl.String), period_start=pl.date(2026, pl.col("month") + 1, 1)
    )
    assert bond_of_values(values) == pytest.approx(NLME, abs=0.04)


def test_a_few_months_or_units_tell_nothing():
    assert bond_of_values(_values(0.0, months=5)) == ASSUMED_BOND
    assert bond_of_values(_values(0.0, units=2)) == ASSUMED_BOND
    assert bond_of_values(_values(0.0).clear()) == ASSUMED_BOND


@pytest.mark.parametrize("bond", [0.0, 0.5, 0.9])
def test_pairs_of_months_count_by_how_far_apart_they_are(bond):
    """With a month missing in between, as of a unit that was silent."""
    starts, weights = [date(2025, 11, 1), date(2025, 12, 1), date(2026, 2, 1)], [2.0, 3.0, 5.0]
    rows = pl.DataFrame({"at": starts, "weight": weights, "bond": bond})
    month = [0, 1, 3]
    pairs = 2 * sum(weights[i] * weights[j] * bond ** (month[j] - month[i]) for i, j in combinations(range(3), 2))
    assert rows.select(in_common(pl.col("weight"))).item() == pytest.approx(pairs, abs=1e-6)
