"""Every page as a script: no browser, the real snapshots."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from ranking.manifest import CURRENT
from tests.opened import open_page, page_of

TO_DATE = "2026-01-01_2026-09-26"
PAGES = ("overview", "rankings", "map", "online_filing", "unit", "inspection", "transparency", "methods")


def markup(app: AppTest) -> str:
    """All HTML of a page, and its captions, as one text."""
    return " ".join(element.proto.body for element in app.get("html"))


def words(app: AppTest) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", markup(app), flags=re.S))


def select(app: AppTest, key: str):
    return next(box for box in app.selectbox if box.key == f"chosen_{key}")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("dataset", ["recorded", "simulated"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_page_opens_with_one_heading(app_data, page, dataset, language):
    app = open_page(page, dataset=dataset, lang=language)

    assert page_of(app) == page
    assert markup(app).count("<h1") == 1


@pytest.mark.parametrize("page", PAGES)
def test_simulated_figures_say_so_on_every_page(app_data, page):
    assert "ô phỏng" in words(open_page(page, dataset="simulated"))


@pytest.mark.parametrize("page", PAGES)
def test_recorded_figures_never_call_themselves_simulated(app_data, page):
    assert "ô phỏng" not in words(open_page(page, dataset="recorded"))


def test_the_first_screen_says_who_when_and_how_firm(app_data):
    whole = words(open_page("rankings", dataset="recorded", province="25"))
    text = words(open_page("rankings", dataset="recorded", province="25", period=TO_DATE))

    assert "148 xã, phường của Phú Thọ , tháng 8/2026." in whole
    assert "148 xã, phường của Phú Thọ , lũy kế 1/1–26/9/2026, tạm tính." in text


def test_a_rate_stands_beside_its_n_in_vietnamese_form(app_data):
    text = words(open_page("rankings", dataset="recorded", province="25", measure="on_time_share", period=TO_DATE))

    assert re.search(r" 1\s+Xã Yên Phú\s+nhóm đầu\s+hạng dự kiến \d+\s+98,9\u00a0%", text)
    assert "2.914" in text


def test_english_figures_have_english_form(app_data):
    text = words(open_page("rankings", dataset="recorded", province="25", period=TO_DATE, lang="en"))

    assert "98.9%" in text
    assert "2,914" in text


def test_departments_never_stand_among_communes(app_data):
    communes = words(open_page("rankings", dataset="recorded", province="25"))
    departments = words(open_page("rankings", dataset="recorded", province="25", level="department"))

    assert "Sở Công Thương" not in communes
    assert "Sở Công Thương" in departments
    assert "Xã Yên Phú" not in departments


def test_provinces_are_ranked_by_the_index(app_data):
    text = words(open_page("rankings", dataset="recorded", level="province", measure="index_766"))

    assert re.search(r" 1\s+Đồng Tháp\s+68,32?\u00a0điểm", text)


def test_search_ignores_case_and_diacritics(app_data):
    text = words(open_page("rankings", dataset="recorded", province="25", q="YEN PHU"))

    assert "Xã Yên Phú" in text
    assert "Xã Ngọc Sơn" not in text


def test_search_finds_old_names_and_says_why(app_data):
    text = words(open_page("rankings", dataset="simulated", province="38", q="hai thuong"))

    assert "Phường Nghi Sơn" in text or "Xã Nghi Sơn" in text
    assert "gồm Phường Hải Thượng cũ" in text


def test_a_search_without_result_says_what_to_do(app_data):
    assert "Không có đơn vị nào khớp với “zzz”" in words(open_page("rankings", dataset="recorded", q="zzz"))


def test_markup_in_the_search_is_shown_as_text(app_data):
    assert "<script>" not in markup(open_page("rankings", dataset="recorded", q="<script>alert(1)</script>"))


def test_unranked_units_say_why(app_data):
    text = words(open_page("rankings", dataset="simulated", province="VN", page="33"))

    assert "chưa có báo cáo" in text
    assert "không phát sinh hồ sơ" in text


def test_the_whole_country_is_shown_in_pages(app_data):
    first = words(open_page("rankings", dataset="simulated", province="VN"))
    second = words(open_page("rankings", dataset="simulated", province="VN", page="2"))

    assert first != second
    assert first.count("12 kỳ gần nhất") == 1


def test_a_link_with_nonsense_opens_the_default_view(app_data):
    app = open_page("rankings", dataset="none", province="99", measure="x", period="y", level="z", page="-1", lang="fr")

    assert markup(app).count("<h1") == 1


def test_a_choice_goes_into_the_link_as_a_code(app_data):
    app = open_page("rankings", dataset="simulated", province="25")
    select(app, "measure").set_value("received").run()

    assert app.query_params["measure"] in ("received", ["received"])


def test_the_map_lists_its_classes_with_counts(app_data):
    text = words(
        open_page("map", dataset="recorded", province="25", measure="on_time_share", period=TO_DATE, way="value")
    )

    assert re.search(r"\d+,\d\u00a0% – 98,9\u00a0% \(\d+\)", text)


def test_online_filing_of_a_province_stands_beside_the_country(app_data):
    text = words(open_page("online_filing", dataset="recorded", province="25"))

    assert "98,6\u00a0%" in text
    assert "Cả nước: 94,9\u00a0%" in text


def test_where_communes_have_no_share_the_page_says_how_to_bring_it_in(app_data):
    text = words(open_page("online_filing", dataset="recorded", province="25"))

    assert "Số này có trong biểu II.06 hoặc danh sách hồ sơ xuất từ hệ thống của tỉnh." in text


def test_a_missing_dataset_names_the_command_that_builds_it(app_data, tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    app = open_page("rankings")

    assert "Chưa có số liệu" in words(app)
    assert app.code[0].value == "git checkout -- data/published/recorded"


def test_a_damaged_snapshot_is_not_shown(app_data, tmp_path, monkeypatch):
    shutil.copytree(app_data / "published" / "recorded", tmp_path / "published" / "recorded")
    folder = tmp_path / "published" / "recorded"
    table = folder / (folder / CURRENT).read_text().strip() / "standings.parquet"
    table.write_bytes(table.read_bytes()[:-100])
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    app = open_page("rankings")

    assert "bị hỏng" in words(app)
    assert "standings.parquet" in words(app)
    assert app.code[0].value == "git checkout -- data/published/recorded"


def test_filters_shorten_the_table_but_keep_the_ranks(app_data):
    app = open_page("rankings", dataset="simulated", province="25", period="2026-08", kind="phuong")
    text = words(app)

    assert "thứ hạng vẫn là thứ hạng trong toàn phạm vi" in text
    assert "Phường Việt Trì" in text
    names = re.findall(r"<tr data-unit=.*?<a [^>]*>([^<]+)<", markup(app))
    assert len(names) > 10 and all(name.startswith("Phường ") for name in names)


def test_the_peers_of_a_unit_can_be_shown_alone(app_data):
    text = words(open_page("rankings", dataset="simulated", province="VN", period="2026-08", peers="16654"))

    assert "16 đơn vị trong bảng" in text


@pytest.mark.parametrize("chart", ["order", "funnel", "time"])
@pytest.mark.parametrize("scope", ["25", "VN"])
def test_each_chart_says_how_to_read_it(app_data, chart, scope):
    text = words(open_page("rankings", dataset="simulated", province=scope, chart=chart))
    reading = {
        "order": "Mỗi chấm là một đơn vị, hạng dự kiến tốt nhất ở bên trái",
        "funnel": "Ngoài phễu",
        "time": "một nửa số đơn vị",
    }

    assert reading[chart] in text


def test_the_index_of_two_series_is_never_joined(app_data):
    january = markup(open_page("rankings", dataset="simulated", province="25", measure="index_766", period="2026-01"))
    february = markup(open_page("rankings", dataset="simulated", province="25", measure="index_766", period="2026-02"))

    assert "so với tháng 12/2025" not in _first_card(january)
    assert "so với tháng 1/2026" in _first_card(february)


def _first_card(page: str) -> str:
    return page.split('<div class="gd-card">')[1]


def test_the_map_says_where_its_borders_come_from(app_data):
    text = words(open_page("map", dataset="recorded", province="25", shape="symbol"))

    assert "Vẽ tại trụ sở, không dùng ranh giới." in text


def test_special_months_carry_a_dot_in_the_trend(app_data):
    page = markup(open_page("rankings", dataset="simulated", province="VN", period="2026-08"))
    dots = [line.count("%3Ccircle") for line in re.findall(r'class="gd-spark"[^>]*src="([^"]+)"', page)]

    assert min(dots) <= 1 < max(dots)


def test_questions_and_visits_stand_on_the_page_once_opened(app_data):
    closed = words(open_page("unit", dataset="simulated", unit="08515"))
    opened = words(open_page("unit", dataset="simulated", unit="08515", visit="true"))

    assert "Câu hỏi riêng của đơn vị" not in closed
    assert "Câu hỏi riêng của đơn vị" in opened
    assert "Chưa ghi lần" in opened


def _page_that_may_be_broken_off() -> None:
    import streamlit as st

    from ui.frame import links

    links.arrive()
    st.text(links.choice("province", ["25", "38"], "25"))
    if not st.session_state.get("broken_off"):
        links.settle()


def test_a_choice_survives_a_first_run_that_is_broken_off():
    app = AppTest.from_function(_page_that_may_be_broken_off)
    app.session_state["remembered"], app.session_state["place"] = {"province": "38"}, "/elsewhere"
    app.session_state["broken_off"] = True
    assert app.run().text[0].value == "38"
    app.session_state["broken_off"] = False
    assert app.run().text[0].value == "38"
    assert app.run().text[0].value == "25"  # on the same page, a link without it means the default


def test_a_count_is_set_against_the_middle_commune_not_against_the_sum_of_all(app_data):
    app = open_page("rankings", dataset="recorded", province="25", measure="received", period="2026-08")
    [chart] = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    [label] = [note["text"] for note in chart["layout"]["annotations"] if "Trung vị" in note["text"]]

    assert int(re.search(r"([\d.]+)\shồ sơ", label)[1].replace(".", "")) < 5000


def test_where_all_units_are_the_same_the_page_says_so_and_counts_nobody_as_silent(app_data):
    text = words(open_page("rankings", dataset="recorded", province="25", measure="ckmb", period="2026-08"))

    assert (
        "148 xã, phường của Phú Thọ , tháng 8/2026. Mọi đơn vị đều được 7,96\u00a0điểm, nên không xếp hạng ai." in text
    )
    assert "không xếp hạng, lý do ghi ở cuối bảng" not in text


def test_provinces_open_on_the_period_in_which_most_of_them_are_ranked(app_data):
    app = open_page("rankings", dataset="recorded", level="province", measure="index_766")

    assert select(app, "period").value == "2026-01-01_2026-09-17"
