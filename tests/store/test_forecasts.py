"""The next month of a province: expected on reading, kept by a command, scored once its figures are there."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from etl.__main__ import main
from ranking.forecasts import SCHEMA
from ranking.windows import first_month
from store import forecasts
from store.snapshot import Snapshot, open_snapshot
from tests.unit_world import NGHI_SON, publish_world

FIGURE = ("on_time_share", "portal")


@pytest.fixture
def small(tmp_path, monkeypatch) -> Snapshot:
    """Nghi Sơn and two neighbours, January to August 2026."""
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    publish_world(tmp_path)
    return open_snapshot("live", unreleased=True)


def test_september_is_expected_from_the_months_to_august(small):
    found = forecasts.expected(small, "38", *FIGURE)

    assert found is not None
    assert (found.start, found.series, found.rows.height) == (date(2026, 9, 1), "766-2026", 3)
    own = found.rows.row(by_predicate=pl.col("unit_code") == NGHI_SON, named=True)
    assert own["low"] < own["expected"] < own["high"] <= 100
    assert found.tried is not None and found.tried.n == 15  # three communes in the five months from April on


def test_nothing_is_expected_of_a_province_without_figures(small):
    assert forecasts.expected(small, "25", *FIGURE) is None


def test_what_is_kept_is_kept_once_and_scored_when_the_month_is_known(small, monkeypatch, capsys):
    folder = forecasts.folder("live")
    assert main(["forecast", "--dataset", "live"]) == 0
    path = folder / "2026-09-on_time_share.parquet"
    before = path.read_bytes()
    assert "3 communes" in capsys.readouterr().out
    assert main(["forecast", "--dataset", "live"]) == 0
    assert "kept before" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert forecasts.scored(small, "38", *FIGURE) is None  # September is not there yet

    as_of_july = {"measure": FIGURE[0], "basis": FIGURE[1], "series": "766-2026", "period_start": date(2026, 8, 1)}
    rows = pl.DataFrame([[NGHI_SON, 91.0, 88.0, 94.0, 0.1, 0.1]], schema=SCHEMA, orient="row")
    kept = rows.with_columns(pl.lit(what).alias(name) for name, what in as_of_july.items())
    kept.select(list(forecasts.KEPT)).write_parquet(folder / "2026-08-on_time_share.parquet")
    months, score = forecasts.scored(small, "38", *FIGURE)
    assert (months, score.n, score.held, score.error, score.naive) == (1, 1, 0.0, 31.0, 30.0)  # 60 after 90


def test_a_dataset_that_is_not_there_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    assert main(["forecast", "--dataset", "live"]) == 1
    assert "live" in capsys.readouterr().err


@pytest.mark.slow
def test_intervals_hold_what_they_say_in_the_simulated_country(app_data):
    """Index, punctuality and filing online of five provinces, each month from those before it."""
    snapshot = open_snapshot("simulated", unreleased=True)
    for measure, basis in forecasts.FIGURES:
        found = [forecasts.expected(snapshot, province, measure, basis) for province in ("25", "38", "01", "12", "96")]
        scores = [one.tried for one in found if one and one.tried]
        assert len(scores) == 5
        assert np.mean([one.held for one in scores]) >= 0.93
        assert sum(one.right for one in scores) >= 0.75 * sum(one.told for one in scores)
        assert np.mean([one.error for one in scores]) < np.mean([one.naive for one in scores])
    assert first_month(date(2026, 8, 1), 0) == found[0].start
