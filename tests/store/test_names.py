"""The text filter of the rankings: what it finds, and in which order."""

from __future__ import annotations

import polars as pl

from store import names

UNITS = pl.DataFrame(
    {
        "unit_code": ["1", "2", "3", "4", "5"],
        "name": ["Xã Quảng Kim", "Xã Quang Kim", "Xã Quảng Ninh", "Xã Kim Quang", "Xã Tân Hoà"],
        "rank": [1, 2, 3, 4, 5],
    }
)


def ranks(query: str) -> list[int]:
    return names.found(UNITS, query).get_column("rank").to_list()


def test_names_as_typed_come_before_near_ones_each_in_the_order_of_ranks():
    assert ranks("Quang Kim") == [2, 1]
    assert ranks("quảng") == [1, 3, 2, 4]
    assert ranks("quang") == [2, 4, 1, 3]


def test_the_place_of_a_tone_mark_is_no_difference():
    assert ranks("Tân Hòa") == [5]
    assert ranks("hòa") == ranks("hoà") == [5]


def test_without_a_query_everything_stays():
    assert ranks("  ") == [1, 2, 3, 4, 5]
