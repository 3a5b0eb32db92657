"""Errors of scores by the counts of the same period: whose they are, and how they are known."""

from __future__ import annotations

import polars as pl
import pytest

from ranking.score_certainty import given_errors
from store.reference import measures
from tests.ranking.test_windows import rows_of

M = measures()


def _pull(month: int = 8) -> pl.DataFrame:
    """Two communes: on time 900 of 1,000 and 450 of 500; the points of TDGQ, of CKMB and of the index."""
    return pl.concat(
        [
            rows_of(M["on_time_share"], month, {"00001": (900, 1000), "00002": (450, 500)}, series="766-2026"),
            rows_of(M["tdgq"], month, {"00001": (18.0, None), "00002": (18.0, None)}),
            rows_of(M["ckmb"], month, {"00001": (16.0, None), "00002": (16.0, None)}),
            rows_of(M["index_766"], month, {"00001": (80.0, None), "00002": (80.0, None)}),
        ]
    )


def _of(found: pl.DataFrame, unit: str, measure: str) -> dict:
    return found.filter(unit_code=unit, measure=measure).row(0, named=True)


def test_the_points_of_a_group_err_as_the_share_they_rest_on():
    """20 points · √(φ p(1 − p)/n), φ = 1 + 999 · 0.0026, near Wilson's centre of 0.9."""
    row = _of(given_errors(_pull(), M), "00001", "tdgq")
    assert row["given_error"] == pytest.approx(20 * (3.5974 * 0.09 / 1000) ** 0.5, rel=0.01)
    assert row["given_known"] == "assumed"


def test_a_score_that_is_copied_from_the_province_has_none():
    assert given_errors(_pull(), M).filter(measure="ckmb").is_empty()


def test_the_index_errs_at_least_as_its_part():
    found = given_errors(_pull(), M)
    assert _of(found, "00001", "index_766")["given_error"] >= _of(found, "00001", "tdgq")["given_error"] > 0


def test_each_period_has_its_own():
    found = given_errors(pl.concat([_pull(7), _pull(8)]), M)
    assert found.select("unit_code", "measure", "period_start").is_duplicated().sum() == 0
    assert found.filter(measure="tdgq").height == 4


def test_without_any_counts_there_is_no_error():
    assert given_errors(_pull().filter(pl.col("measure") != "on_time_share"), M).is_empty()
