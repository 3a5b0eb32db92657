"""Province borders from four squares in a row: two of Hà Nội, two of Phú Thọ."""

from __future__ import annotations

import shapely
import shapely.geometry

from display.maps import borders
from display.words.text import Speaker

SQUARES = {
    code: shapely.geometry.mapping(shapely.box(left, 0, left + 1, 1))
    for left, code in enumerate(["00004", "00008", "04792", "04795"])
}


def length(lines: list) -> float:
    return sum(shapely.LineString(line).length for line in lines)


def test_in_the_country_only_what_provinces_share_is_a_line():
    (line,) = borders.borders("VN", SQUARES)

    assert sorted(line) == [(2.0, 0.0), (2.0, 1.0)]


def test_a_province_has_a_line_all_around_and_none_inside():
    own = {code: SQUARES[code] for code in ("04792", "04795")}

    assert length(borders.borders("25", own)) == 6


def test_without_areas_there_are_no_borders():
    assert borders.borders("VN", {}) == []


def test_the_archipelagos_are_named_where_they_belong():
    def labels(scope: str, language: str = "vi") -> list[str]:
        features = borders.collection(scope, {}, Speaker(language))["features"]
        return [feature["properties"]["label"] for feature in features]

    assert labels("48") == ["Quần đảo Hoàng Sa"]
    assert labels("56", "en") == ["Trường Sa archipelago"]
    assert labels("25") == []
