"""Two periods are set against each other only if both were over and equally old when they were captured."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from ranking.ages import SETTLED_DAYS, age, captured_on, comparable
from ranking.movement import with_movement
from ranking.periods import Period, parse
from ranking.standings import standings, unit_scopes
from ranking.tables import Measurements
from store.reference import measures, reference_table

SHARE = measures()["on_time_share"]
AUGUST, SEPTEMBER = parse("2026-08"), parse("2026-09")


def rows(period: Period, captured: date, basis: str = "portal", shares: dict[str, int] | None = None) -> pl.DataFrame:
    said = [
        {
            "unit_code": code,
            "level": "commune",
            "period_start": period.start,
            "period_end": period.end,
            "period_kind": period.kind,
            "series": "766-2026",
            "measure": SHARE.id,
            "field": "all",
            "numerator": float(share),
            "denominator": 100.0,
            "state": "reported",
            "provisional": captured <= period.end,
            "basis": basis,
            "source": "test",
            "captured_at": datetime(captured.year, captured.month, captured.day, 3, tzinfo=UTC),
        }
        for code, share in (shares or {"04792": 90, "04795": 80}).items()
    ]
    return pl.DataFrame(said, schema=Measurements.create_empty().schema, orient="row")


def days_after(period: Period, days: int) -> date:
    return period.end + timedelta(days=days)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (26, 26, True),
        (26, 29, True),
        (26, 30, False),
        (26, 3, False),
        (57, 26, False),
        (SETTLED_DAYS, SETTLED_DAYS + 300, True),
        (SETTLED_DAYS - 1, SETTLED_DAYS + 300, False),
        (1, 1, True),
        (0, 0, False),
        (30, 0, False),
    ],
)
def test_ages_must_be_equal_or_settled(before, after, expected):
    pair = rows(AUGUST, days_after(AUGUST, before)), rows(SEPTEMBER, days_after(SEPTEMBER, after))
    assert comparable(*pair) is expected
    assert comparable(*(frame.with_columns(basis=pl.lit("form")) for frame in pair))


def test_a_running_month_is_never_set_against_a_whole_one():
    running = rows(Period(SEPTEMBER.start, date(2026, 9, 26), "to_date"), date(2026, 9, 26))
    assert not comparable(rows(AUGUST, date(2026, 9, 26)), running)


def test_one_unit_of_another_age_is_enough():
    august = rows(AUGUST, days_after(AUGUST, 26))
    september = rows(SEPTEMBER, days_after(SEPTEMBER, 26))
    late = rows(SEPTEMBER, days_after(SEPTEMBER, 5), shares={"04792": 90})
    assert comparable(august, september)
    assert not comparable(august, pl.concat([september.filter(pl.col("unit_code") != "04792"), late]))


def test_a_day_is_that_of_vietnam():
    midnight = rows(AUGUST, date(2026, 9, 1)).with_columns(captured_at=pl.lit(datetime(2026, 8, 31, 18, tzinfo=UTC)))
    assert midnight.select(captured_on()).to_series().to_list() == [date(2026, 9, 1)] * 2
    assert midnight.select(age()).to_series().to_list() == [1, 1]


@pytest.mark.parametrize(("age_of_september", "moves"), [(26, True), (3, False)])
def test_a_rank_moves_only_between_months_of_one_age(age_of_september, moves):
    figures = pl.concat(
        [
            rows(AUGUST, days_after(AUGUST, 26), shares={"04792": 90, "04795": 80}),
            rows(SEPTEMBER, days_after(SEPTEMBER, age_of_september), shares={"04792": 80, "04795": 90}),
        ]
    )
    scopes = unit_scopes(reference_table("units"), reference_table("provinces"), pl.Series([], dtype=pl.String))
    ranked = with_movement(standings(figures, SHARE, scopes), SHARE.direction, figures)
    assert (ranked.get_column("previous_rank").count() > 0) is moves
    assert (ranked.get_column("movement_own").count() > 0) is moves
