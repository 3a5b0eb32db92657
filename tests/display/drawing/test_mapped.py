"""A map drawn again from its layers: every unit once in its colour, where it lies, far islands in boxes."""

from __future__ import annotations

import re

import pytest

from display.drawing import mapped
from display.drawing.mapped import Map
from display.drawing.palette import LIGHT
from display.drawing.plotted import Room

ROOM = Room(400, 300, LIGHT, lambda value, _: str(value))
EXTENT = (105.0, 20.0, 106.0, 21.0)
NOTHING = {"features": []}


def unit(code: str, geometry: dict, fill: tuple[int, int, int] = (1, 2, 3), **more: object) -> dict:
    return {"properties": {"unit": code, "name": f"Xã {code}", "text": "9 < 10 %", "fill": fill} | more,
            "geometry": geometry}  # fmt: skip


def square(lon: float, lat: float, side: float = 0.2) -> dict:
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def drawn(*units: dict, **more: object) -> str:
    return mapped.drawn(Map({"features": list(units)}, NOTHING, EXTENT, **more), ROOM)


def test_each_unit_is_drawn_once_in_its_colour_with_its_words_escaped():
    svg = drawn(unit("1", square(105.1, 20.1)), unit("2", square(105.5, 20.5), (255, 0, 16)))

    assert re.findall(r'data-unit="(\d)"', svg) == ["1", "2"]
    assert 'fill="#010203"' in svg and 'fill="#FF0010"' in svg
    assert "<title>Xã 1 · 9 &lt; 10 %</title>" in svg


def test_north_is_up_and_east_is_right():
    svg = drawn(unit("1", square(105.1, 20.1)), unit("2", square(105.7, 20.7)))
    (west, south), (east, north) = [map(float, found) for found in re.findall(r'd="M([\d.]+) ([\d.]+)L', svg)]
    assert west < east and north < south


def test_an_area_too_small_to_be_seen_is_a_dot():
    assert "h2v2h-2z" in drawn(unit("1", square(105.1, 20.1, 0.0001)))


def test_a_circle_has_an_area_by_its_dossiers():
    point = {"type": "Point", "coordinates": [105.5, 20.5]}
    radii = re.findall(r' r="([\d.]+)"', drawn(unit("1", point, radius=4.0), unit("2", point, radius=100.0)))
    assert float(radii[0]) < float(radii[1])


def test_an_archipelago_far_away_stands_in_a_box_and_the_rest_fills_the_room():
    near, island = unit("1", square(105.1, 20.1)), unit("2", square(112.0, 16.0))
    svg = drawn(near, island, far={"2": "Hoàng Sa"})
    after_the_rest = svg[svg.index('data-unit="1"') :]

    assert after_the_rest.index("<rect") < after_the_rest.index('data-unit="2"') and ">Hoàng Sa</text>" in svg
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+) ", re.search(r'data-unit="1" d="([^"]+)"', svg)[1])]
    assert max(xs) - min(xs) > 150


def test_borders_are_lines_and_names_stay_within_the_room():
    line = {"properties": {}, "geometry": {"type": "LineString", "coordinates": [[105.0, 20.0], [105.4, 20.9]]}}
    name = {"properties": {"label": "Quần đảo"}, "geometry": {"type": "Point", "coordinates": [106.0, 20.0]}}
    svg = mapped.drawn(Map({"features": [unit("1", square(105.1, 20.1))]}, {"features": [line, name]}, EXTENT), ROOM)
    x, y = map(float, re.search(r'<text x="([\d.]+)" y="([\d.]+)"', svg).groups())

    assert f'stroke="{LIGHT.quiet}"' in svg
    assert x + mapped.width_of("Quần đảo") / 2 <= ROOM.width and y <= ROOM.height


@pytest.mark.parametrize(("chosen", "rings"), [("1", 1), ("9", 0)])
def test_the_chosen_unit_has_a_ring(chosen, rings):
    assert drawn(unit("1", square(105.1, 20.1)), chosen=chosen).count(f'stroke="{LIGHT.alarm}"') == rings


def test_a_silence_is_hatched_dotted_or_an_outline_as_its_layer_says():
    hatched = unit("1", square(105.1, 20.1), pattern="hatch")
    outlined = unit("2", square(105.5, 20.5), (9, 9, 9, 1), line=(16, 32, 48))
    svg = drawn(hatched, outlined)

    assert 'fill="url(#silent-hatch)"' in svg and '<pattern id="silent-hatch"' in svg
    assert 'fill-opacity="0.00" stroke="#102030"' in svg
