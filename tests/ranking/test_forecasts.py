"""Forecasts of the next month: by hand, and how often their intervals hold what is drawn."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ranking.forecasts import forecasts, score, tier, together, tried
from ranking.windows import first_month


def frame(values: np.ndarray) -> pl.DataFrame:
    days = [first_month(date(2025, 1, 1), 1 - month) for month in range(values.shape[1])]
    rows = [
        {"unit_code": f"{unit:05}", "period_start": day, "value": None if np.isnan(value) else float(value)}
        for unit, line in enumerate(values)
        for day, value in zip(days, line, strict=True)
    ]
    return pl.DataFrame(rows, schema={"unit_code": pl.String, "period_start": pl.Date, "value": pl.Float64})


def drawn(units: int = 120, months: int = 10, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level, spread = rng.normal(90, 3, (units, 1)), rng.uniform(0.5, 2.0, (units, 1))
    return level + spread * rng.standard_t(5, (units, months))


def test_steady_units_are_expected_where_they_are():
    values = np.repeat(np.arange(80.0, 89.0)[:, None], 6, axis=1)
    found = forecasts(frame(values), "high")

    assert found.get_column("expected").to_list() == list(np.arange(80.0, 89.0))
    assert (found.get_column("high") - found.get_column("low")).max() < 1e-3
    tiers = [tier(first, last) for first, last in found.select("p_first", "p_last").iter_rows()]
    assert tiers == ["last"] * 3 + ["middle"] * 3 + ["first"] * 3


def test_low_values_come_first_where_low_is_good():
    values = np.repeat(np.arange(80.0, 89.0)[:, None], 6, axis=1)
    found = forecasts(frame(values), "low")
    assert next(tier(*row) for row in found.select("p_first", "p_last").iter_rows()) == "first"


def test_a_walk_is_expected_at_its_last_value_and_noise_at_its_mean():
    rng = np.random.default_rng(1)
    walk = 50 + rng.normal(0, 1, (80, 12)).cumsum(axis=1)
    noise = 50 + rng.normal(0, 1, (80, 12))

    assert forecasts(frame(walk), "high").get_column("expected").to_numpy() == pytest.approx(walk[:, -1])
    usual = noise[:, -6:].mean(axis=1)
    assert forecasts(frame(noise), "high").get_column("expected").to_numpy() == pytest.approx(usual)


def test_intervals_end_where_values_do_and_gaps_are_passed_over():
    values = drawn(40) + 8
    values[0, -2:], values[1, :] = np.nan, np.nan
    found = forecasts(frame(values), "high", most=100.0)

    assert found.get_column("high").max() <= 100
    assert "00001" not in found.get_column("unit_code")
    assert found.drop_nulls().height == found.height


def test_too_few_months_tell_nothing():
    assert forecasts(frame(drawn(20, 2)), "high").is_empty()
    assert tried(frame(drawn(20, 3)), "high") is None


def test_intervals_hold_about_as_much_as_they_say():
    found = [one for seed in range(5) if (one := tried(frame(drawn(seed=seed)), "high"))]
    whole = together(found)

    assert whole is not None and 0.93 <= whole.held <= 0.97
    assert whole.error < whole.naive
    assert whole.right / whole.told >= 0.75


def test_a_score_by_hand():
    made = pl.DataFrame(
        {
            "unit_code": ["a", "b", "c"],
            "expected": [90.0, 80.0, 70.0],
            "low": [88.0, 78.0, 68.0],
            "high": [92.0, 82.0, 72.0],
            "p_first": [0.9, 0.1, 0.0],
            "p_last": [0.0, 0.2, 0.9],
        }
    )
    actual = pl.DataFrame({"unit_code": ["a", "b", "c"], "value": [91.0, 80.0, 85.0], "before": [90.0, 82.0, 70.0]})
    one = score(made, actual, "high")

    assert one is not None
    assert (one.n, one.held, one.error) == (3, pytest.approx(2 / 3), pytest.approx(16 / 3))
    assert (one.naive, one.told, one.right) == (pytest.approx(6), 2, 1)
    assert score(made, actual.with_columns(value=pl.lit(None, pl.Float64)), "high") is None
