"""p′ charts: Laney's limits as another program draws them, few dossiers, the ceiling, and months that stand out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.truth import process_marks as truth
from ranking.p_prime import fitted, p_prime_limits
from ranking.process_limits import Shares, marks, p_prime, p_prime_each, p_prime_marks, xmr

# Computed by the P′ chart of qicharts2 0.8.1 (commit 1b9487e, option qic.screenedmr) in R 4.2.2. "accidents":
# attendances seen within four hours, 20 weeks, from Mohammed and others, Quality and Safety in Health Care 22, 2013.
REFERENCE = pl.read_csv(Path(__file__).parent / "data" / "p_prime.csv", comment_prefix="#")

counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
months = st.lists(st.none() | counts, min_size=1, max_size=20)


@pytest.mark.parametrize("series", ["accidents", "made up"])
def test_limits_are_those_of_another_program(series):
    rows = REFERENCE.filter(pl.col("series") == series)
    x, n = (rows.get_column(name).cast(pl.Float64).to_numpy()[np.newaxis] for name in ("numerator", "denominator"))
    fit = fitted(x, n)
    lower, upper = p_prime_limits(fit, n)
    assert fit.level[0] == pytest.approx(rows.get_column("level").to_numpy())
    assert lower[0] == pytest.approx(rows.get_column("lower").to_numpy(), abs=1e-9)
    assert upper[0] == pytest.approx(rows.get_column("upper").to_numpy(), abs=1e-9)


def test_limits_by_hand():
    """All months 40 or 60 of 100: level 0.5, one standard error 5 points, ranges of 4 of them, σ_z 4 / 1.128."""
    points = _chart([40, 60] * 6, [100] * 12)
    half = 3 * 5 * 4 / 1.128
    assert points[0].limits.mean == pytest.approx(50)
    assert (points[3].lower, points[3].upper) == pytest.approx((50 - half, 50 + half))


def test_a_month_of_more_dossiers_has_narrower_limits():
    points = _chart([90, 360, 91, 362, 89, 358, 90, 361], [100, 400] * 4)
    few, many = points[0], points[1]
    assert few.limits.mean - few.lower == pytest.approx(2 * (many.limits.mean - many.lower), rel=0.01)
    assert few.lower < few.limits.lower < many.lower


def test_one_month_that_falls_is_the_one_that_is_marked():
    shares = [97, 97.5, 97.2, 97.4, 97.1, 60]
    for n in (200, 1000, 20_000):
        points = _chart([share * n / 100 for share in shares], [n] * 6)
        assert [point.mark for point in points] == ["common"] * 5 + ["concern"]
        assert points[0].limits.mean == pytest.approx(97.24)
    assert [point.mark for point in xmr(shares)] == ["common"] * 5 + ["concern"]


@pytest.mark.parametrize("late", [0, 1])
def test_months_at_the_ceiling_are_no_run(late):
    """At 100 % but for one dossier: 14 months above the mean are what 99.8 % look like with 35 dossiers."""
    points = _chart([35 - late, *[35] * 14], [35] * 15)
    assert {point.mark for point in points} == {"common"}
    assert points[0].limits.mean == pytest.approx(100 * (525 - late) / 525)


@pytest.mark.parametrize("late", [3, 7, 35])
def test_a_bad_month_at_the_ceiling_is_marked_and_not_the_good_ones(late):
    points = _chart([*[35] * 14, 35 - late], [35] * 15)
    assert [point.mark for point in points] == ["common"] * 14 + ["concern"]


def test_a_rise_that_lasts_is_marked_by_the_sum_where_the_run_may_not_be_used():
    """Late of 35: about 3.5 in ten months, none in the next six; so the months below the mean are too likely a run."""
    points = _chart([31, 32, 31, 31, 32, 31, 32, 31, 31, 32, *[35] * 6], [35] * 16)
    assert [point.rules for point in points[-3:]] == [("cusum",)] * 3
    assert [point.mark for point in points[-3:]] == ["improvement"] * 3


def test_seven_on_one_side_are_a_shift_where_chance_seldom_makes_them():
    points = _chart([480, 520] * 4 + [560, 590, 570, 580, 560, 590, 570], [1000] * 15)
    assert all("shift" in point.rules for point in points)


def test_shares_without_counts_have_the_chart_of_their_values():
    values = [90.0, 92, 91, 93, 90, 92, 91, 95]
    series = Shares(values, [None] * 8, [None] * 8)
    assert p_prime(series) == xmr(values)
    partly = Shares(values, [9.0, *[None] * 7], [10.0, *[None] * 7])
    assert p_prime(partly) == xmr(values)


@pytest.mark.parametrize("counts", [([11], [10]), ([-1], [10]), ([5], [0])])
def test_counts_that_make_no_share_are_not_used(counts):
    values = [90.0, 92, 91, 93, 90, 92]
    series = Shares(values, counts[0] * 6, counts[1] * 6)
    assert p_prime(series) == xmr(values)


def test_sequences_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="2 values, 1 numerators and 2 denominators: one of each per month"):
        p_prime(Shares([1, 2], [1], [1, 2]))


@given(st.lists(months, max_size=5), st.sampled_from(["up", "down", "neutral"]))
def test_many_series_have_the_points_of_the_single_charts(table, improvement):
    rows = [_shares(row) for row in table]
    charts = [p_prime(row, improvement) for row in rows]
    assert p_prime_each(rows, [improvement] * len(rows)) == charts
    for row, chart in zip(rows, charts, strict=True):
        assert p_prime_marks([row], improvement) == [tuple(point.mark for point in chart)]


@given(months)
def test_turning_on_time_into_late_turns_good_into_bad(row):
    late = [None if pair is None else (pair[1] - pair[0], pair[1]) for pair in row]
    assert [p.mark for p in p_prime(_shares(row), "up")] == [p.mark for p in p_prime(_shares(late), "down")]


@given(months)
def test_limits_hold_the_mean_and_gaps_have_none(row):
    for point in p_prime(_shares(row)):
        if point.limits and point.value is not None:
            assert point.lower <= point.limits.mean <= point.upper
        else:
            assert (point.lower, point.upper) == (None, None)


def test_marks_of_a_frame_are_those_of_the_counts():
    late = [4, 3, 4, 4, 3, 4, 3, 4, 4, 0, 0, 0, 0, 0, 0]
    frame = pl.DataFrame(
        {
            "unit_code": ["00001"] * 15,
            "period_start": pl.date_range(pl.date(2025, 7, 1), pl.date(2026, 9, 1), "1mo", eager=True),
            "numerator": [35.0 - n for n in late],
            "denominator": [35.0] * 15,
        }
    ).with_columns(value=100 * pl.col("numerator") / pl.col("denominator"))
    last = _chart([35 - n for n in late], [35] * 15)[-1]
    assert marks(frame, "up", shares=True).row(0) == ("00001", last.mark, False)
    assert last.mark == "improvement"


@pytest.mark.parametrize("name", truth.PROCESSES)
def test_where_nothing_happens_at_most_two_in_a_hundred_last_months_are_marked(name):
    """2 % in bench/truth with 200 draws; here 60, that is 1,200 charts, whose own chance is half a point."""
    assert truth.marked(truth.PROCESSES[name], draws=60).p_prime < 0.02


def test_what_happens_is_noticed():
    assert truth.noticed(truth.PROCESSES["35 dossiers at 97 %"], 0.85, 3, draws=20) > 0.6
    assert truth.noticed(truth.PROCESSES["270 dossiers at 94 %"], 0.85, 3, draws=20) > 0.95


def _chart(numerators: list[float], denominators: list[float]):
    return p_prime(Shares.of(numerators, denominators))


def _shares(row: list[tuple[int, int] | None]) -> Shares:
    return Shares.of(*([None if pair is None else pair[at] for pair in row] for at in (0, 1)))
