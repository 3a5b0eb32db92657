"""What a place's figures over time say in words: which periods stand beside each other in its sentence."""

from __future__ import annotations

import polars as pl

from display.words import over_time
from ranking.periods import Period, calendar_period, parse


def rows(*periods: Period, series: str = "766-2026") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "period_start": [period.start for period in periods],
            "period_end": [period.end for period in periods],
            "period_kind": [period.kind for period in periods],
            "series": [series] * len(periods),
        }
    )


def told(frame: pl.DataFrame) -> list[str]:
    kept = over_time.apart(frame)
    return [Period(*row).id for row in kept.select("period_start", "period_end", "period_kind").iter_rows()]


def test_a_longer_period_stands_beside_the_months_that_it_does_not_hold():
    july, august = (calendar_period("month", 2026, number) for number in (7, 8))
    second, third = (calendar_period("quarter", 2026, number) for number in (2, 3))
    assert told(rows(august, third, second, july)) == [second.id, july.id, august.id]


def test_the_year_to_date_is_no_piece_of_a_course():
    assert told(rows(parse("2026-08"), Period(parse("2026-01").start, parse("2026-09").end, "to_date"))) == ["2026-08"]


def test_values_of_older_rules_are_left_out():
    older, newer = rows(parse("2025-12"), series="766-2025"), rows(parse("2026-01"))
    assert told(pl.concat([newer, older])) == ["2026-01"]


def test_without_rows_nothing_is_kept():
    assert over_time.apart(rows().cast({"period_start": pl.Date})).is_empty()
