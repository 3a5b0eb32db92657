"""The page of one commune as a script: no browser, the real snapshots."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from display.portraits import place_details
from tests.conftest import _forget
from tests.opened import completed, open_page
from tests.unit_world import publish_world

NGHI_SON, HOAN_KIEM, BO_HA, PHU_NINH, LONGEST = "16654", "00070", "07294", "08230", "00226"
TRUONG_SA = "22736"


def open_unit(**query: str) -> AppTest:
    return open_page("unit", **query)


def markup(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def words(app: AppTest) -> str:
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", markup(app), flags=re.S))
    return re.sub(r"\s+", " ", text)


def titles(app: AppTest) -> list[str]:
    return [element.value for element in app.subheader]


@pytest.mark.parametrize("dataset", ["recorded", "simulated"])
@pytest.mark.parametrize("code", [NGHI_SON, HOAN_KIEM, BO_HA, PHU_NINH, LONGEST])
def test_each_unit_opens_with_its_name(app_data, dataset, code):
    app = open_unit(dataset=dataset, unit=code)

    assert markup(app).count("<h1") == 1
    assert app.query_params["unit"] in (code, [code])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_full_unit_has_all_sections(app_data, language):
    app = open_unit(dataset="simulated", unit=NGHI_SON, lang=language)
    assert len(titles(app)) == 10
    first = re.search(r'<ul class="gd-list gd-exceptions">(.*?)</ul>', markup(app)).group(1)
    assert 1 <= first.count("<li>") <= 5
    assert len(re.findall(r"<b>\d+[.,]\d", first)) == first.count("<li>"), "each with its figure"


def test_simulated_figures_say_so(app_data):
    assert words(open_unit(dataset="simulated", unit=NGHI_SON)).count("ô phỏng") >= 3


def test_recorded_figures_never_call_themselves_simulated(app_data):
    assert "ô phỏng" not in words(open_unit(dataset="recorded", unit=PHU_NINH))


def test_without_a_unit_the_page_says_how_to_choose_one(app_data):
    text = words(open_unit(dataset="recorded"))

    assert "Chọn tỉnh, thành phố rồi chọn xã, phường" in text
    assert "Không có xã" not in text


def test_an_unknown_code_is_named_and_escaped(app_data):
    app = open_unit(dataset="recorded", unit="<b>1")

    assert "mang mã <b>1" not in markup(app)
    assert "mang mã &lt;b&gt;1" in markup(app)


def test_choosing_a_province_and_a_commune_leads_to_its_page(app_data):
    app = open_unit(dataset="recorded")
    app.selectbox(key="unit_page_province").set_value("38").run()
    app.selectbox(key="unit_page_unit").set_value(NGHI_SON).run()

    assert "Phường Nghi Sơn" in words(app)
    assert app.query_params["unit"] in (NGHI_SON, [NGHI_SON])


def test_another_province_lets_go_of_the_commune(app_data):
    app = open_unit(dataset="recorded", unit=NGHI_SON)
    app.selectbox(key="unit_page_province").set_value("25").run()

    assert "unit" not in app.query_params
    assert "Chọn tỉnh, thành phố" in words(app)


def test_the_unit_wins_over_another_province_in_the_link(app_data):
    app = open_unit(dataset="recorded", unit=NGHI_SON, province="25")

    assert completed(app)["province"] == "38"


def test_a_unit_without_figures_says_so_and_still_who_it_is(app_data):
    app = open_unit(dataset="recorded", unit=NGHI_SON)
    text = words(app)

    assert "chưa có số liệu nào của đơn vị" in text
    assert "Hợp thành từ 3 đơn vị cũ" in text
    assert len(titles(app)) == 1


def test_all_old_communes_are_named(app_data):
    text = words(open_unit(dataset="simulated", unit=HOAN_KIEM))

    assert "Hợp thành từ 14 đơn vị cũ" in text
    assert text.count("Quận Hoàn Kiếm, Thành phố Hà Nội") == 14 - text.count("Quận Ba Đình, Thành phố Hà Nội")


def test_hoang_sa_and_truong_sa_have_their_pages(app_data):
    assert "Đặc khu" in words(open_unit(dataset="simulated", unit=TRUONG_SA))


def test_a_rate_stands_beside_interval_n_and_rank(app_data):
    text = words(open_unit(dataset="recorded", unit=PHU_NINH))

    assert re.search(
        r"Đúng hạn \(Cổng\) Tháng 8/2026 88,6 % 84,7–91,7 1\.809 – chưa tách được hạng dự kiến 62 độ dao động ước", text
    )
    assert not re.search(r"\d+ \(\d+–\d+\)/148", text)


def test_the_column_of_ranks_names_the_months_they_come_from(app_data):
    page = open_unit(dataset="simulated", unit=NGHI_SON)

    assert "Hạng trong tỉnh 4 tháng, 5–8/2026" in words(page)
    assert "Nhóm và hạng dự kiến tính trên 4 tháng, 5–8/2026." in words(page)
    assert re.search(r'<img[^>]+alt="hạng dự kiến \d+, có thể từ hạng \d+ đến hạng \d+ trong \d+"', markup(page))


def test_the_detail_of_places_is_worked_out_only_while_its_fold_is_open(app_data, monkeypatch):
    asked = []
    monkeypatch.setattr(place_details, "details", lambda view, code: asked.append(code) or [])

    shut = words(open_unit(dataset="recorded", unit=PHU_NINH))
    assert (asked, "chắc chắn trong khoảng" in shut) == ([], False)

    open_unit(dataset="recorded", unit=PHU_NINH, places="true")
    assert asked == [PHU_NINH]


def test_the_open_fold_says_chances_ranges_months_and_how_the_error_is_known(app_data):
    text = words(open_unit(dataset="recorded", unit=PHU_NINH, places="true"))

    assert "phần 10 khả năng thuộc nhóm đầu" in text
    assert re.search(r"Có thể từ hạng \d+ đến hạng \d+ trong 148; chắc chắn trong khoảng hạng \d+–\d+\.", text)
    assert "Tháng 8/2026; độ dao động ước từ hai kỳ, là mức thấp nhất." in text
    assert "Chưa đủ mười hai tháng so sánh được." in text


def test_without_fields_the_page_says_what_to_bring_in(app_data):
    text = words(open_unit(dataset="recorded", unit=PHU_NINH))

    assert "Số này có trong biểu II.06 hoặc danh sách hồ sơ" in text
    assert "python -m" not in text


def test_each_chart_leads_to_the_page_about_time(app_data):
    page = markup(open_unit(dataset="simulated", unit=NGHI_SON))
    links = re.findall(r'class="gd-multiple" href="([^"]+)"', page)

    assert len(links) > 10
    assert all("units=16654" in link and "province=38" in link and "over=" in link for link in links)
    assert all("dataset=simulated" in link for link in links)


def test_neighbours_lead_to_their_pages(app_data):
    page = markup(open_unit(dataset="recorded", unit=NGHI_SON))

    assert re.search(r'href="./don-vi\?dataset=recorded&amp;lang=vi&amp;unit=16645"', page)


def test_the_measure_of_the_old_communes_stands_in_the_link(app_data):
    text = words(open_unit(dataset="simulated", unit=NGHI_SON, measure="received"))

    assert "Hồ sơ tiếp nhận: trước sắp xếp" in text


def test_no_dossiers_is_told_from_not_known(app_data):
    text = words(open_unit(dataset="simulated", unit="20333"))

    assert "Hồ sơ tiếp nhận: không phát sinh hồ sơ" in text
    assert "Nguồn có chia theo lĩnh vực" in text
    assert "Dân số – Trụ sở" in text


def test_missing_is_a_word_and_never_zero(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    _forget()
    publish_world(tmp_path)
    text = words(open_unit(dataset="live", unit="16561"))
    _forget()

    assert "Đúng hạn (Cổng) Tháng 8/2026 chưa có báo cáo" in text
    assert "có báo cáo hoặc không phát sinh hồ sơ 0 trên 8 tháng" in text
