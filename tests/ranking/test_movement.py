"""Movement: own value, others and membership add up to the change of rank, always."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.movement import MOVEMENTS, cause, with_movement
from ranking.periods import Period, calendar_period
from ranking.tables import Standings

UNITS = [f"{number:05d}" for number in range(1, 9)]
AUGUST, SEPTEMBER, OCTOBER = (calendar_period("month", 2025, month) for month in (8, 9, 10))

# Few different values, so that ties are common; None = not ranked; an absent unit is not there at all.
some_values = st.dictionaries(st.sampled_from(UNITS), st.none() | st.integers(0, 5).map(float))


def test_an_own_gain_overtakes():
    table = _explained({"00001": 90, "00002": 80, "00003": 70}, {"00001": 90, "00002": 80, "00003": 85})
    assert table["00003"] == (3, 2, 1, 0, 0)
    assert table["00002"] == (2, 3, 0, -1, 0)
    assert table["00001"] == (1, 1, 0, 0, 0)


def test_a_newcomer_ahead_is_membership():
    table = _explained({"00001": 90, "00002": 80}, {"00001": 90, "00002": 80, "00009": 85})
    assert table == {"00001": (1, 1, 0, 0, 0), "00002": (2, 3, 0, 0, -1)}


@pytest.mark.parametrize("gone", [{}, {"00001": None}])
def test_a_unit_that_did_not_report_lifts_those_behind_it(gone):
    table = _explained({"00001": 90, "00002": 80}, {"00002": 80} | gone)
    assert table == {"00002": (2, 1, 0, 0, 1)}


def test_own_gain_and_others_can_cancel():
    table = _explained({"00001": 90, "00002": 80, "00003": 70}, {"00001": 90, "00002": 92, "00003": 85})
    assert table["00003"] == (3, 3, 1, -1, 0)


def test_ties_share_the_best_rank():
    table = _explained({"00001": 90, "00002": 80, "00003": 80}, {"00001": 80, "00002": 80, "00003": 80})
    assert table == {"00001": (1, 1, 0, 0, 0), "00002": (2, 1, 0, 1, 0), "00003": (2, 1, 0, 1, 0)}


def test_lower_is_better_where_it_is():
    table = _explained({"00001": 3, "00002": 5}, {"00001": 3, "00002": 2}, descending=False)
    assert table["00002"] == (2, 1, 1, 0, 0)


def test_the_order_of_the_split_matters_and_is_own_before_others():
    # Unit 2 passes where unit 1 was, and unit 1 goes further still: own +1, others −1. With the others moved
    # first, unit 2 would have won nothing by itself.
    table = _explained({"00001": 80, "00002": 70}, {"00001": 95, "00002": 90})
    assert table["00002"] == (2, 2, 1, -1, 0)


@given(previous=some_values, current=some_values, descending=st.booleans())
def test_the_parts_add_up_and_agree_with_a_recount(previous, current, descending):
    table = _explained(previous, current, descending=descending)
    before = {unit: value for unit, value in previous.items() if value is not None}
    after = {unit: value for unit, value in current.items() if value is not None}
    common = before.keys() & after.keys()
    assert table.keys() == common
    for unit, (previous_rank, rank, own, others, membership) in table.items():
        assert previous_rank == _rank(before[unit], before, unit, descending)
        assert rank == _rank(after[unit], after, unit, descending)
        assert own + others + membership == previous_rank - rank
        alone = {other: before[other] for other in common}
        assert own == _rank(before[unit], alone, unit, descending) - _rank(after[unit], alone, unit, descending)
        together = {other: after[other] for other in common}
        assert others == _rank(after[unit], alone, unit, descending) - _rank(after[unit], together, unit, descending)


@given(values=some_values, descending=st.booleans())
def test_nothing_moves_where_nothing_changed(values, descending):
    table = _explained(values, values, descending=descending)
    assert {row[2:] for row in table.values()} <= {(0, 0, 0)}


def test_units_with_nothing_in_common_are_not_explained():
    assert _explained({"00001": 1}, {"00002": 1}) == {}


def test_standings_are_filled_from_the_period_before():
    standings = pl.concat([_standings(AUGUST, [90, 80, 70]), _standings(SEPTEMBER, [90, 80, 85])])
    filled = with_movement(standings, "higher")
    Standings.validate(filled)
    assert filled.filter(pl.col("period_start") == AUGUST.start).get_column("previous_rank").null_count() == 3
    assert _movements(filled, SEPTEMBER) == [(1, 0, 0, 0), (2, 0, -1, 0), (3, 1, 0, 0)]


def test_standings_keep_their_rows_order_and_other_columns():
    standings = pl.concat([_standings(SEPTEMBER, [90, 80, 85]), _standings(AUGUST, [90, 80, 70])]).sample(
        fraction=1, shuffle=True, seed=1
    )
    kept = [name for name in standings.columns if name not in ("previous_rank", *MOVEMENTS)]
    assert with_movement(standings, "higher").select(kept).equals(standings.select(kept))


def test_each_scope_is_explained_by_itself():
    country = pl.concat([_standings(AUGUST, [90, 80, 70]), _standings(SEPTEMBER, [90, 80, 85])])
    # In the province only units 2 and 3, so unit 3 climbs from 2nd to 1st.
    province = pl.concat(
        [_standings(AUGUST, [None, 80, 70], scope="25"), _standings(SEPTEMBER, [None, 80, 85], scope="25")]
    )
    filled = with_movement(pl.concat([country, province]), "higher")
    assert _movements(filled.filter(pl.col("scope") == "VN"), SEPTEMBER)[2] == (3, 1, 0, 0)
    assert _movements(filled.filter(pl.col("scope") == "25"), SEPTEMBER)[2] == (2, 1, 0, 0)
    assert _movements(filled.filter(pl.col("scope") == "25"), SEPTEMBER)[0] == (None, None, None, None)


@pytest.mark.parametrize(
    "after",
    [
        {"period": SEPTEMBER, "series": "766-2026"},
        {"period": OCTOBER},
        {"period": Period(date(2025, 9, 1), date(2025, 9, 26), "to_date")},
        {"period": calendar_period("quarter", 2025, 4)},
        {"period": SEPTEMBER, "basis": "form"},
    ],
    ids=["another series", "a month between", "to date", "another kind", "another basis"],
)
def test_unlike_periods_are_never_compared(after):
    standings = pl.concat([_standings(AUGUST, [90, 80]), _standings(values=[80, 90], **after)])
    assert with_movement(standings, "higher").get_column("previous_rank").null_count() == 4


def test_quarters_are_compared_over_the_turn_of_the_year():
    quarters = [calendar_period("quarter", 2025, 4), calendar_period("quarter", 2026, 1)]
    filled = with_movement(
        pl.concat([_standings(q, v) for q, v in zip(quarters, [[9, 7], [8, 10]], strict=True)]), "lower"
    )
    assert _movements(filled, quarters[1]) == [(2, 0, 1, 0), (1, -1, 0, 0)]


def test_a_unit_with_a_figure_but_no_rank_takes_no_part():
    september = _standings(SEPTEMBER, [90, 80, 85])
    unranked = september.with_columns(rank=pl.when(pl.col("unit_code") != "00001").then(pl.col("rank") - 1))
    filled = with_movement(pl.concat([_standings(AUGUST, [90, 80, 70]), unranked]), "higher")
    assert _movements(filled, SEPTEMBER) == [(None, None, None, None), (2, 0, -1, 1), (3, 1, 0, 1)]


def test_standings_of_two_measures_are_refused():
    two = pl.concat([_standings(AUGUST, [1]), _standings(AUGUST, [1]).with_columns(measure=pl.lit("received"))])
    with pytest.raises(ValueError, match="one measure are needed, found on_time_share, received"):
        with_movement(two, "higher")
    with pytest.raises(ValueError, match="'up'"):
        with_movement(_standings(AUGUST, [1]), "up")


@pytest.mark.parametrize(
    ("own", "others", "membership", "expected"),
    [
        (5, 0, 0, "own"),
        (-5, 1, 1, "own"),
        (0, -3, 1, "others"),
        (0, 0, 2, "membership"),
        (2, 2, 0, "mixed"),
        (10, -9, 0, "mixed"),
        (2, 1, 0, "own"),
        (0, 0, 0, "none"),
        (2.5, -0.4, 0.1, "own"),
    ],
)
def test_the_cause_is_the_part_that_moved_most(own, others, membership, expected):
    assert cause(own, others, membership) == expected


def _rank(value: float, pool: dict[str, float], unit: str, descending: bool) -> int:
    others = [other for code, other in pool.items() if code != unit]
    return 1 + sum(other > value if descending else other < value for other in others)


def _explained(previous, current, *, descending: bool = True) -> dict[str, tuple[int, ...]]:
    """Previous rank, rank and the movements of each unit that is ranked in August and in September."""
    both = pl.concat([_standings_of(AUGUST, previous, descending), _standings_of(SEPTEMBER, current, descending)])
    filled = with_movement(both, "higher" if descending else "lower")
    known = filled.filter(pl.col("period_start") == SEPTEMBER.start, pl.col("previous_rank").is_not_null())
    return {unit: tuple(rest) for unit, *rest in known.select("unit_code", "previous_rank", "rank", *MOVEMENTS).rows()}


def _standings(period: Period, values: list[float | None], **changes: str) -> pl.DataFrame:
    return _standings_of(period, dict(zip(UNITS, values, strict=False)), **changes)


def _standings_of(
    period: Period,
    values: dict[str, float | None],
    descending: bool = True,
    scope: str = "VN",
    series: str = "766-2025",
    basis: str = "portal",
) -> pl.DataFrame:
    schema = {"unit_code": pl.String, "value": pl.Float64}
    frame = pl.DataFrame(list(values.items()), schema=schema, orient="row")
    rank = pl.col("value").rank("min", descending=descending).cast(pl.UInt32)
    given = frame.with_columns(
        level=pl.lit("commune"),
        period_start=pl.lit(period.start),
        period_end=pl.lit(period.end),
        period_kind=pl.lit(period.kind),
        series=pl.lit(series),
        measure=pl.lit("on_time_share"),
        basis=pl.lit(basis),
        scope=pl.lit(scope),
        state=pl.when(pl.col("value").is_null()).then(pl.lit("not_reported")).otherwise(pl.lit("reported")),
        rank=rank,
        of=pl.col("value").count().cast(pl.UInt32),
    )
    empty = Standings.create_empty().select(pl.exclude(given.columns)).schema
    return given.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in empty.items()).select(
        Standings.column_names()
    )


def _movements(standings: pl.DataFrame, period: Period) -> list[tuple[int | None, ...]]:
    rows = standings.filter(pl.col("period_start") == period.start).sort("unit_code")
    return rows.select("previous_rank", *MOVEMENTS).rows()
