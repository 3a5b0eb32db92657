"""Who decides for whom and who waits longer, on the map, the start page, a commune's page and beside each other."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from tests.opened import open_page
from tests.pages.test_unit import titles, words

THANH_HOA, NGHI_SON = "38", "16654"
NEIGHBOURS = "16654,14758"


def layers(app: AppTest) -> dict[str, dict]:
    [deck] = app.get("deck_gl_json_chart")
    return {layer["id"]: layer for layer in json.loads(deck.proto.json)["layers"]}


def test_the_map_draws_the_largest_flows_and_tells_all_in_a_table(app_data):
    app = open_page("map", dataset="simulated", province=THANH_HOA, inside="flows")
    drawn = layers(app)["flows"]["data"]
    assert len(drawn) == 60 and all(line["from"] != line["to"] for line in drawn)
    assert "60 luồng lớn nhất từ 1/1/2026 đến 26/9/2026" in words(app)
    assert "Nơi khác giải quyết" in words(app)


def test_without_dossiers_no_flows_are_offered(app_data):
    app = open_page("map", dataset="recorded", province="25", inside="flows")
    assert "flows" not in layers(app) and "Luồng phi địa giới" not in words(app)


def test_the_start_page_says_who_waits_longer_by_kinds_of_places_alone(app_data):
    app = open_page("overview", dataset="simulated", province=THANH_HOA)
    assert "Ai đang chờ lâu hơn" in titles(app)
    assert "Xã, phường biên giới đất liền và các xã, phường còn lại: chưa thấy khác nhau rõ" in words(app)
    assert "Hồ sơ nộp trực tuyến" in words(app)
    assert "Ai đang chờ lâu hơn" not in titles(open_page("overview", dataset="recorded", province="25"))


def test_a_commune_tells_its_flows_and_its_procedures(app_data):
    app = open_page("unit", dataset="simulated", unit=NGHI_SON, procedures="true")
    assert "Ai giải quyết cho ai" in titles(app)
    assert "Chứng thực bản sao từ bản chính (2.000815)" in words(app)


def test_units_beside_each_other_stand_field_by_field(app_data):
    query = {"dataset": "simulated", "province": THANH_HOA, "measure": "on_time_share.portal", "units": NEIGHBOURS}
    text = words(open_page("rankings", **query))
    assert "số hồ sơ phải thuộc lĩnh vực khác" in text and "từng lĩnh vực" in text
