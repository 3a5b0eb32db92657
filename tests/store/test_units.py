"""A commune's standings: where it likely stands is there also where publishing left it out, and over a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from ranking.tiers import FILLED
from store import places, standings, units
from store.snapshot import Snapshot, open_snapshot
from tests.conftest import CAPTURED, _forget
from tests.unit_world import HAI_BINH, NGHI_SON, TRUONG_LAM, month, row

YEAR = [(2025, n) for n in range(9, 13)] + [(2026, n) for n in range(1, 9)]
SHARES = {NGHI_SON: 80, HAI_BINH: 90, TRUONG_LAM: 97}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Iterator[Snapshot]:
    """Three communes in the twelve months to August 2026, always at 80, 90 and 97 of 100, and a part of a year."""
    folder = tmp_path_factory.mktemp("units")
    start, end = date(2026, 1, 1), date(2026, 8, 20)
    odd = {"period_start": start, "period_end": end, "period_kind": "to_date", "measure": "online_payment_share"}
    rows = [row(code, month(*at), share) for code, share in SHARES.items() for at in YEAR]
    rows += [row(code, month(2026, 8), share, **odd) for code, share in SHARES.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(folder))
        _forget()
        publish(folder, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
        yield open_snapshot("live", unreleased=True)
    _forget()


def own(rows: pl.DataFrame, measure: str = "on_time_share") -> dict:
    return rows.row(by_predicate=pl.col("measure") == measure, named=True)


def test_a_units_place_is_that_of_the_rankings(small):
    found = own(units.latest(small, NGHI_SON))
    ranked = standings.ranking(small, "commune", "on_time_share", "portal", month(2026, 8), "38")
    expected = ranked.row(by_predicate=pl.col("unit_code") == NGHI_SON, named=True)

    assert {name: found[name] for name in FILLED} == {name: expected[name] for name in FILLED}
    assert (found["tier"], found["window_start"]) == ("last", date(2026, 5, 1))


def test_what_publishing_left_out_is_worked_out(small):
    published = pl.read_parquet(small.folder / "standings.parquet").filter(pl.col("measure") == "online_payment_share")
    assert published.get_column("expected_rank").null_count() == published.height > 0

    found = own(units.latest(small, NGHI_SON), "online_payment_share")
    assert found["expected_rank"] > 2
    assert found["window_start"] == found["period_start"]


def test_a_year_of_comparable_months_tells_at_least_as_much(small):
    month_row, year_row = own(units.latest(small, NGHI_SON)), own(units.over_twelve_months(small, NGHI_SON))

    assert year_row["window_start"] == date(2025, 9, 1)
    assert year_row["p_last"] >= month_row["p_last"]
    assert year_row["likely_high"] - year_row["likely_low"] <= month_row["likely_high"] - month_row["likely_low"]


def test_what_is_no_whole_month_has_no_year(small):
    assert "online_payment_share" not in units.over_twelve_months(small, NGHI_SON).get_column("measure").to_list()


def test_each_period_by_itself_uses_its_own_figures(small):
    rows = pl.read_parquet(small.folder / "standings.parquet").filter(
        pl.col("measure") == "on_time_share", pl.col("scope") == "38", pl.col("rank").is_not_null()
    )
    found = places.by_themselves(small, rows)

    assert found.height == rows.height and found.get_column("error").null_count() == 0
    assert (found.get_column("window_start") == found.get_column("period_start")).all()
