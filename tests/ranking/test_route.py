"""The order of a trip. One degree of latitude is 6371 · π / 180 = 111.195 km."""

from __future__ import annotations

import random

import pytest

from ranking.route import Place, route

DEGREE_KM = 111.195
START = Place("start", 0, 0)
NORTH = [Place("c", 3, 0), Place("a", 1, 0), Place("b", 2, 0)]


def codes(stops) -> list[str]:
    return [stop.place.code for stop in stops]


def test_the_nearest_place_that_is_left_is_next():
    assert codes(route(START, NORTH)) == ["a", "b", "c"]


def test_distances_add_up():
    assert [stop.km for stop in route(START, NORTH)] == pytest.approx([DEGREE_KM] * 3, abs=0.001)
    assert [stop.total_km for stop in route(START, NORTH)] == pytest.approx(
        [DEGREE_KM * n for n in (1, 2, 3)], abs=0.01
    )


def test_nearest_counts_from_the_last_stop_not_from_the_start():
    """From the start, −1.5 is nearer than 2.2; from 1 it is not: 2.5 against 1.2 degrees."""
    places = [Place("south", -1.5, 0), Place("near", 1, 0), Place("far", 2.2, 0)]

    assert codes(route(START, places)) == ["near", "far", "south"]


def test_a_start_that_is_to_be_visited_is_the_first_stop():
    stops = route(NORTH[0], NORTH)

    assert codes(stops) == ["c", "b", "a"]
    assert stops[0].km == 0


def test_of_equally_near_places_the_smaller_code_is_first():
    assert codes(route(START, [Place("b", 1, 0), Place("a", -1, 0)])) == ["a", "b"]


def test_the_order_given_does_not_matter():
    places = [Place(str(n), n * 7 % 11, n * 5 % 13) for n in range(20)]
    shuffled = random.Random(1).sample(places, len(places))

    assert route(START, shuffled) == route(START, places)


def test_an_empty_plan_has_no_stops():
    assert route(START, []) == ()


def test_a_place_that_stands_in_the_plan_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        route(START, [NORTH[0], NORTH[0]])
