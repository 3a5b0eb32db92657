"""Index sensitivity: what the weights of QĐ 766 do to the ranks, and what a constant group cannot do."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ranking.index_sensitivity import GROUPS, dropping_each, influence, rank_band, rank_with, share_ahead

CKMB, TDGQ, _, TTTT, _, MDSH = range(6)
FULL = np.array(list(GROUPS.values()))

# Three communes: A leads by payment, B by digitising, C trails in both.
A, B, C = FULL.copy(), FULL.copy(), FULL.copy()
A[MDSH] -= 4
B[TTTT] -= 5
C[[TTTT, MDSH]] -= 6
THREE = np.array([A, B, C])

shares = arrays(
    np.float64, st.tuples(st.integers(1, 12), st.just(6)), elements=st.integers(0, 20).map(lambda n: n / 20)
)
weights = st.lists(st.integers(1, 30).map(float), min_size=6, max_size=6)


def test_the_groups_are_those_of_the_decision():
    assert GROUPS == {"ckmb": 18, "tdgq": 20, "clgq": 12, "tttt": 10, "mdhl": 18, "mdsh": 22}
    assert FULL.sum() == 100


def test_published_weights_rank_by_the_sum_of_scores():
    assert THREE.sum(axis=1).tolist() == [96, 95, 88]
    assert rank_with(THREE).tolist() == [1, 2, 3]


def test_other_weights_can_turn_the_order():
    # Payment 5 and digitising 44: A loses 44 · 4/22 = 8, B loses 5 · 5/10 = 2.5.
    assert rank_with(THREE, [18, 20, 12, 5, 18, 44]).tolist() == [2, 1, 3]


def test_ties_share_the_best_rank_also_where_floats_differ():
    tied = np.array([FULL, FULL, FULL])
    tied[0, TDGQ] -= 0.1 + 0.2
    tied[1, MDSH] -= 0.3
    tied[2, MDSH] -= 1
    assert rank_with(tied).tolist() == [1, 1, 3]


def test_a_unit_with_a_missing_group_is_left_out():
    groups = np.vstack([THREE, FULL])
    groups[3, CKMB] = np.nan
    for ranks in (rank_with(groups), *rank_band(groups, draws=20), dropping_each(groups)[:, CKMB]):
        assert np.isnan(ranks[3])
        assert not np.isnan(ranks[:3]).any()
    assert rank_with(groups)[:3].tolist() == [1, 2, 3]
    assert influence(groups).equals(influence(THREE))


def test_dropping_a_group_ranks_by_the_rest():
    ranks = dropping_each(THREE)
    assert ranks.shape == (3, 6)
    assert ranks[:, MDSH].tolist() == [1, 2, 3]
    assert ranks[:, TTTT].tolist() == [2, 1, 3]
    assert ranks[:, TDGQ].tolist() == [1, 2, 3]


def test_the_band_holds_a_close_race_open_and_a_clear_one_closed():
    rank, low, high = rank_band(THREE)
    assert rank.tolist() == [1, 2, 3]
    assert list(zip(low, high, strict=True)) == [(1, 2), (1, 2), (3, 3)]


def test_no_spread_no_band_where_all_ways_agree():
    rank, low, high = rank_band(THREE, spread=0)
    assert rank.tolist() == low.tolist() == high.tolist()


# Published weights: P 48.8, Q 45.2. Equal ones: Q, whose six shares add up to 3.0 and those of P to 2.7.
P, Q = FULL * [0.1, 0.5, 0.4, 0.2, 0.7, 0.8], FULL * [0.3, 0.5, 0.9, 0.7, 0.3, 0.3]


def test_the_band_tries_equal_weights_and_the_geometric_mean():
    """Without any spread there are four trials: P is before Q by the sum of published weights alone."""
    groups = np.array([P, Q])
    assert rank_with(groups).tolist() == [1, 2]
    assert rank_with(groups, [1] * 6).tolist() == [2, 1]
    weights = FULL / 100
    means = [np.prod((unit / FULL) ** weights) for unit in groups]
    assert means[0] < means[1]
    _, low, high = rank_band(groups, spread=0, draws=4)
    assert list(zip(low, high, strict=True)) == [(1, 2), (1, 2)]
    assert share_ahead(groups, [0, 1], [1, 0], spread=0, draws=4).tolist() == [1 / 4, 3 / 4]


def test_without_any_points_in_a_group_there_is_still_a_geometric_mean():
    none = FULL.copy()
    none[TTTT] = 0
    low, high = rank_band(np.array([none, FULL * 0.5]))[1:]
    assert np.isfinite([low, high]).all()


def test_the_share_ahead_by_hand():
    """C is behind both in every way; equal units tie; a missing group leaves the share unknown."""
    groups = np.vstack([THREE, A, FULL])
    groups[4, CKMB] = np.nan
    assert share_ahead(groups, [0, 2, 0, 0], [2, 1, 3, 4], draws=40).tolist()[:3] == [1, 0, 0.5]
    assert np.isnan(share_ahead(groups, [0], [4], draws=40)[0])


@given(shares=shares, chosen=weights)
def test_one_is_ahead_as_often_as_the_other_is_behind(shares, chosen):
    groups, n = shares * FULL, len(shares)
    first, second = np.arange(n), np.arange(n)[::-1]
    both = share_ahead(groups, first, second, chosen, draws=8) + share_ahead(groups, second, first, chosen, draws=8)
    assert both == pytest.approx(np.ones(n))


def test_the_draws_are_the_same_every_time_and_for_everyone():
    first, second = rank_band(THREE), rank_band(THREE)
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    shuffled = rank_band(THREE[[2, 0, 1]])
    assert [band[1] for band in shuffled] == [band[0] for band in first]


@given(shares=shares, chosen=weights)
def test_the_band_holds_the_rank(shares, chosen):
    groups = shares * FULL
    rank, low, high = rank_band(groups, chosen, draws=30)
    assert (rank == rank_with(groups, chosen)).all()
    assert (low <= rank).all()
    assert (rank <= high).all()
    assert (low >= 1).all()
    assert (high <= len(groups)).all()


@given(shares=shares, chosen=weights, factor=st.integers(2, 5))
def test_only_the_proportions_of_the_weights_matter(shares, chosen, factor):
    groups = shares * FULL
    assert (rank_with(groups, chosen) == rank_with(groups, np.array(chosen) * factor)).all()


@given(shares=shares, chosen=weights, level=st.integers(0, 20), other=st.integers(0, 60).map(float))
def test_a_group_that_is_constant_moves_nothing(shares, chosen, level, other):
    groups = shares * FULL
    groups[:, CKMB] = FULL[CKMB] * level / 20
    reweighted = [other, *chosen[1:]]
    assert (rank_with(groups, chosen) == rank_with(groups, reweighted)).all()
    assert (dropping_each(groups, chosen)[:, CKMB] == rank_with(groups, chosen)).all()
    row = influence(groups, chosen).row(by_predicate=_is("ckmb"), named=True)
    assert row["mean_rank_change"] == 0
    assert row["spearman_with_total"] is None
    assert row["variance_share"] in (0, None)


def test_influence_by_hand():
    table = influence(THREE)
    assert table.get_column("group").to_list() == ["tttt", "ckmb", "tdgq", "clgq", "mdhl", "mdsh"]
    payment = table.row(0, named=True)
    # Without payment A and B change places; C stays: (1 + 1 + 0) / 3.
    assert payment["mean_rank_change"] == pytest.approx(2 / 3)
    # Payment scores 10, 5, 4 and totals 96, 95, 88 stand in the same order.
    assert payment["spearman_with_total"] == pytest.approx(1)
    # Deviations of payment 11/3, −4/3, −7/3 and of the total 3, 2, −5: (11 − 8/3 + 35/3) / 38 = 20/38.
    assert payment["variance_share"] == pytest.approx(20 / 38)
    assert table.row(by_predicate=_is("mdsh"), named=True)["variance_share"] == pytest.approx(18 / 38)


@given(shares)
def test_variance_shares_add_up_to_one(shares):
    table = influence(shares * FULL)
    found = table.get_column("variance_share")
    assert table.get_column("weight").sum() == pytest.approx(100)
    assert found.null_count() == 6 or found.sum() == pytest.approx(1)


def test_nobody_to_rank():
    nobody = np.empty((0, 6))
    assert rank_with(nobody).shape == (0,)
    assert dropping_each(nobody).shape == (0, 6)
    assert influence(nobody).get_column("mean_rank_change").null_count() == 6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rank_with(np.ones((2, 5))), r"shape \(2, 5\); n × 6 is right"),
        (lambda: rank_with(np.full((1, 6), np.inf)), "infinite score"),
        (lambda: rank_with(THREE, [1, 2]), r"weights has the shape \(2,\)"),
        (lambda: rank_with(THREE, [0] * 6), "not all 0, are right"),
        (lambda: rank_with(THREE, [1, 1, 1, 1, 1, -1]), "numbers of 0 or more"),
        (lambda: rank_band(THREE, spread=2), "spread 2"),
        (lambda: rank_band(THREE, draws=0), "at least one draw"),
        (lambda: share_ahead(THREE, [0], [1], spread=2), "spread 2"),
        (lambda: dropping_each(THREE, [1, 0, 0, 0, 0, 0]), "only one group has any weight"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def _is(group: str):
    return pl.col("group") == group
