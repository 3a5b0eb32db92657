"""The rankings page: its picture, the line over its list, tiers and expected ranks in its rows, clear movements."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, parse_qsl, urlsplit

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from display.drawing import addressed
from display.words import numbers, rankings
from display.words.selection import Selection
from ranking.periods import parse
from store import moves
from store.reference import measures
from tests.opened import completed, linked, open_page
from tests.pages.test_pages import TO_DATE, markup, words
from tests.ui.rankings.test_panels import view_of
from ui.parts import downloads


def rows_at(app: AppTest, dataset: str, **changes: str) -> tuple[Selection, pl.DataFrame]:
    """What a rankings page is about, and its rows as the store gives them."""
    chosen = {box.key.removeprefix("chosen_"): box.value for box in app.selectbox if box.key} | changes
    measure, _, basis = chosen["measure"].partition(".")
    selection = Selection(
        chosen.get("level", "commune"), chosen["province"], measures()[measure], basis or "portal", "766-2026",
        parse(chosen["period"]),
    )  # fmt: skip
    return selection, rankings.rows_of(view_of(dataset), selection)


def tiers_of(rows: pl.DataFrame) -> dict[str, int]:
    return dict(rows.drop_nulls("tier").group_by("tier").len().iter_rows())


def head_of(app: AppTest) -> str:
    """The line over the list."""
    return next(line for line in markup(app).split("</p>") if "So với đơn vị ở giữa: " in line)


def table_of(app: AppTest) -> str:
    return re.search(r'<table class="gd-table">.*?</table>', markup(app), re.S)[0]


@pytest.mark.parametrize(
    ("dataset", "period"), [("recorded", TO_DATE), ("recorded", "2026-08"), ("simulated", "2026-08")]
)
def test_the_list_is_headed_by_its_tiers_the_wrong_placements_to_expect_and_who_clearly_differs(
    app_data, dataset, period
):
    app = open_page("rankings", dataset=dataset, province="25", measure="on_time_share", period=period)
    _, rows = rows_at(app, dataset)
    tiers, bands = tiers_of(rows), dict(rows.drop_nulls("band").group_by("band").len().iter_rows())
    placed = rows.filter(pl.col("tier") != "middle")
    sure = placed.select(pl.when(pl.col("tier") == "first").then("p_first").otherwise("p_last").alias("sure"))
    wrong = numbers.number(100 * (1 - sure.get_column("sure").mean()), "vi")
    head = re.sub("<[^>]+>", "", head_of(app))

    assert tiers["first"] > 0 and tiers["last"] > 0
    counts = f"Nhóm đầu: {tiers['first']} · Chưa tách được: {tiers['middle']} · Nhóm cuối: {tiers['last']}."
    assert counts in head
    assert f"Trong {placed.height} đơn vị đã xếp nhóm, dự kiến khoảng {wrong}\u00a0% bị xếp nhầm." in head
    said = f"So với đơn vị ở giữa: {bands['above']} đơn vị tốt hơn rõ, {bands['below']} kém hơn rõ"
    assert said in head


def test_each_tier_over_the_list_leads_to_its_units_alone(app_data):
    app = open_page("rankings", dataset="simulated", province="25", period="2026-08")
    _, rows = rows_at(app, "simulated")
    for tier, n in tiers_of(rows).items():
        links = [parse_qs(urlsplit(unescape(link)).query) for link in re.findall(r'href="([^"]+)"', head_of(app))]
        query = next(link for link in links if link["tier"] == [tier])
        alone = open_page("rankings", **{key: values[0] for key, values in query.items()})
        shown = set(re.findall(r'<tr data-unit="(\d+)"', table_of(alone)))

        assert shown == set(rows.filter(pl.col("tier") == tier).get_column("unit_code"))
        assert len(shown) == n
        assert completed(alone)["tier"] == tier


@pytest.mark.parametrize(
    ("dataset", "language", "window"),
    [
        ("simulated", "vi", "Nhóm và hạng dự kiến, 4 tháng, 5–8/2026"),
        ("simulated", "en", "Third and expected rank, 4 months, May–Aug 2026"),
        ("recorded", "vi", "Nhóm và hạng dự kiến, tháng 8/2026"),
        ("recorded", "en", "Third and expected rank, August 2026"),
    ],
)
def test_rows_show_tier_and_expected_rank_under_their_window_and_the_range_as_a_whisker(
    app_data, dataset, language, window
):
    app = open_page("rankings", dataset=dataset, province="25", period="2026-08", lang=language)
    table = table_of(app)
    _, rows = rows_at(app, dataset)
    first = rows.row(0, named=True)
    [row] = re.findall(rf'<tr data-unit="{first["unit_code"]}">(.*?)</tr>', table, re.S)
    low, high, certain = first["likely_low"], first["likely_high"], (first["rank_low"], first["rank_high"])

    assert f">{window}</a></th>" in table.replace("&NoBreak;", "")
    assert not re.search(r"\(\d+–\d+\)", re.sub("<[^>]+>", " ", table))
    said = {
        "vi": f"có thể từ hạng {low} đến hạng {high} trong {first['of']}; chắc chắn trong khoảng hạng %d–%d" % certain,
        "en": f"likely between rank {low} and {high} of {first['of']}; proven between rank %d and %d" % certain,
    }
    assert re.search(rf'class="gd-range" role="img" title="[^"]+; {said[language]}"><img ', row)
    expected = {"vi": "hạng dự kiến", "en": "about rank"}[language]
    assert f'<span class="gd-expected">{expected} {round(first["expected_rank"])}</span>' in row


@pytest.mark.parametrize("page", ["overview", "rankings"])
@pytest.mark.parametrize("scope", ["25", "VN"])
def test_one_picture_stands_over_everything_with_its_finding(app_data, page, scope):
    app = open_page(page, dataset="simulated", province=scope)
    drawn = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "gan_dan_places"]

    assert len(drawn) == 1
    assert markup(app).count('class="gd-finding"') == 1
    assert markup(app).index('class="gd-finding"') < markup(app).index('class="gd-card"')


def test_without_expected_ranks_the_order_is_a_plain_chart(app_data):
    app = open_page("rankings", dataset="recorded", province="25", measure="received", period="2026-08")

    assert len(app.get("plotly_chart")) == 1
    assert "gd-finding" not in markup(app).partition("</style>")[2]
    assert "Nhóm và hạng dự kiến" not in words(app)


@pytest.mark.parametrize(
    ("dataset", "measure", "said"),
    [
        ("simulated", "on_time_share", ["mức dao động đo được giữa các tháng", "tính trên 4 tháng, 5–8/2026."]),
        ("recorded", "on_time_share", ["Đó là mức thấp nhất", "chỉ tính trên tháng 8/2026, vì chưa đủ bốn tháng"]),
        ("recorded", "handling_satisfaction", ["giả định (ρ = 0,010)", "Nguồn của mức này: mức chung"]),
        ("recorded", "index_766", ["lấy từ số hồ sơ mà các phần của nó dựa vào (độ dao động giả định)"]),
        ("recorded", "clgq", ["Chưa biết khoảng hạng"]),
    ],
)
def test_a_page_says_how_its_error_is_known_and_from_which_months(app_data, dataset, measure, said):
    text = words(open_page("rankings", dataset=dataset, province="25", measure=measure, period="2026-08"))

    assert [one for one in said if one not in text] == []


CAUSES = re.compile(
    r'title="Hạng dự kiến của riêng từng kỳ (\S+) → (\S+): do chính đơn vị (\S+), do đơn vị khác (\S+), '
    r'do thay đổi danh sách (\S+)"'
)


def test_a_change_of_rank_has_an_arrow_and_a_cause_only_where_it_is_clear(app_data):
    asked = {"measure": "online_filing_share", "period": "2025-09"}
    app = open_page("rankings", dataset="simulated", province="VN", **asked)
    selection = replace(rows_at(app, "simulated")[0], basis="form")
    view = view_of("simulated")
    rows = moves.with_moves(view.snapshot, rankings.rows_of(view, selection))
    listed = re.findall(r'<tr data-unit="(\d+)">(.*?)</tr>', table_of(app), re.S)
    shown = {code: cell[1] for code, row in listed if (cell := re.search('<abbr class="gd-move(.*?)</abbr>', row))}
    clear = {
        row["unit_code"]
        for row in rows.drop_nulls("expected_own").iter_rows(named=True)
        if row["unit_code"] in shown and row["clear"] == "rose" and row["expected_now"] < row["expected_before"]
    }
    causes = {code: found.groups() for code, cell in shown.items() if (found := CAUSES.search(cell))}

    assert len(clear) > 10 and len(shown) > len(clear)
    assert set(causes) == {code for code, cell in shown.items() if "▲" in cell or "▼" in cell} == clear
    assert all("trong mức may rủi" in shown[code] and "gd-unclear" in shown[code] for code in shown.keys() - clear)
    for before, now, *parts in causes.values():
        assert sum(map(whole, parts)) == whole(before) - whole(now)


def whole(words: str) -> int:
    """A whole number as a Vietnamese page writes it."""
    return int(words.replace(".", "").replace("−", "-"))


def test_the_filter_by_tier_stands_beside_the_one_by_band_only_where_tiers_are_known(app_data):
    control = {True: "recorded", False: "simulated"}
    tiers = open_page("rankings", dataset=control[False], province="25", period="2026-08")
    none = open_page("rankings", dataset=control[True], province="25", measure="received", period="2026-08")

    assert [named(app, "tier") for app in (tiers, none)] == [["Tất cả", "Nhóm đầu", "Chưa tách được", "Nhóm cuối"], []]
    assert named(none, "band")


def named(app: AppTest, key: str) -> list[str]:
    """The options of a segmented control of the filters; none where it is not there."""
    return [text for one in app.get("button_group") if one.key == f"chosen_{key}" for text in one.options]


def test_the_file_under_the_table_says_where_units_likely_stand_and_how_that_is_known(app_data):
    view, selection = view_of("simulated"), opened("25")
    rows = moves.with_moves(view.snapshot, rankings.rows_of(view, selection))
    made = downloads.sheet(view, selection, rows, [])
    row = dict(zip(made.headers, made.rows[0], strict=True))
    first = rows.row(0, named=True)

    likely = ("tier", "expected_rank", "likely_low", "likely_high", "p_first", "p_last", "window_start", "rho", "known")
    assert {name: row[name] for name in likely} == {name: first[name] for name in likely}
    assert row["known"] == "measured" and row["tier"] == "first" and row["clear"] == "alike"
    assert list(made.meanings) == list(made.headers) and "hạng dự kiến" in made.meanings["expected_rank"].lower()


def opened(scope: str) -> Selection:
    return Selection("commune", scope, measures()["on_time_share"], "portal", "766-2026", parse("2026-08"))


@pytest.mark.parametrize("page", ["overview", "rankings"])
def test_the_commune_that_the_reader_has_looked_up_is_named_in_the_picture(app_data, page):
    app = linked(page, dataset="simulated", province="25", period="2026-08")
    app.session_state["remembered"] = {"unit": "08230"}
    [drawn] = [one.proto for one in app.run().get("bidi_component") if one.proto.component_name == "gan_dan_places"]
    asked = dict(parse_qsl(urlsplit(json.loads(drawn.json)["address"]).query, keep_blank_values=True))
    svg = addressed.drawn(addressed.Drawing(**asked))

    assert re.search(r'<text [^>]*font-weight="600"[^>]*>Xã Phù Ninh [^<]* · hạng dự kiến \d+</text>', svg)
