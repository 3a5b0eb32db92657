"""Where units likely stand: the same whether it was published or is worked out on reading."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ranking.periods import parse
from ranking.tiers import FILLED
from ranking.windows import USUAL
from store import places, snapshot, standings
from tests import written_before


def ranked(measure: str, period: str, scope: str = "25", dataset: str = "simulated") -> pl.DataFrame:
    shown = snapshot.open_snapshot(dataset)
    return standings.ranking(shown, "commune", measure, "portal", parse(period), scope)


@pytest.mark.parametrize("measure", ["on_time_share", "index_766"])
def test_what_was_published_is_what_is_worked_out(app_data, measure):
    rows = ranked(measure, "2026-08").filter(pl.col("rank").is_not_null())
    again = places.likely(snapshot.open_snapshot("simulated"), rows, USUAL)

    published = rows.select("unit_code", *FILLED).sort("unit_code")
    assert published.get_column("expected_rank").null_count() == 0
    assert_frame_equal(published, again.sort("unit_code"), abs_tol=1e-3)


@pytest.mark.parametrize("scope", ["25", "VN"])
def test_an_older_month_is_completed_on_reading(app_data, scope):
    rows = ranked("on_time_share", "2026-04", scope).filter(pl.col("rank").is_not_null())

    assert rows.get_column("expected_rank").null_count() == 0
    assert rows.get_column("rank_low").null_count() == 0
    assert rows.get_column("window_start").unique().to_list() == [date(2026, 1, 1)]


def test_the_first_months_of_new_rules_stand_by_themselves(app_data):
    rows = ranked("on_time_share", "2026-03").drop_nulls("tier")

    assert rows.get_column("window_start").unique().to_list() == [date(2026, 3, 1)]


def test_more_months_tell_more_units_apart(app_data):
    rows = ranked("on_time_share", "2026-08")
    shown = snapshot.open_snapshot("simulated")
    told = [
        places.likely(shown, rows, window).filter(pl.col("tier") != "middle").height for window in ("period", USUAL)
    ]

    assert told[0] < told[1]


def test_a_real_single_pull_says_that_its_error_comes_from_two_periods(app_data):
    rows = ranked("on_time_share", "2026-08", dataset="recorded").filter(pl.col("rank").is_not_null())

    assert rows.get_column("known").unique().to_list() == ["pairs"]
    assert rows.filter(pl.col("tier") != "middle").height >= rows.height / 3
    assert rows.get_column("band").value_counts(sort=True).item(0, "band") == "alike"


def test_a_snapshot_from_before_tiers_gets_them_on_reading(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(written_before.data(tmp_path)))
    rows = ranked("on_time_share", "2026-08", dataset="live").filter(pl.col("rank").is_not_null())

    assert rows.get_column("expected_rank").sum() == pytest.approx(9 * 10 / 2, abs=0.01)
    assert rows.get_column("known").null_count() == rows.height
