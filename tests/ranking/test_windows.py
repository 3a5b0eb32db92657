"""Several months as one: when they make a window, and what they say together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bench.truth import windows as truth
from bench.truth.shares import WORLDS
from ranking.ages import age
from ranking.certainty import GROUP, with_errors
from ranking.measures import Measure
from ranking.month_bonds import ASSUMED_BOND
from ranking.periods import calendar_period
from ranking.standings import standings
from ranking.tables import Measurements
from ranking.windows import first_month, windows
from store.reference import measures

REFERENCE = pl.read_csv(Path(__file__).parent / "data" / "windows.csv", comment_prefix="#")
SHARE, FORM, SCORE = (measures()[name] for name in ("on_time_share", "on_time_share_form", "index_766"))


def rows_of(measure: Measure, month: int, units: dict[str, tuple], **other: object) -> pl.DataFrame:
    """One month of 2026, captured 26 days after its end unless said otherwise."""
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
            "numerator": None if score else figures[0],
            "denominator": None if score else figures[1],
            "score": figures[0] if score else None,
            "max_score": measure.max_score if score else None,
            "state": "reported",
            "provisional": False,
            "basis": measure.basis[0],
            "quality": None,
            "source": "test",
            "captured_at": datetime.combine(period.end, datetime.min.time(), UTC) + timedelta(days=26),
            **other,
        }
        for unit, figures in units.items()
    ]
    return Measurements.validate(pl.DataFrame(rows, Measurements.create_empty().schema))


def errors_of(measure: Measure, rows: pl.DataFrame) -> pl.DataFrame:
    codes = rows.select(pl.col("unit_code").unique()).with_columns(level=pl.lit("commune"), province_code=pl.lit("01"))
    return with_errors(standings(rows, measure, codes), rows, measure, rows, beside=[age()])


def _window(measure: Measure, rows: pl.DataFrame, months: int) -> dict[str, dict]:
    """Of each unit in the province, the window that ends with August."""
    errors = errors_of(measure, rows)
    august = errors.filter(scope="01", period_start=date(2026, 8, 1)).select(GROUP).unique()
    return {row["unit_code"]: row for row in windows(errors, august, measure, months).iter_rows(named=True)}


def _share(row: dict) -> float:
    """The share that an estimate on the arcsine scale stands for."""
    size = 0.25 / row["error"] ** 2 - 0.5
    return float((np.sin(row["estimate"]) ** 2 * (size + 0.75) - 0.375) / size)


def _size(row: dict) -> float:
    return 0.25 / row["error"] ** 2 - 0.5


FOUR = {5: (90, 100), 6: (190, 200), 7: (270, 300), 8: (400, 400)}


def _in_common(weights: dict[int, float]) -> float:
    """2 · Σ over the pairs of months of weight · weight · bond^distance."""
    return 2 * sum(
        weights[one] * weights[other] * ASSUMED_BOND ** (other - one) for one, other in combinations(weights, 2)
    )


def test_months_of_a_form_are_added_up():
    """950 of 1,000; φ of a month 1 + (n − 1)ρ, ρ 0.01: Σnφ = 1,000 + 0.01 · (30·10⁴ − 1,000), n_eff = n²/(Σnφ + …).

    Four months don't tell how alike they are, so it is assumed.
    """
    found = _window(
        FORM, pl.concat([rows_of(FORM, month, {"1" * 5: of, "2" * 5: (1, 100)}) for month, of in FOUR.items()]), 4
    )
    row = found["1" * 5]
    assert row["window_start"] == date(2026, 5, 1)
    assert _share(row) == pytest.approx(0.95)
    alike = 0.01 * _in_common({month: n for month, (_, n) in FOUR.items()})
    assert _size(row) == pytest.approx(1000**2 / (1000 + 0.01 * (300_000 - 1000) + alike))


def test_months_of_the_portal_are_averaged_by_their_precision():
    rho = SHARE.assumed_rho.value
    found = _window(
        SHARE, pl.concat([rows_of(SHARE, month, {"1" * 5: of, "2" * 5: (1, 100)}) for month, of in FOUR.items()]), 4
    )
    weights = {month: n / (1 + (n - 1) * rho) for month, (_, n) in FOUR.items()}
    mean = sum(weights[month] * x / n for month, (x, n) in FOUR.items()) / sum(weights.values())
    assert _share(found["1" * 5]) == pytest.approx(mean)
    precise = sum(weights.values())
    assert _size(found["1" * 5]) == pytest.approx(precise**2 / (precise + rho * _in_common(weights)))


@pytest.mark.parametrize(("measure", "column"), [(FORM, "added"), (SHARE, "mean")])
@pytest.mark.parametrize("months", [4, 12])
def test_effective_sizes_are_those_of_the_whole_matrix_of_covariances(measure, column, months):
    """R multiplies weights with all covariances; some units were silent in a month in between."""
    cases = REFERENCE.filter((pl.col("month").max().over("case") == 11) == (months == 12))
    rules = {"level": "commune", "series": "-", "basis": measure.basis[0], "scope": "01", "period_kind": "month"}
    rows = cases.select(
        *(pl.lit(value).alias(name) for name, value in rules.items()),
        *("rho", "bond", column),
        unit_code=pl.col("case").cast(pl.String),
        period_start=pl.date(2026, pl.col("month") + 1, 1),
        numerator=0.9 * pl.col("n"),
        denominator=pl.col("n").cast(pl.Float64),
        inflation=1 + (pl.col("n") - 1) * pl.col("rho"),
        value=90.0,
        age=60,
    ).with_columns(period_end=pl.col("period_start").dt.month_end())
    group = rows.filter(pl.col("period_start") == pl.col("period_start").max()).select(GROUP).unique()
    found = windows(rows, group, measure, months).join(rows.select("unit_code", column).unique(), on="unit_code")
    assert found.height == cases.get_column("case").n_unique()
    sizes = [_size(row) for row in found.iter_rows(named=True)]
    assert sizes == pytest.approx(found.get_column(column).to_list(), rel=1e-6)


def test_twelve_months_hold_the_true_share_where_their_luck_lasts():
    """95 % in bench/truth with 100 draws; 82 % if months were taken as independent."""
    held = truth.held(WORLDS["AR 0.6"], draws=8)
    assert held.bond == pytest.approx(0.6, abs=0.1)
    assert 0.92 <= held.cover_by_size.mean() <= 0.98
    assert held.apart < 0.88


def test_a_score_is_the_mean_of_its_months():
    values = {month: {"1" * 5: (80.0 + month % 2, None), "2" * 5: (60.0, None)} for month in range(1, 9)}
    row = _window(SCORE, pl.concat([rows_of(SCORE, month, of) for month, of in values.items()]), 4)["1" * 5]
    assert row["estimate"] == pytest.approx(80.5)
    assert row["window_start"] == date(2026, 5, 1)


def test_a_month_that_a_unit_did_not_report_is_left_out_of_its_own_average():
    rows = [rows_of(FORM, month, {"1" * 5: of, "2" * 5: (50, 100)}) for month, of in FOUR.items()]
    rows[1] = rows[1].filter(pl.col("unit_code") != "1" * 5)
    found = _window(FORM, pl.concat(rows), 4)
    assert _share(found["1" * 5]) == pytest.approx(760 / 800)
    assert _share(found["2" * 5]) == pytest.approx(0.5)


def _without_june(rows: list[pl.DataFrame]) -> list[pl.DataFrame]:
    return [rows[0], *rows[2:]]


def _older_rules(rows: list[pl.DataFrame]) -> list[pl.DataFrame]:
    return [rows[0].with_columns(series=pl.lit("766-2025")), *rows[1:]]


def _captured_later(rows: list[pl.DataFrame]) -> list[pl.DataFrame]:
    return [*rows[:2], rows[2].with_columns(pl.col("captured_at") + timedelta(days=20)), rows[3]]


def _still_open(rows: list[pl.DataFrame]) -> list[pl.DataFrame]:
    return [*rows[:3], rows[3].with_columns(pl.col("captured_at") - timedelta(days=26))]


@pytest.mark.parametrize("spoilt", [_without_june, _older_rules, _captured_later, _still_open])
def test_without_four_months_that_compare_the_period_stands_by_itself(spoilt):
    months = [rows_of(SHARE, month, {"1" * 5: of, "2" * 5: (50, 100)}) for month, of in FOUR.items()]
    row = _window(SHARE, pl.concat(spoilt(months)), 4)["1" * 5]
    assert row["window_start"] == date(2026, 8, 1)
    assert _size(row) == pytest.approx(400 / (1 + 399 * SHARE.assumed_rho.value))


def test_a_window_runs_over_the_turn_of_the_year():
    assert first_month(date(2026, 2, 28), 4) == date(2025, 11, 1)
    assert first_month(date(2026, 12, 31), 12) == date(2026, 1, 1)
    assert first_month(date(2026, 1, 31), 1) == date(2026, 1, 1)
