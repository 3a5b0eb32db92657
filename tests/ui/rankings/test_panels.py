"""The two panels under the ranking: other weights for the index, and units side by side."""

from __future__ import annotations

import re
from datetime import date

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from display.drawing.palette import LIGHT
from display.words.rankings import rows_of
from display.words.selection import Selection
from display.words.text import Speaker, texts
from display.words.view import View
from ranking.index_sensitivity import GROUPS, influence
from ranking.periods import Period
from store import snapshot
from store.reference import measures
from store.weights import PUBLISHED, complete, group_scores, ranked_again
from tests.display.place_rows import place
from ui.rankings.comparison import Cell, cells_of, lines, measures_at, unit_cell, unit_labels
from ui.rankings.weights import (
    available,
    influence_in_words,
    parse,
    reason,
    written,
)

AN_GIANG = Period(date(2025, 1, 1), date(2025, 10, 11), "to_date")
LATEST = Period(date(2026, 9, 1), date(2026, 9, 26), "to_date")


def view_of(dataset: str, language: str = "vi", narrow: bool = False) -> View:
    return View(language, Speaker(language), snapshot.open_snapshot(dataset), LIGHT, narrow)


def chosen(
    measure: str = "index_766", scope: str = "91", period: Period = AN_GIANG, level: str = "commune"
) -> Selection:
    series = f"766-{period.end.year}"
    return Selection(level, scope, measures()[measure], "portal", series, period)


def units(*rows: tuple[object, ...]) -> pl.DataFrame:
    """Rows of name and six points, as `weights.group_scores` gives them."""
    return pl.DataFrame(
        [
            {"unit_code": f"0000{n}", "name": name, "province_code": "25"}
            | dict(zip(GROUPS, points, strict=True))
            | {f"{group}_state": "reported" for group in GROUPS}
            for n, (name, *points) in enumerate(rows)
        ],
        schema_overrides=dict.fromkeys(GROUPS, pl.Float64),
    )


THREE = units(  # totals 90, 88, 70; without TDGQ 70, 78, 60
    ("A", 18, 20, 12, 10, 18, 12),
    ("B", 18, 10, 12, 10, 18, 20),
    ("C", 18, 10, 12, 10, 18, 2),
)


@pytest.mark.parametrize("chosen", [PUBLISHED, (0, 40, 1, 2, 3, 4), (0, 0, 0, 0, 0, 0)])
def test_weights_come_back_from_the_link_as_they_went_in(chosen):
    assert parse(written(chosen)) == chosen


def test_weights_stand_in_the_link_as_plain_numbers():
    assert written(PUBLISHED) == "18,20,12,10,18,22"


@pytest.mark.parametrize(
    "text", [None, "", "x", "18", "18,20,12,10,18", "18,20,12,10,18,22,1", "18,20,12,10,18,41", "18,20,12,10,18,-1",
             "18,20,12,10,18,2.5", "18,20,12,10,18,", "٣,20,12,10,18,22"],
)  # fmt: skip
def test_nonsense_in_the_link_means_the_published_weights(text):
    assert parse(text) == PUBLISHED


def test_under_the_published_weights_both_ranks_agree_and_the_total_is_the_sum():
    rows = ranked_again(THREE, PUBLISHED)

    assert rows.select("name", "published", "chosen", "change").rows() == [
        ("A", 1, 1, 0), ("B", 2, 2, 0), ("C", 3, 3, 0),
    ]  # fmt: skip
    assert rows.get_column("total").round(6).to_list() == [90, 88, 70]


def test_without_a_group_its_best_unit_falls_behind():
    rows = ranked_again(THREE, (18, 0, 12, 10, 18, 22))

    assert rows.select("name", "published", "chosen", "change").rows() == [
        ("B", 2, 1, 1), ("A", 1, 2, -1), ("C", 3, 3, 0),
    ]  # fmt: skip
    assert rows.get_column("total").round(6).to_list() == [97.5, 87.5, 75]


def test_the_band_holds_the_chosen_rank():
    rows = ranked_again(THREE, (18, 18, 12, 10, 18, 22))

    assert rows.filter(pl.col("low") > pl.col("chosen")).is_empty()
    assert rows.filter(pl.col("high") < pl.col("chosen")).is_empty()
    assert rows.row(0, named=True)["high"] == 2


def test_only_the_proportions_of_the_weights_matter():
    whole = ranked_again(THREE, (18, 20, 12, 10, 18, 22))
    halved = ranked_again(THREE, (9, 10, 6, 5, 9, 11))

    assert halved.get_column("total").round(6).equals(whole.get_column("total").round(6))


def test_a_unit_that_misses_a_group_is_left_out_and_says_why(app_data):
    row = THREE.row(2, named=True) | {"ckmb": None, "ckmb_state": "not_reported", "mdsh": None, "mdsh_state": None}
    scores = pl.concat([THREE.head(2), pl.DataFrame([row], schema=THREE.schema)])

    assert complete(scores).get_column("name").to_list() == ["A", "B"]
    assert reason(view_of("recorded"), row) == (
        "chưa có báo cáo (Công khai, minh bạch), không có trong nguồn (Số hóa hồ sơ)"
    )


def test_a_group_that_moves_nothing_is_named_only_where_it_moves_nothing(app_data):
    moving = influence(THREE.select(list(GROUPS)).to_numpy())
    text = influence_in_words(view_of("recorded", "en"), moving)
    still = "openness and transparency; online services; online payment; satisfaction"

    assert text.endswith(f"No rank changes when any one of these groups is left out: {still}.")
    assert "timeliness" in text.split(".")[0]


def test_a_group_without_weight_is_not_said_to_move_nothing(app_data):
    moving = influence(THREE.select(list(GROUPS)).to_numpy(), (0, 20, 12, 10, 18, 22))

    assert "openness" not in influence_in_words(view_of("recorded", "en"), moving)


def test_where_no_group_moves_a_rank_none_is_called_the_most_moving(app_data):
    far_apart = units(("A", 18, 20, 12, 10, 18, 22), ("B", 9, 10, 6, 5, 9, 11))
    moving = influence(far_apart.select(list(GROUPS)).to_numpy())

    assert influence_in_words(view_of("recorded", "en"), moving) == (
        "No rank changes whichever single group is left out."
    )


@pytest.mark.parametrize("measure, there", [("index_766", True), ("mdsh", True), ("on_time_share", False)])
def test_the_panel_is_there_for_the_index_and_its_groups(app_data, measure, there):
    assert available(view_of("recorded"), chosen(measure)) == there


def test_the_panel_is_not_there_where_groups_are_missing(app_data):
    phu_tho = chosen("tdgq", "25", LATEST)

    assert not available(view_of("recorded"), phu_tho)


def test_the_published_ranks_are_those_of_the_index(app_data):
    view, selection = view_of("recorded"), chosen()
    scores = group_scores(view.snapshot, "commune", "portal", AN_GIANG, "91")
    rows = ranked_again(complete(scores), PUBLISHED)
    official = rows_of(view, selection).select("unit_code", "rank")

    assert rows.height == 102
    assert rows.join(official, on="unit_code").filter(pl.col("rank") != pl.col("published")).is_empty()


def _weights_panel(dataset: str, language: str, period: object, scope: str, narrow: bool) -> None:
    from tests.ui.rankings.test_panels import chosen, view_of
    from ui.rankings import weights

    weights.panel(view_of(dataset, language, narrow), chosen("index_766", scope, period))


def _comparison_panel(dataset: str, language: str, period: object, scope: str, narrow: bool) -> None:
    from display.words import rankings
    from tests.ui.rankings.test_panels import chosen, view_of
    from ui.rankings import comparison

    view, selection = view_of(dataset, language, narrow), chosen("index_766", scope, period)
    comparison.panel(view, selection, rankings.rows_of(view, selection))


def run(script, dataset: str, scope: str, period: Period, language="vi", narrow=False, **query: str) -> AppTest:
    arguments = {"dataset": dataset, "language": language, "period": period, "scope": scope, "narrow": narrow}
    app = AppTest.from_function(script, kwargs=arguments, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def words(app: AppTest) -> str:
    markup = " ".join(element.proto.body for element in app.get("html"))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup))


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("dataset, scope, period", [("recorded", "91", AN_GIANG), ("simulated", "38", LATEST)])
def test_both_panels_open(app_data, dataset, scope, period, language, narrow):
    rows = rows_of(view_of(dataset), chosen("index_766", scope, period))
    codes = ",".join(rows.get_column("unit_code").head(4))
    run(_weights_panel, dataset, scope, period, language, narrow, w="10,20,12,10,18,30")
    compared = run(_comparison_panel, dataset, scope, period, language, narrow, units=codes)

    assert rows.item(0, "name") in words(compared)


def test_the_panel_says_first_that_it_is_not_the_official_index(app_data):
    app = run(_weights_panel, "recorded", "91", AN_GIANG)

    assert "không phải Chỉ số 766 chính thức" in app.warning[0].value
    assert "102 đơn vị giữ nguyên hạng" in words(app)
    assert [slider.value for slider in app.slider] == list(PUBLISHED)
    assert "w" not in app.query_params


def test_nonsense_in_the_link_is_said_and_the_published_weights_are_shown(app_data):
    app = run(_weights_panel, "recorded", "91", AN_GIANG, w="1,2,x")

    assert [slider.value for slider in app.slider] == list(PUBLISHED)
    (one,) = app.session_state["links_of_run"].unmet.values()
    assert (one.key, one.wanted, one.shown) == ("w", "1,2,x", "18,20,12,10,18,22")


def test_a_slider_writes_the_link_and_the_button_clears_it(app_data):
    app = run(_weights_panel, "recorded", "91", AN_GIANG)
    app.slider[1].set_value(40).run()
    assert app.query_params["w"] in ("18,40,12,10,18,22", ["18,40,12,10,18,22"])
    assert "đổi hạng. Đổi nhiều nhất" in words(app)

    app.button[0].click().run()
    assert "w" not in app.query_params
    assert app.slider[1].value == 20


def test_weights_of_nothing_are_answered_in_words(app_data):
    app = run(_weights_panel, "recorded", "91", AN_GIANG, w="0,0,0,0,0,0")

    assert "không có gì để xếp hạng" in app.info[0].value


def test_with_one_group_alone_no_influence_is_compared(app_data):
    assert "Chỉ một nhóm đang có trọng số" in words(run(_weights_panel, "recorded", "91", AN_GIANG, w="0,9,0,0,0,0"))


def test_of_the_whole_country_the_first_rows_are_shown_and_the_rest_counted(app_data):
    text = words(run(_weights_panel, "simulated", "VN", LATEST))

    assert re.search(r"Bảng hiện 200 đơn vị đứng đầu; còn [\d.]+ đơn vị không hiện ở đây", text)
    assert "chưa có báo cáo (cả sáu nhóm)" in text


def test_in_the_whole_country_a_unit_stands_with_its_province(app_data):
    view, selection = view_of("simulated"), chosen("index_766", "VN", LATEST)
    names = unit_labels(view, selection, rows_of(view, selection))

    assert names["00004"] == "Phường Ba Đình (Hà Nội)"


def test_measures_stand_in_the_order_of_the_registry(app_data):
    found = [measure.id for measure, _ in measures_at(view_of("recorded"), chosen())]

    assert found[:7] == ["index_766", *GROUPS]
    assert found == [name for name in measures() if name in found]


def test_a_share_stands_with_its_n_and_its_rank(app_data):
    row = {"value": 98.9, "denominator": 2914.0, "rank": 1, "rank_low": None, "rank_high": None, "of": 148}
    cell = unit_cell(view_of("recorded"), measures()["on_time_share"], row | {"state": "reported"})

    assert cell == Cell("98,9\u00a0%", ("n = 2.914", "hạng 1/148"))


def test_tier_expected_rank_and_likely_ranks_stand_beside_the_rank_by_value(app_data):
    row = {"value": 98.9, "denominator": 2914.0, "rank": 12, "rank_low": 7, "rank_high": 23, "of": 148}
    likely = place(12, 148, low=8, high=21)
    cell = unit_cell(view_of("recorded"), measures()["on_time_share"], row | {"state": "reported"}, likely)

    expected = ("nhóm đầu · hạng dự kiến 12", "có thể từ hạng 8 đến hạng 21 trong 148")
    assert cell.notes == ("n = 2.914", "hạng 12/148", *expected)


@pytest.mark.parametrize(
    "row, text",
    [
        (None, "không có trong nguồn"),
        ({"value": None, "state": "no_dossiers"}, "không phát sinh hồ sơ"),
        ({"value": None, "state": "suppressed"}, "không công bố: quá ít hồ sơ, hoặc ẩn cùng"),
    ],
)
def test_a_silence_is_said_in_words(app_data, row, text):
    cell = unit_cell(view_of("recorded"), measures()["on_time_share"], row)

    assert cell == Cell(text, silent=True)


def test_the_last_column_is_the_level_of_all_units_together(app_data):
    view, selection = view_of("recorded"), chosen()
    cells = cells_of(view, selection, ["30307"], measures()["index_766"], "portal")

    assert len(cells) == 2
    assert "Trung vị các đơn vị" in cells[-1].notes


def test_a_curve_needs_three_months(app_data):
    recorded = run(_comparison_panel, "recorded", "91", AN_GIANG, units="30307")
    simulated = run(_comparison_panel, "simulated", "38", LATEST, units="14812")

    assert "chưa có đủ ba tháng" in words(recorded)
    assert len(recorded.get("plotly_chart")) == 0
    assert len(simulated.get("plotly_chart")) == 1


def test_a_curve_breaks_between_two_series_and_before_the_running_month_and_is_named_once(app_data):
    view, selection = view_of("simulated"), chosen("index_766", "38", LATEST)
    curves = lines(view, selection, ["14812"], {"14812": "Phường Bỉm Sơn"})

    assert [line.name for line in curves] == ["", "", "Phường Bỉm Sơn"]  # 2025, 2026, and the month that is not over
    assert curves[0].days[0] == date(2025, 7, 1)


def test_every_text_of_the_panels_is_in_both_languages():
    ours = {key: text for key, text in texts().items() if key.startswith(("weights.", "compare."))}

    assert [key for key, text in ours.items() if set(text) != {"vi", "en"}] == []
    assert {"weights.title", "compare.title"} <= set(ours)
