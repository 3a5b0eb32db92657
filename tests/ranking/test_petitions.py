"""What petitions do to a score: points, the place without them, and who fills the end of the ranking."""

from __future__ import annotations

import polars as pl

from ranking import petitions


def rows(*given: tuple[float, int, float | None, float | None]) -> pl.DataFrame:
    """Score, petitions, per cent on time, per cent satisfied of each unit, ranked by the score."""
    frame = pl.DataFrame(
        given,
        schema={"value": pl.Float64, "petitions": pl.Float64, "on_time": pl.Float64, "satisfied": pl.Float64},
        orient="row",
    )
    return frame.with_columns(rank=pl.col("value").rank("min", descending=True).cast(pl.UInt32))


def test_without_a_petition_all_twelve_points_are_given_and_taken_away_again():
    found = petitions.with_and_without(rows((18, 0, None, None), (6, 1, 0, 0), (15.5, 2, 100, 50)))

    assert found.get_column("points").to_list() == [12, 0, 9]
    assert found.get_column("without").to_list() == [6, 6, 6.5]
    assert found.get_column("rank").to_list() == [1, 3, 2]
    assert found.get_column("rank_without").to_list() == [2, 2, 1]
    assert found.get_column("of_without").to_list() == [3, 3, 3]


def test_a_unit_of_which_no_petitions_are_known_or_that_is_not_ranked_has_no_other_place():
    ranked = rows((18, 0, None, None), (17, 0, None, None), (16, 0, None, None))
    ranked = ranked.with_columns(petitions=pl.Series([0.0, None, 0.0]), rank=pl.Series([1, 2, None], dtype=pl.UInt32))

    assert petitions.with_and_without(ranked).get_column("rank_without").to_list() == [1, None, None]


def test_the_end_of_the_list_is_counted_up_to_the_first_without_a_petition():
    found = petitions.with_and_without(
        rows((18, 0, None, None), (18, 1, 100, 100), (9, 0, None, None), (8, 1, 50, 0), (6, 3, 0, 0))
    )

    assert petitions.tail(found) == petitions.Tail(of=5, petitioned=3, last=2, lost=9)


def test_one_who_shares_the_place_with_a_unit_without_a_petition_is_not_counted():
    found = petitions.with_and_without(rows((18, 0, None, None), (6, 0, None, None), (6, 1, 0, 0)))

    assert petitions.tail(found).last == 0


def test_where_nobody_had_a_petition_nothing_is_lost():
    found = petitions.with_and_without(rows((18, 0, None, None), (17, 0, None, None)))

    assert petitions.tail(found) == petitions.Tail(of=2, petitioned=0, last=0, lost=None)
