"""Peers: like beside like, never across kinds, and never by a figure known to be wrong."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.places import HOME
from ranking.peers import BORDER_WEIGHT, Likeness, nearest, rank_among_peers, reasons
from ranking.tables import Units

UNITS = pl.read_parquet(HOME / "data/reference/units.parquet")
ONE_PREDECESSOR, OTHER_POLYGON = "area_population_of_one_predecessor", "area_differs_from_polygon"


def test_the_nearest_in_population_come_first():
    units = _units([(1_000, 10), (8_000, 10), (2_000, 10), (100_000, 10)])
    assert _peers(units, "00001") == ["00003", "00002", "00004"]
    assert _peers(units, "00004") == ["00002", "00003", "00001"]


def test_the_distance_is_euclidean_in_standardised_logs():
    units = _units([(1_000, 10), (1_000, 1_000), (100_000, 10), (100_000, 1_000)])
    # Each log takes two values, equally often: one standard deviation either side, so 2 apart.
    distances = nearest(units).filter(pl.col("unit_code") == "00001").get_column("distance").to_list()
    assert distances == pytest.approx([2, 2, math.sqrt(8)])


def test_the_land_border_counts_with_its_weight():
    units = _units([(1_000, 10), (1_000, 10), (100_000, 10), (100_000, 10)], border=["00002"])
    first = nearest(units).row(0, named=True)
    assert (first["peer_code"], first["distance"]) == ("00002", BORDER_WEIGHT)


def test_kinds_are_never_mixed():
    units = _units([(1_000, 10)] * 6, kinds=["xã", "xã", "phường", "phường", "đặc khu", "đặc khu"])
    pairs = set(nearest(units).select("unit_code", "peer_code").rows())
    assert {frozenset(pair) for pair in pairs} == {
        frozenset(pair) for pair in [("00001", "00002"), ("00003", "00004"), ("00005", "00006")]
    }


def test_where_fewer_than_k_exist_fewer_are_returned():
    assert nearest(_units([(1_000, 10)] * 4), k=2).height == 8
    assert nearest(_units([(1_000, 10)] * 4), k=9).height == 12
    alone = nearest(_units([(1_000, 10)]))
    assert (alone.height, alone.columns) == (0, ["unit_code", "peer_code", "distance", "place", "on_fewer_facts"])


def test_equal_distances_go_to_the_nearer_place():
    units = _units([(1_000, 10)] * 4, points=[(10, 106), (20, 106), (11, 106), (12, 106)])
    assert _peers(units, "00001") == ["00003", "00004", "00002"]


@pytest.mark.parametrize(("population", "quality"), [(1_000, ONE_PREDECESSOR), (None, None), (0, None)])
def test_an_unsound_population_is_not_matched(population, quality):
    units = _units([(population, 10), (1_000, 500), (90_000, 11), (80_000, 12)], quality=[quality] + [None] * 3)
    rows = nearest(units).filter(pl.col("unit_code") == "00001")
    assert rows.get_column("on_fewer_facts").all()
    by_area = ["00003", "00004", "00002"]
    assert _peers(units, "00001") == (by_area if quality is None else ["00002", "00003", "00004"])


def test_without_any_sound_figure_the_nearest_place_of_its_kind_and_no_distance():
    points = [(10, 106), (20, 106), (11, 106), (12, 106)]
    units = _units([(1_000, 10)] * 4, quality=[ONE_PREDECESSOR] + [None] * 3, points=points)
    assert _peers(units, "00001") == ["00003", "00004", "00002"]
    assert nearest(units).filter(pl.col("unit_code") == "00001").get_column("distance").null_count() == 3


def test_a_doubted_area_leaves_the_population_to_match_on():
    units = _units([(1_000, 10), (90_000, 10), (1_100, 500), (2_000, 9)], quality=[OTHER_POLYGON] + [None] * 3)
    assert _peers(units, "00001") == ["00003", "00004", "00002"]


def test_candidates_with_every_fact_come_before_a_closer_one_that_lacks_some():
    units = _units([(1_000, 10), (1_000, 10), (5_000, 70), (9_000, 90)], quality=[None, OTHER_POLYGON, None, None])
    assert _peers(units, "00001") == ["00003", "00004", "00002"]
    assert nearest(units, k=2).filter(pl.col("unit_code") == "00001").get_column("on_fewer_facts").to_list() == [
        False,
        False,
    ]


@pytest.mark.parametrize(("units", "k", "message"), [(0, 0, "k = 0"), (1, 5, "unit 00001 has more than one row")])
def test_bad_arguments_are_refused(units, k, message):
    frame = _units([(1_000, 10), (2_000, 10)])
    with pytest.raises(ValueError, match=message):
        nearest(pl.concat([frame, frame.head(units)]), k)


@given(st.lists(st.tuples(st.none() | st.integers(1, 50), st.integers(1, 50)), max_size=12), st.integers(1, 6))
def test_every_unit_gets_distinct_peers_in_order(figures, k):
    units = _units(figures)
    table = nearest(units, k)
    assert table.height == len(figures) * min(k, max(len(figures) - 1, 0))
    assert table.filter(pl.col("unit_code") == pl.col("peer_code")).is_empty()
    assert not table.select(pl.struct("unit_code", "peer_code").is_duplicated().any()).item()
    for _, rows in table.group_by("unit_code"):
        assert rows.get_column("place").to_list() == list(range(1, rows.height + 1))
        full = rows.filter(~pl.col("on_fewer_facts")).get_column("distance")
        assert full.is_sorted()
    assert table.equals(nearest(units.reverse(), k))


def test_all_communes_of_today():
    table = nearest(UNITS)
    sizes = table.group_by("unit_code").len().join(UNITS.select(unit_code="code", kind="kind"), on="unit_code")
    assert sizes.height == 3_321
    assert set(sizes.select("kind", "len").rows()) == {("xã", 15), ("phường", 15), ("đặc khu", 12)}
    of_unit, of_peer = UNITS.select(unit_code="code", a="kind"), UNITS.select(peer_code="code", b="kind")
    assert (
        table.join(of_unit, on="unit_code").join(of_peer, on="peer_code").filter(pl.col("a") != pl.col("b")).is_empty()
    )
    doubtful = UNITS.filter(pl.col("quality").is_not_null()).get_column("code").to_list()
    assert table.filter(pl.col("unit_code").is_in(doubtful)).get_column("on_fewer_facts").all()


def test_reasons_name_what_is_shared():
    units = _units(
        [(1_000, 10), (4_000, 12), (2_000, 30), (9_000, 10)], border=["00002"], quality=[None] * 3 + [OTHER_POLYGON]
    )
    assert reasons(units, "00001", nearest(units)) == Likeness(
        kind="xã",
        peers=3,
        population=(1_000, 9_000),
        area_km2=(10.0, 30.0),
        peers_on_land_border=1,
        on_fewer_facts=True,
    )


def test_reasons_name_no_figure_that_is_unsound():
    units = _units([(1_000, 10)] * 2, quality=[ONE_PREDECESSOR] * 2)
    likeness = reasons(units, "00001", nearest(units))
    assert (likeness.population, likeness.area_km2, likeness.on_fewer_facts) == (None, None, True)


def test_reasons_of_an_unknown_code_are_refused():
    units = _units([(1_000, 10)] * 2)
    with pytest.raises(ValueError, match="no unit has the code '99999'"):
        reasons(units, "99999", nearest(units))


def test_the_rank_is_among_the_unit_and_its_peers():
    units = _units([(1_000, 10), (1_100, 10), (1_200, 10), (90_000, 10)])
    values = pl.DataFrame({"unit_code": ["00001", "00002", "00003", "00004"], "value": [80.0, 90.0, None, 99.0]})
    peers = nearest(units, k=2)
    # 00001: with 2 and 3; 00002: with 1 and 3; 00004: with 3 and 2.
    assert rank_among_peers(values, peers).rows() == [
        ("00001", 2, 2),
        ("00002", 1, 2),
        ("00003", None, 2),
        ("00004", 1, 2),
    ]
    assert rank_among_peers(values, peers, descending=False).rows()[0] == ("00001", 1, 2)


def test_ties_among_peers_share_the_best_rank():
    units = _units([(1_000, 10)] * 3)
    values = pl.DataFrame({"unit_code": ["00001", "00002", "00003"], "value": [90.0, 90.0, 80.0]})
    assert rank_among_peers(values, nearest(units)).get_column("rank").to_list() == [1, 1, 3]


def test_ranks_without_any_value():
    nothing = pl.DataFrame(schema={"unit_code": pl.String, "value": pl.Float64})
    assert rank_among_peers(nothing, nearest(_units([(1_000, 10)] * 2))).rows() == [
        ("00001", None, 0),
        ("00002", None, 0),
    ]


def _units(figures, kinds=None, border=(), quality=None, points=None) -> pl.DataFrame:
    count = len(figures)
    codes = [f"{number:05d}" for number in range(1, count + 1)]
    kinds = kinds or ["xã"] * count
    points = points or [(10 + number / 10, 106.0) for number in range(count)]
    given = {
        "code": codes,
        "kind": kinds,
        "kind_2025_07_01": kinds,
        "special_zone": [kind == "đặc khu" for kind in kinds],
        "population": [population for population, _ in figures],
        "area_km2": [area for _, area in figures],
        "quality": quality or [None] * count,
        "land_border": [code in border for code in codes],
        "point_lat": [lat for lat, _ in points],
        "point_lon": [lon for _, lon in points],
    }
    schema = Units.create_empty().schema
    rest = {name: pl.lit(None, dtype) for name, dtype in schema.items() if name not in given}
    frame = pl.DataFrame(given, schema={name: schema[name] for name in given}, strict=False)
    return frame.with_columns(**rest).select(schema.names())


def _peers(units: pl.DataFrame, code: str) -> list[str]:
    return nearest(units).filter(pl.col("unit_code") == code).get_column("peer_code").to_list()
