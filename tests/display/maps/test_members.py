"""Old communes on the map: each has its dot and a line to every successor, and none hides another."""

from __future__ import annotations

import polars as pl
import pytest

from display.maps import members
from display.words.text import Speaker
from store.reference import province_names, reference_table

SAY = Speaker("vi")


@pytest.fixture(scope="module")
def country() -> list[dict]:
    return members.collection("VN", SAY)["features"]


def parts(feature: dict) -> tuple[list, list]:
    point, lines = feature["geometry"]["geometries"]
    return point["coordinates"], lines["coordinates"]


def test_the_country_has_all_old_communes_and_the_island_districts_without_any(country):
    assert len(country) == 10_035 + 5


def test_every_old_commune_has_a_line_to_each_successor(country):
    lines = {feature["properties"]["code"]: len(parts(feature)[1]) for feature in country}
    successors = dict(reference_table("lineage").group_by("old_code").len().iter_rows())

    assert lines == successors


def test_a_line_runs_from_the_dot_to_the_new_seat(country):
    one = next(feature for feature in country if feature["properties"]["name"] == "Phường Hải Thượng")
    dot, lines = parts(one)
    seat = reference_table("units").filter(pl.col("code") == "16654").select("seat_lon", "seat_lat").row(0)

    assert lines == [[dot, [round(end, 4) for end in seat]]]


def test_no_two_dots_stand_at_one_place(country):
    places = [tuple(parts(feature)[0]) for feature in country]

    assert len(set(places)) == len(places)


def test_only_shared_positions_are_moved_and_not_far():
    rows = members.rows_of("VN").with_columns(
        far=((pl.col("x") - pl.col("old_lon")) ** 2 + (pl.col("y") - pl.col("old_lat")) ** 2).sqrt()
    )

    assert rows.filter(~pl.col("shared")).get_column("far").max() < 0.0001
    assert rows.filter("shared").get_column("far").max() < 0.005
    assert members.shared_positions("VN") == rows.filter("shared").get_column("old_code").n_unique() > 0


def test_a_split_commune_names_each_successor_as_a_part(country):
    one = next(feature for feature in country if len(parts(feature)[1]) == 2)
    note = one["properties"]["note"]

    assert note.count("một phần nhập vào") == 2


def test_an_old_commune_says_its_old_district_and_province(country):
    one = next(feature for feature in country if feature["properties"]["code"] == "00004")

    assert one["properties"]["text"] == "Quận Ba Đình, Thành phố Hà Nội"
    assert one["properties"]["note"] == "toàn bộ nhập vào Phường Ba Đình"


def test_provinces_share_the_country_among_them(country):
    lines = sum(
        len(parts(feature)[1]) for scope in province_names() for feature in members.collection(scope, SAY)["features"]
    )

    assert lines == sum(len(parts(feature)[1]) for feature in country)


def test_every_unit_counts_its_members():
    counts = members.counts()

    assert counts.height == 3321
    assert counts.get_column("members").sum() == reference_table("lineage").height
