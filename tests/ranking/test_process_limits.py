"""Process limits: 2.66 mean moving ranges around the mean, four rules, and no alarm from a gap or a last digit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import median

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.process_limits import (
    IMPROVEMENT,
    Limits,
    Point,
    Rule,
    assurance,
    marks,
    xmr,
    xmr_each,
    xmr_marks,
)

# Published with its limits in the vignette "Deviations from Excel defaults" of the R package NHSRplotthedots.
PUBLISHED = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
# Mean 51.75; moving ranges 4 2 6 4 2 4 2, mean 24/7; limits 51.75 ± 2.66 · 24/7.
BY_HAND = [50, 54, 52, 46, 50, 52, 56, 54]
# Twelve months that swing between 48 and 52: mean 50, every moving range 4, limits 39.36 to 60.64.
STEADY = [48.0, 52.0] * 6

some_values = st.lists(st.none() | st.integers(0, 8).map(float), min_size=1, max_size=24)
a_direction = st.sampled_from(["up", "down", "neutral"])


def test_limits_as_computed_by_hand():
    limits = xmr(BY_HAND)[0].limits
    assert limits.mean == pytest.approx(51.75)
    assert limits.upper == pytest.approx(51.75 + 2.66 * 24 / 7)
    assert limits.lower == pytest.approx(51.75 - 2.66 * 24 / 7)
    assert (limits.first, limits.last, limits.points) == (0, 7, 8)


def test_limits_as_published_with_outlying_moving_ranges_screened():
    points = xmr(PUBLISHED)
    limits = points[0].limits
    assert [round(level, 2) for level in (limits.upper, limits.mean, limits.lower)] == [4.6, 1.94, -0.72]
    assert [point.index for point in points if point.rules] == [4]
    assert points[4].rules == ("outside",)


def test_screening_happens_once():
    # Ranges 1 ×10, 4 and 40: the mean is 4.5, so 40 goes; of the rest the mean is 14/11, and 4 < 3.267 · 14/11 stays.
    values = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 4, 44]
    limits = xmr(values)[0].limits
    assert limits.upper - limits.mean == pytest.approx(2.66 * 14 / 11)


def test_a_moving_range_that_a_second_screening_would_drop_stays():
    # Ranges 1 ×10, 8 and 60: mean 6.5, so 60 goes; a second pass (mean 18/11) would drop 8 too.
    values = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 8, 68]
    limits = xmr(values)[0].limits
    assert limits.upper - limits.mean == pytest.approx(2.66 * 18 / 11)


def test_screening_never_leaves_limits_of_no_width():
    limits = xmr([100.0] * 11 + [95.0])[0].limits
    assert limits.upper - limits.mean == pytest.approx(2.66 * 5 / 11)


# 60 is 5.9 mean distances from the median.
FALLEN = [97, 97.5, 97.2, 97.4, 97.1, 60]


@pytest.mark.parametrize("values", [FALLEN, [*FALLEN[:5], 97.3, 97.2, 97.4, 97, 60, 97.1, 97.3, 97.2, 97.5, 97]])
@pytest.mark.parametrize("improvement", ["up", "down"])
def test_one_outlying_month_is_marked_and_not_all_the_others(values, improvement):
    marks = {"up": "concern", "down": "improvement"}
    assert [p.mark for p in xmr(values, improvement)] == [marks[improvement] if v == 60 else "common" for v in values]


def test_two_outlying_months_in_a_row_are_marked_and_not_all_the_others():
    values = [*FALLEN[:5], 97.3, 97.2, 97.4, 60, 60.2, 97.1, 97.3, 97.2, 97.5, 97]
    assert [point.index for point in xmr(values) if point.rules] == [8, 9]


def test_an_outlying_month_counts_in_the_mean_where_that_marks_nobody_for_it():
    """As in NHSRplotthedots; `PUBLISHED` is such a series too."""
    assert xmr([40, 60] * 6 + [95])[0].limits.mean == pytest.approx((600 + 95) / 13)


def test_a_level_that_lasts_is_no_outlier():
    values = [1, 3] * 4 + [10, 12] * 3
    assert xmr(values)[0].limits.mean == pytest.approx(sum(values) / 14)


def test_a_constant_series_has_no_special_cause():
    points = xmr([0.1] * 15)
    assert {point.mark for point in points} == {"common"}
    assert points[0].limits.lower == pytest.approx(points[0].limits.upper)


def test_seven_in_a_row_on_one_side_are_a_shift_and_six_are_not():
    assert _ruled(xmr([1, 3] * 4 + [10, 12, 10, 12, 10, 12, 10]), "shift") == list(range(15))
    six = [1, 3, 1, 3, 1, 3, 10, 12, 10, 12, 10, 12]
    assert _ruled(xmr(six), "shift") == []


def test_a_point_on_the_mean_breaks_the_run():
    values = [1, 3, 1, 3, 2, 3, 1, 3, 6, 7, 6, 4, 6, 7, 6, 7]
    assert sum(values) / len(values) == 4.125
    values[11] = 4.125
    values[0] += 4 - 4.125
    assert sum(values) / len(values) == 4.125
    assert _ruled(xmr(values), "shift") == list(range(8))


@pytest.mark.parametrize(("step", "last"), [(1, "improvement"), (-1, "concern")])
def test_seven_rising_or_falling_are_a_trend(step, last):
    values = [50 - step * 12 * (-1) ** n for n in range(8)] + [50 + step * n for n in range(-3, 4)]
    points = xmr(values)
    assert _ruled(points, "trend") == list(range(8, 15))
    assert points[-1].mark == last


def test_a_trend_counts_for_the_way_it_goes_not_for_its_side():
    values = [50 - 12 * (-1) ** n for n in range(8)] + [50 + n for n in range(-3, 4)]
    first = xmr(values)[8]
    assert first.value < first.limits.mean
    assert first.mark == "improvement"


def test_a_tie_breaks_the_trend():
    values = [50 - 12 * (-1) ** n for n in range(8)] + [47, 48, 49, 50, 50, 51, 52, 53]
    assert _ruled(xmr(values), "trend") == []


def test_two_of_three_in_the_outer_third():
    points = xmr([*STEADY * 2, 59, 52, 59])
    assert _ruled(points, "two_of_three") == [24, 26]
    assert points[-1].mark == "improvement"
    assert 2 / 3 < (59 - points[0].limits.mean) / (points[0].limits.upper - points[0].limits.mean) < 1


def test_two_of_three_need_all_three_on_one_side():
    assert _ruled(xmr([*STEADY * 2, 59, 48, 59]), "two_of_three") == []


def test_rules_that_contradict_each_other_are_neither():
    values = [float(n) for n in range(14)]
    points = xmr(values)
    assert points[0].rules == ("outside", "shift", "trend")
    assert {point.mark for point in points[:7]} == {"neither"}
    assert {point.mark for point in points[7:]} == {"improvement"}


@pytest.mark.parametrize(("improvement", "mark"), [("up", "concern"), ("down", "improvement"), ("neutral", "neither")])
def test_the_direction_says_what_a_special_cause_means(improvement, mark):
    assert xmr([*STEADY, 20], improvement)[-1].mark == mark


def test_directions_of_measures_have_a_way_to_go():
    assert IMPROVEMENT == {"higher": "up", "lower": "down", "neutral": "neutral"}


@pytest.mark.parametrize(("count", "provisional"), [(11, True), (12, False)])
def test_limits_of_fewer_than_twelve_points_are_provisional(count, provisional):
    assert xmr(STEADY[:count])[0].limits.provisional is provisional


@pytest.mark.parametrize("values", [STEADY[:5], [1, None, 2, None, 3, None, 4, None, 5, None, 6, None, 7]])
def test_too_few_points_or_neighbours_have_no_limits(values):
    points = xmr(values)
    assert {point.limits for point in points} == {None}
    assert {point.mark for point in points} == {"none"}


def test_a_gap_counts_for_nothing_and_breaks_runs():
    values = [1, 3] * 4 + [10, 12, 10, None, 12, 10, 12]
    points = xmr(values)
    assert _ruled(points, "shift") == list(range(8))
    assert points[11].value is None
    assert points[11].mark == "none"
    assert points[0].limits.points == 14
    # Ranges: 2 ×7, 7, 2, 2 before the gap and 2, 2 after it; none across it; 7 < 3.267 · 29/12.
    assert points[0].limits.upper - points[0].limits.mean == pytest.approx(2.66 * 29 / 12)


def test_nan_is_a_gap_too():
    assert xmr([*STEADY, math.nan])[-1] == xmr([*STEADY, None])[-1]


def test_a_gap_at_the_end_has_no_mark():
    assert xmr([*STEADY, 20, None])[-1].mark == "none"
    assert not xmr([])


def test_a_rebase_starts_a_new_baseline():
    values = STEADY + [value + 30 for value in STEADY]
    points = xmr(values, rebase_at=[12])
    assert {point.mark for point in points} == {"common"}
    assert [points[at].limits.mean for at in (11, 12)] == [50, 80]
    assert (points[12].limits.first, points[12].limits.last, points[12].limits.points) == (12, 23, 12)
    assert {point.mark for point in xmr(values)} != {"common"}


@pytest.mark.parametrize("index", [-1, 12])
def test_a_rebase_outside_the_series_is_refused(index):
    with pytest.raises(ValueError, match=f"rebase_at {index}: the series has the points 0 to 11"):
        xmr(STEADY, rebase_at=[index])


def test_bad_values_and_directions_are_refused():
    with pytest.raises(ValueError, match="value 1 is infinite"):
        xmr([1, math.inf])
    with pytest.raises(ValueError, match="'higher'"):
        xmr(STEADY, improvement="higher")


@pytest.mark.parametrize(
    ("target", "up", "down"),
    [(30, "yes", "no"), (39, "yes", "no"), (50, "hit_or_miss", "hit_or_miss"), (61, "no", "yes")],
)
def test_whether_the_process_meets_its_target(target, up, down):
    limits = xmr(STEADY)[0].limits
    assert assurance(limits, target, "up") == up
    assert assurance(limits, target, "down") == down
    assert assurance(limits, target, "neutral") is None


def test_reaching_the_target_exactly_meets_it():
    always_full = Limits(0, 11, 100.0, 100.0, 100.0, 12, False)
    assert assurance(always_full, 100, "up") == "yes"
    assert assurance(xmr([0.1] * 15)[0].limits, 0.1, "up") == "yes"


def test_without_limits_or_target_nothing_is_promised():
    assert assurance(None, 95, "up") is None
    assert assurance(xmr(STEADY)[0].limits, None, "up") is None


@given(values=some_values, improvement=a_direction)
def test_limits_follow_the_formula(values, improvement):
    limits = xmr(values, improvement)[0].limits
    known = [value for value in values if value is not None]
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    assert (limits is None) == (len(known) < 6 or len(ranges) < 5)
    if limits:
        kept = [size for size in ranges if size <= 3.267 * sum(ranges) / len(ranges)]
        typical = sum(kept) / len(kept) or sum(ranges) / len(ranges)
        middle = median(known)
        away = [abs(value - middle) for value in known]
        near = [value for value, far in zip(known, away, strict=True) if far <= 3.267 * sum(away) / len(away)]
        assert limits.mean in (pytest.approx(sum(known) / len(known)), pytest.approx(sum(near) / len(near)))
        assert limits.upper - limits.mean == pytest.approx(2.66 * typical)
        assert limits.mean - limits.lower == pytest.approx(2.66 * typical)


@given(values=some_values)
def test_turning_the_chart_over_turns_good_into_bad(values):
    turned = [None if value is None else -value for value in values]
    assert [p.mark for p in xmr(values, "up")] == [p.mark for p in xmr(turned, "down")]


@given(table=st.lists(st.lists(st.none() | st.integers(0, 8).map(float), min_size=15, max_size=15), max_size=6))
def test_marks_are_those_of_the_single_charts(table):
    found = marks(_months(table), "up").rows()
    charts = [xmr(row) for row in table]
    provisional = [chart[0].limits.provisional if chart[0].limits else None for chart in charts]
    expected = zip(range(len(table)), (chart[-1].mark for chart in charts), provisional, strict=True)
    assert found == [(f"{unit:05d}", mark, firm) for unit, mark, firm in expected]


@given(st.lists(st.tuples(some_values, a_direction), max_size=6))
def test_many_series_at_once_have_the_points_of_the_single_charts(series):
    rows, directions = [values for values, _ in series], [way for _, way in series]
    assert xmr_each(rows, directions) == [xmr(values, way) for values, way in series]


@given(st.integers(1, 20).flatmap(lambda n: st.lists(st.lists(st.none() | st.integers(0, 8), min_size=n, max_size=n))),
       a_direction)  # fmt: skip
def test_the_marks_of_many_series_are_those_of_their_points(rows, improvement):
    expected = [tuple(point.mark for point in xmr(values, improvement)) for values in rows]
    assert xmr_marks(rows, improvement) == expected


@pytest.mark.parametrize("many", [lambda rows: xmr_each(rows, ["up"] * len(rows)), xmr_marks])
def test_an_infinite_value_among_many_series_is_refused(many):
    with pytest.raises(ValueError, match="value 1 is infinite"):
        many([[1.0, 2.0], [1.0, math.inf]])


def test_an_absent_row_is_a_gap_of_that_month():
    months = _months([STEADY, STEADY])
    without_last = months.filter((pl.col("unit_code") != "00001") | (pl.col("period_start") != date(2026, 6, 1)))
    assert marks(without_last, "up").get_column("variation").to_list() == ["common", "none"]


def test_a_month_that_nobody_has_is_a_gap_too():
    months = _months([[*STEADY[:3], *STEADY]]).filter(pl.col("period_start") != date(2025, 9, 1))
    chart = xmr([*STEADY[:2], None, *STEADY])
    assert marks(months, "up").row(0) == ("00000", chart[-1].mark, chart[0].limits.provisional)


def test_two_rows_in_a_month_are_refused():
    months = _months([STEADY])
    with pytest.raises(ValueError, match="unit 00000 has more than one row in the month of 2025-07-01"):
        marks(pl.concat([months, months.head(1)]), "up")


def _ruled(points: Sequence[Point], rule: Rule) -> list[int]:
    return [point.index for point in points if rule in point.rules]


def _months(table: list[list[float | None]]) -> pl.DataFrame:
    rows = [
        (f"{unit:05d}", date(2025 + (6 + month) // 12, (6 + month) % 12 + 1, 1), value)
        for unit, row in enumerate(table)
        for month, value in enumerate(row)
    ]
    schema = {"unit_code": pl.String, "period_start": pl.Date, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
