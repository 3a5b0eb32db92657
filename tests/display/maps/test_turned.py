"""Neighbours run along their common border the same way, and what they enclose stays what it was."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from itertools import pairwise, product

import brotli
import shapely

from display.maps.turned import turned

LEFT = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
RIGHT = {"type": "Polygon", "coordinates": [[[1, 0], [2, 0], [2, 1], [1, 1], [1, 0]]]}
POINT = {"type": "Point", "coordinates": [1, 2]}


def edges(shape: dict) -> set[tuple]:
    return {(tuple(a), tuple(b)) for ring in shape["coordinates"] for a, b in pairwise(ring)}


def test_the_second_of_two_neighbours_is_turned():
    left, right = turned([LEFT, RIGHT])
    assert left == LEFT
    assert ((1.0, 0.0), (1.0, 1.0)) in edges(left) & edges(right)


def test_areas_and_closed_rings_stay():
    islands = {"type": "MultiPolygon", "coordinates": [RIGHT["coordinates"], [[[5, 5], [6, 5], [6, 6], [5, 5]]]]}
    for before, after in zip([LEFT, islands], turned([LEFT, islands]), strict=True):
        one, other = shapely.from_geojson([json.dumps(before), json.dumps(after)])
        assert one.equals(other)
        assert one.area == other.area


def test_a_hole_is_turned_like_the_area_that_fills_it():
    hole = [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]
    around = {"type": "Polygon", "coordinates": [[[0, 0], [3, 0], [3, 3], [0, 3], [0, 0]], hole]}
    inner = {"type": "Polygon", "coordinates": [hole[::-1]]}
    first, second = turned([around, inner])
    assert second["coordinates"][0] == first["coordinates"][1]


def test_what_is_no_area_is_left_alone():
    assert list(turned([POINT])) == [POINT]


def test_areas_with_crooked_borders_pack_better():
    dice = random.Random(7)
    crooked = defaultdict(lambda: round(dice.uniform(-0.05, 0.05), 4))
    shapes = []
    for x, y in product(range(12), range(12)):
        ring = shapely.segmentize(shapely.box(x, y, x + 1, y + 1), 0.07).exterior.coords
        points = [[round(a + crooked[round(a, 3), round(b, 3)], 4), round(b, 4)] for a, b in ring]
        shapes.append({"type": "Polygon", "coordinates": [points]})
    before, after = (len(brotli.compress(json.dumps(each).encode())) for each in (shapes, list(turned(shapes))))
    assert after < 0.9 * before
