"""Errors of scores: against simulated dossiers scored by the portal's formulas, by hand, and on recorded figures."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from files.places import HOME
from ranking.index_sensitivity import GROUPS
from ranking.likely_ranks import likely_ranks
from ranking.score_errors import PARTS, score_errors

# tests/ranking/data/score_errors.csv: standard deviations of 6 · min(1, X / 0.9) by `integrate` of R 4.2.2, base.
DRAWS = 20_000
RHO = {part.measure: 0.004 for part in PARTS}
NO_RHO = {part.measure: 0.0 for part in PARTS}
SHARES = {
    "on_time_share": 0.8,
    "online_payment_share": 0.9,
    "handling_satisfaction": 0.8,
    "petition_on_time_share": 0.7,
    "petition_satisfaction_share": 0.6,
    "e_result_share": 0.7,
    "digitised_share": 0.15,
    "data_reuse_share": 0.05,
}
FEW = {"petition_on_time_share": 40, "petition_satisfaction_share": 40, "online_payment_share": 400}


@pytest.mark.parametrize("rho", [0.0, 0.004, 0.02])
def test_simulated_scores_differ_by_the_error(rho):
    points = _simulated(rho)
    found = _scored(_counted(SHARES), dict.fromkeys(RHO, rho))
    for group in ("tdgq", "tttt", "mdhl", "mdsh"):
        own = sum(points[part.measure] for part in PARTS if part.group == group)
        assert found[group]["standard_error"] == pytest.approx(own.std(), rel=0.06)
    everything = sum(points.values())
    assert found["index_766"]["standard_error"] == pytest.approx(everything.std(), rel=0.06)
    held = np.abs(everything - everything.mean()) <= 1.96 * found["index_766"]["standard_error"]
    assert held.mean() == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("share", [0.86, 0.89, 0.9, 0.91, 0.95])
def test_near_full_marks_the_error_is_that_of_what_is_given(share):
    rng = np.random.default_rng(766)
    given = 6 * np.minimum(rng.binomial(1000, share, DRAWS) / 1000 / 0.9, 1)
    found = _scored(_counted({"handling_satisfaction": share, "petition_on_time_share": None}), NO_RHO)
    assert found["mdhl"]["standard_error"] == pytest.approx(given.std(), rel=0.06, abs=0.002)


def test_the_error_near_full_marks_is_that_of_another_program():
    reference = pl.read_csv(Path(__file__).parent / "data" / "score_errors.csv", comment_prefix="#")
    for row in reference.iter_rows(named=True):
        rows = _counted({"handling_satisfaction": 1.0}).with_columns(
            numerator=pl.when(pl.col("measure") == "handling_satisfaction")
            .then(float(row["x"]))
            .otherwise("numerator"),
            denominator=pl.when(pl.col("measure") == "handling_satisfaction").then(float(row["n"])).otherwise(0.0),
        )
        error = _scored(rows, dict.fromkeys(RHO, row["rho"]))["mdhl"]["standard_error"]
        assert error == pytest.approx(row["error"], rel=2e-4, abs=2e-5)


def test_by_hand():
    """800 of 1,000: centre 803.84 / 1,003.84 of Wilson's interval, 0.0126 error, 20 points."""
    found = _scored(_counted({"on_time_share": 0.8}), NO_RHO)
    centre = (800 + 1.959964**2 / 2) / (1000 + 1.959964**2)
    error = 20 * np.sqrt(centre * (1 - centre) / 1000)
    assert found["tdgq"]["standard_error"] == pytest.approx(error)
    assert (found["tdgq"]["low"], found["tdgq"]["high"]) == pytest.approx((10 - 1.96 * error, 10 + 1.96 * error))


def test_what_is_copied_has_no_error_and_says_so():
    found = _scored(_counted(SHARES), RHO)
    assert found["ckmb"]["standard_error"] == 0
    assert found["ckmb"]["without_error"] == ["ckmb: copied"]
    assert found["clgq"]["without_error"] == ["clgq: no_counts"]
    assert found["tdgq"]["without_error"] == []
    assert found["mdsh"]["without_error"] == ["mdsh: no_counts"]
    assert set(found["index_766"]["without_error"]) == {
        "ckmb: copied", "clgq: no_counts", "tttt: procedures", "mdsh: no_counts"
    }  # fmt: skip
    assert [found[group]["points_known"] for group in (*GROUPS, "index_766")] == [0, 20, 0, 6, 18, 12, 56]


def test_counts_that_are_missing_are_named():
    rows = _counted(SHARES).with_columns(numerator=pl.when(pl.col("measure") != "e_result_share").then("numerator"))
    found = _scored(rows, RHO)
    assert "e_result_share: counts" in found["mdsh"]["without_error"]
    assert found["mdsh"]["points_known"] == 6


def test_no_petition_is_no_doubt():
    none = _scored(_counted({"handling_satisfaction": 0.8, "petition_on_time_share": None}), NO_RHO)["mdhl"]
    some = _scored(_counted({"handling_satisfaction": 0.8, "petition_on_time_share": 0.8}), NO_RHO)["mdhl"]
    assert none["standard_error"] < some["standard_error"]


def test_satisfied_and_on_time_err_together():
    found = _scored(_counted({"on_time_share": 0.8, "handling_satisfaction": 0.8}), NO_RHO)
    on_time, satisfied = found["tdgq"]["standard_error"], found["mdhl"]["standard_error"]
    others = _scored(_counted({"on_time_share": 0.8}), NO_RHO)["mdhl"]["standard_error"]
    own = np.sqrt(satisfied**2 - others**2)
    assert found["index_766"]["standard_error"] == pytest.approx(np.hypot(on_time + own, others), rel=1e-6)


def test_the_most_is_that_of_counts_with_all_in_common():
    """Two shares of the same dossiers, one a part of the other: r = √(low(1 − high) / (high(1 − low)))."""
    found = _scored(_counted({"e_result_share": 0.7, "digitised_share": 0.15, "data_reuse_share": None}), NO_RHO)[
        "mdsh"
    ]
    rng = np.random.default_rng(766)
    uniform = rng.random((4000, 1000))
    both = 6 * (uniform < 0.7).mean(axis=1) + 4 * (uniform < 0.15).mean(axis=1)
    assert found["at_most"] == pytest.approx(both.std(), rel=0.05)
    assert found["at_most"] > found["standard_error"]


def test_an_interval_stays_within_the_points():
    found = _scored(_counted(dict.fromkeys(SHARES, 1.0)).with_columns(score=pl.col("full")), RHO)
    assert all(0 <= row["low"] <= row["high"] <= {**GROUPS, "index_766": 100}[name] for name, row in found.items())


@pytest.mark.parametrize(("rho", "message"), [
    ({}, "rho of on_time_share: from 0 to below 1 is right, found None"),
    (RHO | {"digitised_share": 1.0}, "rho of digitised_share: from 0 to below 1 is right, found 1.0"),
])  # fmt: skip
def test_bad_rhos_are_refused(rho, message):
    with pytest.raises(ValueError, match=message):
        score_errors(_counted(SHARES), rho)


def test_two_rows_of_a_measure_are_refused():
    rows = _counted(SHARES)
    with pytest.raises(ValueError, match="unit 00001 has more than one row of on_time_share"):
        score_errors(pl.concat([rows, rows.filter(pl.col("measure") == "on_time_share")]), RHO)


def test_one_recorded_month_has_intervals_of_the_index():
    """August 2026 of Phú Thọ with the satisfied dossiers those on time; ranks get narrower than the whole list."""
    folder = HOME / "data" / "published" / "recorded"
    rows = pl.read_parquet(folder / (folder / "current").read_text(encoding="utf-8").strip() / "measurements.parquet")
    august = rows.filter(
        pl.col("level") == "commune",
        pl.col("field") == "all",
        pl.col("period_start") == date(2026, 8, 1),
        pl.col("period_kind") == "month",
    )
    found = score_errors(august, RHO).filter(pl.col("measure") == "index_766")
    assert found.height == 148
    assert (found.get_column("standard_error") > 0).all()
    assert (found.get_column("at_most") >= found.get_column("standard_error")).all()
    ranks = likely_ranks(found.get_column("score").to_numpy(), found.get_column("standard_error").to_numpy())
    assert np.mean(ranks.high - ranks.low + 1) < 0.5 * 148
    on_time = _column(august, "on_time_share"), _column(august, "handling_satisfaction")
    assert np.corrcoef(*on_time)[0, 1] > 0.999


def _column(rows: pl.DataFrame, measure: str) -> np.ndarray:
    own = rows.filter(pl.col("measure") == measure).sort("unit_code")
    return (own.get_column("numerator") / own.get_column("denominator")).to_numpy()


def _counted(shares: dict[str, float | None]) -> pl.DataFrame:
    """One unit: scores of half the points, counts of the shares, none of petitions where it is None."""
    counts = []
    for measure in SHARES:
        n = FEW.get(measure, 1000) if measure in shares and shares[measure] is not None else 0
        counts.append((measure, round((shares.get(measure) or 0.0) * n), n, None, None))
    full = {**GROUPS, "index_766": 100.0}
    scores = [(name, None, None, most / 2, most) for name, most in full.items()]
    columns = dict.fromkeys(("numerator", "denominator", "score", "full"), pl.Float64)
    rows = pl.DataFrame([*counts, *scores], {"measure": pl.String, **columns}, orient="row")
    return rows.with_columns(unit_code=pl.lit("00001"))


def _scored(rows: pl.DataFrame, rho: dict[str, float]) -> dict[str, dict]:
    return {row["measure"]: row for row in score_errors(rows, rho).iter_rows(named=True)}


def _simulated(rho: float) -> dict[str, np.ndarray]:
    """The points of each part, rounded as the portal rounds; the satisfied dossiers are those on time."""
    rng = np.random.default_rng(766)
    drawn = {}
    for measure, share in SHARES.items():
        n, more = FEW.get(measure, 1000), 1 / rho - 1 if rho else 1.0
        level = rng.beta(share * more, (1 - share) * more, DRAWS) if rho else share
        drawn[measure] = np.round(100 * rng.binomial(n, level, DRAWS) / n, 2)
    drawn["handling_satisfaction"] = drawn["on_time_share"]
    return {
        "on_time_share": np.round(drawn["on_time_share"] / 5, 2),
        "online_payment_share": np.round(6 * drawn["online_payment_share"] / 100, 2),
        "handling_satisfaction": np.round(6 * np.minimum(drawn["handling_satisfaction"] / 90, 1), 2),
        "petition_on_time_share": np.round(6 * drawn["petition_on_time_share"] / 100, 2),
        "petition_satisfaction_share": np.round(6 * drawn["petition_satisfaction_share"] / 100, 2),
        "e_result_share": np.round(6 * drawn["e_result_share"] / 100, 2),
        "digitised_share": np.round(4 * drawn["digitised_share"] / 100, 2),
        "data_reuse_share": np.round(2 * np.minimum(drawn["data_reuse_share"] / 80, 1), 2),
    }
