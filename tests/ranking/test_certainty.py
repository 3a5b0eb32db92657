"""Certainty of standings: the right error for each kind of measure, and null where it is not known."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from files.places import HOME
from ranking.certainty import with_certainty, with_errors
from ranking.dispersions import inflation_of
from ranking.intervals import wilson
from ranking.measures import Measure, registry
from ranking.overdispersion import overdispersion
from ranking.periods import calendar_period
from ranking.score_certainty import SCHEMA
from ranking.standings import standings
from ranking.tables import Measurements, Standings

MEASURES = registry({path.name: path.read_text(encoding="utf-8") for path in (HOME / "data/measures").glob("*.yaml")})
SHARE, DAYS, COUNT = MEASURES["on_time_share"], MEASURES["processing_days"], MEASURES["open_overdue"]
RATE, SCORE = MEASURES["received_per_day"], MEASURES["index_766"]
EIGHT_MONTHS = range(1, 9)
GIVEN = [name for name in SCHEMA if not name.startswith("given")]
FILLED = ["rank_low", "rank_high", "band"]
OWN = ["value_low", "value_high", *FILLED, "rho", "known", "bond"]


def test_a_single_pull_is_compared_with_the_middle_unit():
    """90, 85 and 5 of 100: the first two can't be told apart, and the second is the middle one."""
    rows = _rows(SHARE, {"00001": (90, 100), "00002": (85, 100), "00003": (5, 100)})
    assert _filled(SHARE, rows) == {
        "00001": (1, 2, "alike"),
        "00002": (1, 2, "alike"),
        "00003": (3, 3, "below"),
    }
    assert inflation_of(rows, SHARE) == 1.0


def test_without_months_the_assumed_rho_widens_the_interval_and_says_so():
    """Of 900 in 1,000 with ρ 0.0026: φ = 1 + 999 · 0.0026 = 3.6, so Wilson's interval of 250.2 in 278.0."""
    rows = _rows(SHARE, {"00001": (900, 1000), "00002": (800, 1000)})
    row = with_certainty(_standings(SHARE, rows), rows, SHARE, rows).row(0, named=True)
    low, high = wilson(900 / 3.5974, 1000 / 3.5974)
    assert (row["value_low"], row["value_high"]) == pytest.approx((100 * low, 100 * high))
    assert (row["rho"], row["known"]) == (0.0026, "assumed")


def test_rho_and_how_it_is_known_travel_with_each_rank():
    two = [_rows(SHARE, _scattered(40, month), month=month) for month in (7, 8)]
    many = [_rows(SHARE, _scattered(40, month), month=month) for month in EIGHT_MONTHS]
    for rows, known in ((pl.concat(two), "pairs"), (pl.concat(many), "measured")):
        found = with_certainty(_standings(SHARE, rows), rows, SHARE, rows)
        assert found.get_column("known").unique().to_list() == [known]
        assert found.get_column("rho").unique().to_list() == pytest.approx([overdispersion(rows, 0.1).rho])


def test_a_derived_figure_says_nothing_of_chance():
    rows = pl.concat([_rows(SHARE, _scattered(40, month), month=month) for month in EIGHT_MONTHS])
    derived = rows.with_columns(quality=pl.lit("derived: 2026-Q3 - 2026-08 - 2026-09"))
    found = with_certainty(_standings(SHARE, rows), rows, SHARE, derived)
    assert found.get_column("known").unique().to_list() == ["assumed"]


def test_what_was_published_of_the_error_stands():
    """A later reader has not all the rows that ρ was taken from, and must not find another one."""
    rows = pl.concat([_rows(SHARE, _scattered(40, month), month=month) for month in EIGHT_MONTHS])
    first = with_certainty(_standings(SHARE, rows), rows, SHARE, rows)
    again = with_certainty(first, rows, SHARE, rows.clear())
    assert again.equals(first)


def test_noise_from_month_to_month_widens_the_sets():
    rows = _rows(SHARE, {"00001": (900, 1000), "00002": (800, 1000)})
    shaky = {
        month: {f"{unit:05d}": (900 - 400 * ((unit + month) % 2), 1000) for unit in range(9)} for month in range(1, 7)
    }
    history = pl.concat([_rows(SHARE, units, month=month) for month, units in shaky.items()])
    assert inflation_of(history, SHARE) > 10
    assert _filled(SHARE, rows)["00001"] == (1, 1, "above")
    assert _filled(SHARE, rows, history)["00001"] == (1, 2, "alike")


def test_another_measure_and_the_old_communes_are_no_history():
    history = _history(SHARE, {"00001": [(10, 90)[month % 2] for month in EIGHT_MONTHS]}, denominator=100)
    assert inflation_of(history, SHARE) > 10
    assert inflation_of(history, MEASURES["e_result_share"]) == 1.0
    two_years = pl.duration(days=730)
    old = history.with_columns(pl.col("period_start") - two_years, pl.col("period_end") - two_years)
    assert inflation_of(old, SHARE) == 1.0


def test_each_series_has_its_own_inflation():
    rows = _rows(SHARE, {"00001": (900, 1000), "00002": (800, 1000)})
    shaky = {f"{unit:05d}": [(100, 900)[(unit + month) % 2] for month in EIGHT_MONTHS] for unit in range(5)}
    history = _history(SHARE, shaky, denominator=1000)
    assert _filled(SHARE, rows, history)["00001"] == (1, 2, "alike")
    other = history.with_columns(series=pl.lit("766-2025"))
    assert _filled(SHARE, rows, other)["00001"] == (1, 1, "above")


def test_fewer_days_are_better():
    rows = _rows(DAYS, {"00001": (1.0, None), "00002": (2.0, None), "00003": (9.0, None)})
    steady = {unit: [days + (0.01, -0.01)[month % 2] for month in EIGHT_MONTHS] for unit, days in _values(rows)}
    assert _filled(DAYS, rows, _history(DAYS, steady)) == {
        "00001": (1, 1, "above"),
        "00002": (2, 2, "alike"),
        "00003": (3, 3, "below"),
    }


@pytest.mark.parametrize("measure", [DAYS, SCORE])
def test_a_score_without_six_months_is_not_known(measure: Measure):
    rows = _rows(measure, {"00001": (1.0, None), "00002": (2.0, None)})
    short = _history(measure, {"00001": [1.0, 2, 3, 4, 5], "00002": [5.0, 4, 3, 2, 1]})
    assert set(_filled(measure, rows).values()) == {(None, None, None)}
    assert set(_filled(measure, rows, short).values()) == {(None, None, None)}


def test_the_first_days_of_a_month_are_less_sure():
    steady = {"00001": [1 + 0.5 * (month % 2) for month in EIGHT_MONTHS], "00002": [2.0] * 8}
    month = _rows(DAYS, {"00001": (1.0, None), "00002": (2.0, None)})
    start = month.with_columns(period_end=date(2026, 8, 3), period_kind=pl.lit("to_date"))
    assert _filled(DAYS, month, _history(DAYS, steady))["00001"][:2] == (1, 1)
    assert _filled(DAYS, start, _history(DAYS, steady))["00001"][:2] == (1, 2)


def test_a_count_has_poisson_error_until_its_own_months_are_known():
    """4 and 20 overdue dossiers differ by 16, with pure chance by 5.5; months that jump make it 3 times that."""
    rows = _rows(COUNT, {"00001": (4, None), "00002": (20, None)})
    jumping = {"00001": [0, 16] * 4, "00002": [4, 40] * 4}
    assert _filled(COUNT, rows) == {"00001": (1, 1, "above"), "00002": (2, 2, "alike")}
    assert _filled(COUNT, rows, _history(COUNT, jumping))["00001"] == (1, 2, "alike")


def test_months_that_lie_nearer_together_than_chance_has_them_are_chance_too():
    """A count that stands still has the error of pure chance, none below: such a spread once ended the publishing."""
    rows = _rows(COUNT, {"00001": (4, None), "00002": (20, None)})
    still = _history(COUNT, {"00001": [4] * 8, "00002": [20, 20, 20, 20, 20, 20, 20, 21]})
    known = with_errors(_standings(COUNT, rows), rows, COUNT, still)
    assert known.get_column("inflation").to_list() == [1.0] * known.height
    assert _filled(COUNT, rows, still) == {"00001": (1, 1, "above"), "00002": (2, 2, "below")}


def test_seventy_two_overdue_dossiers_are_more_than_four():
    """On the scale of the root the error of a large count is no larger, so that it is told from the middle one."""
    rows = _rows(COUNT, {f"{unit:05d}": (4, None) for unit in range(30)} | {"00072": (72, None)})
    assert _filled(COUNT, rows)["00072"][2] == "below"
    assert _filled(COUNT, rows)["00001"][2] == "alike"


def test_a_score_of_a_single_pull_has_the_error_of_the_counts_it_rests_on():
    rows = _rows(SCORE, {"00001": (90.0, None), "00002": (80.0, None), "00003": (79.0, None)})
    given = rows.select(*GIVEN, given_error=pl.lit(1.5), given_known=pl.lit("pairs"))
    table = _standings(SCORE, rows)
    errors = with_errors(table, rows, SCORE, rows, given=given)
    row = with_certainty(table, rows, SCORE, rows, errors=errors).row(0, named=True)
    assert (row["rank_low"], row["rank_high"], row["known"]) == (1, 1, "pairs")
    assert (row["value_low"], row["value_high"]) == pytest.approx((90 - 1.96 * 1.5, 90 + 1.96 * 1.5), abs=0.001)


def test_a_rate_has_poisson_error():
    """With the assumed ρ of 0.01 the error of 900 is that of chance times √(1 + 9): ± 190."""
    rows = _rows(RATE, {"00001": (900, 20), "00002": (400, 20), "00003": (390, 20)})
    assert _filled(RATE, rows) == {
        "00001": (1, 1, "above"),
        "00002": (2, 3, "alike"),
        "00003": (2, 3, "alike"),
    }


def test_a_unit_without_a_rank_stays_null_and_is_no_rival():
    rows = _rows(SHARE, {"00001": (90, 100), "00002": (80, 100), "00003": (0, 5), "00004": (0, 0)})
    found = _filled(SHARE, rows)
    assert found["00001"][:2] == found["00002"][:2] == (1, 2)
    assert found["00003"] == found["00004"] == (None, None, None)


def test_a_numerator_beyond_its_denominator_could_stand_anywhere():
    rows = _rows(SHARE, {"00001": (120, 100), "00002": (90, 100), "00003": (5, 100)})
    found = _filled(SHARE, rows)
    assert found["00001"] == (None, None, None)
    assert found["00002"][:2] == (1, 2)
    assert found["00003"][:2] == (2, 3)


def test_ties_and_rounding_keep_the_rank_in_its_set():
    rng = np.random.default_rng(766)
    n = rng.integers(30, 400, 120)
    rows = _rows(SHARE, {f"{unit:05d}": (rng.binomial(size, 0.9), size) for unit, size in enumerate(n)})
    table = _standings(SHARE, rows)
    found = with_certainty(table, rows, SHARE, rows)
    assert found.filter((pl.col("rank_low") > pl.col("rank")) | (pl.col("rank") > pl.col("rank_high"))).is_empty()
    assert found.filter(pl.col("rank_high") > pl.col("of")).is_empty()
    assert found.get_column("rank_low").null_count() == 0


def test_only_its_own_columns_change():
    rows = _rows(SHARE, {"00001": (90, 100), "00002": (80, 100), "00003": (0, 0)})
    table = _standings(SHARE, rows).sample(fraction=1, shuffle=True, seed=766)
    found = with_certainty(table, rows, SHARE, rows)
    assert found.drop(OWN).equals(table.drop(OWN))
    assert Standings.validate(found).height == table.height


def test_the_sets_are_those_of_the_group_alone():
    first = _rows(SHARE, {f"{unit:05d}": (95 - 5 * unit, 100) for unit in range(9)}, month=7)
    second = _rows(SHARE, {f"{unit:05d}": (50 + 5 * unit, 100) for unit in range(9)}, month=8)
    both = pl.concat([first, second])
    table = with_certainty(_standings(SHARE, both), both, SHARE, both.clear())
    alone = with_certainty(_standings(SHARE, first), first, SHARE, first.clear())
    assert table.filter(pl.col("period_start") == date(2026, 7, 1)).equals(alone)


def test_rank_sets_of_the_country_can_be_left_to_the_latest_periods():
    months = [_rows(SHARE, {"00001": (95, 100), "00002": (40, 100)}, month=month) for month in (6, 7, 8)]
    rows = pl.concat(months)
    found = with_certainty(_standings(SHARE, rows), rows, SHARE, rows, country_periods=1)
    known = found.filter(pl.col("rank_low").is_not_null()).group_by("scope").agg(pl.col("period_start").n_unique())
    assert dict(known.iter_rows()) == {"VN": 1, "01": 3}
    assert found.get_column("band").null_count() == 0


def test_no_standings_at_all():
    rows = _rows(SHARE, {"00001": (95, 100)}).clear()
    table = Standings.create_empty()
    assert with_certainty(table, rows, SHARE, rows).is_empty()


def _rows(measure: Measure, units: dict[str, tuple[float, float | None]], month: int = 8) -> pl.DataFrame:
    period = calendar_period("month", 2026, month)
    score = measure.kind == "score"
    rows = [
        {
            "unit_code": unit,
            "level": "commune",
            "period_start": period.start,
            "period_end": period.end,
            "period_kind": "month",
            "series": measure.series[-1],
            "measure": measure.id,
            "field": "all",
            "numerator": None if score else numerator,
            "denominator": denominator,
            "score": numerator if score else None,
            "max_score": measure.max_score if score else None,
            "state": "no_dossiers" if denominator == 0 else "reported",
            "provisional": False,
            "basis": measure.basis[0],
            "quality": None,
            "source": "test",
            "captured_at": datetime(2026, 9, 26, tzinfo=UTC),
        }
        for unit, (numerator, denominator) in units.items()
    ]
    return Measurements.validate(pl.DataFrame(rows, Measurements.create_empty().schema))


def _scattered(units: int, month: int) -> dict[str, tuple[float, float | None]]:
    rng = np.random.default_rng(month)
    return {f"{unit:05d}": (int(rng.binomial(400, rng.beta(90, 10))), 400) for unit in range(units)}


def _history(measure: Measure, units: dict[str, list[float]], denominator: float | None = None) -> pl.DataFrame:
    months = range(len(next(iter(units.values()))))
    parts = ({unit: (values[month], denominator) for unit, values in units.items()} for month in months)
    return pl.concat([_rows(measure, part, month) for month, part in enumerate(parts, start=1)])


def _standings(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    codes = rows.select(pl.col("unit_code").unique())
    return standings(rows, measure, codes.with_columns(level=pl.lit("commune"), province_code=pl.lit("01")))


def _filled(measure: Measure, rows: pl.DataFrame, history: pl.DataFrame | None = None) -> dict[str, tuple]:
    """What is filled in for each unit in its province."""
    found = with_certainty(_standings(measure, rows), rows, measure, rows if history is None else history)
    own = found.filter(scope="01").select("unit_code", *FILLED)
    return {unit: tuple(filled) for unit, *filled in own.iter_rows()}


def _values(rows: pl.DataFrame) -> list[tuple[str, float]]:
    return list(rows.select("unit_code", "numerator").iter_rows())
