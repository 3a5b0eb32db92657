"""The map page as a script: its switches stand in the link, and a chosen unit outlives measure and period."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import markup, open_page, select, words


def decks(app: AppTest) -> list[dict]:
    return [json.loads(element.proto.json) for element in app.get("deck_gl_json_chart")]


def layer(deck: dict, name: str) -> dict | None:
    return next((one for one in deck["layers"] if one["id"] == name), None)


def test_the_link_switches_to_the_old_communes(app_data):
    app = open_page("map", dataset="recorded", province="25", inside="old")
    members = layer(decks(app)[0], "members")

    assert members["data"].startswith("/layers/members.geojson?scope=25&")
    assert "479 chấm là vị trí các xã, phường, thị trấn cũ" in words(app)


def test_new_units_stand_alone_unless_asked(app_data):
    app = open_page("map", dataset="recorded", province="25", way="band")

    assert layer(decks(app)[0], "members") is None
    assert "Độ dao động ước từ hai kỳ, là mức thấp nhất" in words(app), "beside colours that say who is better"
    assert "Đó là mức thấp nhất: khoảng thật có thể rộng hơn" in words(app), "over the table of ranks"


def test_the_link_colours_by_number_of_old_communes(app_data):
    text = words(open_page("map", dataset="recorded", province="25", way="merged"))

    assert "3 đơn vị cũ (" in text
    assert "từ 7 đơn vị cũ (" in text


def test_two_periods_stand_side_by_side_with_one_legend(app_data):
    app = open_page("map", dataset="simulated", province="38", period="2026-08", beside="2026-02")
    addresses = [layer(deck, "units")["data"] for deck in decks(app)]

    assert ["period=2026-08" in one for one in addresses] == [True, False]
    assert ["beside=2026-02" in one for one in addresses] == [True, False]
    assert markup(app).count("gd-legend") == 1 + markup(open_page("unit", dataset="simulated")).count("gd-legend")


@pytest.mark.parametrize("way", ["change", "merged"])
def test_a_second_period_is_not_offered_where_colours_don_t_compare(app_data, way):
    app = open_page("map", dataset="simulated", province="38", period="2026-08", beside="2026-02", way=way)

    assert len(decks(app)) == 1


def test_the_chosen_unit_outlives_a_change_of_measure_and_period(app_data):
    app = open_page("map", dataset="simulated", province="38", unit="16654")
    select(app, "measure").set_value("received").run()
    select(app, "period").set_value("2026-06").run()

    assert app.query_params["unit"] in ("16654", ["16654"])
    assert "Hợp thành từ 3 đơn vị cũ" in words(app)
    assert layer(decks(app)[0], "chosen") is not None


def test_a_unit_of_elsewhere_is_not_chosen_and_the_page_says_so(app_data):
    app = open_page("map", dataset="simulated", province="38", unit="00004")

    assert "Liên kết yêu cầu xã, phường “Phường Ba Đình, Hà Nội”, ở đây không có" in words(app)
    assert "gd-unit-card" not in markup(app).split("</style>")[-1]


def test_no_geometry_goes_through_the_page_itself(app_data):
    app = open_page("map", dataset="simulated", province="VN", inside="old", unit="16654")

    assert all(len(element.proto.json) < 6000 for element in app.get("deck_gl_json_chart"))
