"""Who is likely in the first or the last third, and who can't be told."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ranking.standings import standings
from ranking.tables import Standings
from ranking.tiers import FILLED, latest, with_tiers
from store.reference import measures
from tests.ranking.test_windows import errors_of, rows_of

SHARE, OVERDUE = measures()["on_time_share"], measures()["open_overdue_share"]


def _apart(units: int, n: int = 2000) -> dict[str, tuple]:
    """Shares eleven points apart, the best first."""
    return {f"{unit:05d}": (n * (99 - 11 * unit) // 100, n) for unit in range(units)}


def _tiers(measure, rows: pl.DataFrame, *, window: str = "four", groups=None) -> pl.DataFrame:
    codes = rows.select(pl.col("unit_code").unique()).with_columns(level=pl.lit("commune"), province_code=pl.lit("01"))
    table, errors = standings(rows, measure, codes), errors_of(measure, rows)
    found = with_tiers(table, errors, measure, groups(errors) if groups else None, window)
    assert Standings.validate(found).drop(FILLED).equals(table.drop(FILLED))
    return found


def _of(found: pl.DataFrame, name: str, month: int = 8) -> list:
    return found.filter(scope="01", period_start=date(2026, month, 1)).sort("unit_code").get_column(name).to_list()


def test_units_far_apart_are_told():
    found = _tiers(SHARE, rows_of(SHARE, 8, _apart(9)))
    assert _of(found, "tier") == ["first"] * 3 + ["middle"] * 3 + ["last"] * 3
    assert _of(found, "expected_rank") == pytest.approx(range(1, 10), abs=0.2)
    assert sum(_of(found, "expected_rank")) == pytest.approx(45, abs=0.01)


def test_where_less_is_better_the_first_are_the_lowest():
    assert _of(_tiers(OVERDUE, rows_of(OVERDUE, 8, _apart(9))), "tier") == ["last"] * 3 + ["middle"] * 3 + ["first"] * 3


def test_units_that_differ_by_chance_alone_are_not_told():
    rng = np.random.default_rng(766)
    alike = {f"{unit:05d}": (int(rng.binomial(200, 0.94)), 200) for unit in range(60)}
    found = _tiers(SHARE, rows_of(SHARE, 8, alike))
    assert set(_of(found, "tier")) == {"middle"}
    assert min(high - low for low, high in zip(_of(found, "likely_low"), _of(found, "likely_high"), strict=True)) >= 53


def test_of_two_units_there_is_no_third():
    found = _tiers(SHARE, rows_of(SHARE, 8, _apart(2)))
    assert _of(found, "tier") == ["middle", "middle"]
    assert _of(found, "p_first") == [0, 0]


def test_who_has_too_few_dossiers_or_no_sound_figure_has_no_place():
    found = _tiers(SHARE, rows_of(SHARE, 8, _apart(6) | {"00100": (5, 5), "00101": (700, 600)}))
    assert _of(found, "tier")[-2:] == [None, None]
    assert _of(found, "expected_rank")[-2:] == [None, None]
    assert _of(found, "likely_high")[0] == 2  # the one of whom nothing is known could be better


def test_a_measure_without_a_good_side_has_no_tiers():
    received = measures()["received"]
    rows = rows_of(received, 8, {unit: (x, None) for unit, (x, _) in _apart(9).items()})
    assert set(_of(_tiers(received, rows), "tier")) == {None}


def test_more_months_tell_more():
    rng = np.random.default_rng(7)
    true = {f"{unit:05d}": 0.88 + 0.001 * unit for unit in range(90)}
    drawn = [{unit: (int(rng.binomial(300, p)), 300) for unit, p in true.items()} for _ in range(8)]
    rows = pl.concat([rows_of(SHARE, month, units) for month, units in enumerate(drawn, start=1)])
    one, four = (_tiers(SHARE, rows, window=window) for window in ("period", "four"))
    told = [sum(tier != "middle" for tier in _of(found, "tier")) for found in (one, four)]
    assert told[0] < told[1]
    assert set(_of(four, "window_start")) == {date(2026, 5, 1)}


def test_only_the_latest_months_are_asked_for():
    rows = pl.concat([rows_of(SHARE, month, _apart(9)) for month in range(4, 9)])
    found = _tiers(SHARE, rows, groups=lambda errors: latest(errors, 3, 1))
    start = pl.col("period_start")
    known = found.drop_nulls("tier").group_by("scope").agg(months=start.n_unique(), last=start.max())
    assert sorted(known.iter_rows()) == [("01", 3, date(2026, 8, 1)), ("VN", 1, date(2026, 8, 1))]
