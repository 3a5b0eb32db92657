"""Links as scripts see them: what is asked for and not there, codes of before the merger, and what completes the
address."""

from __future__ import annotations

import re

import pytest

from display.words.text import Speaker
from store import units
from store.reference import reference_table
from tests.pages.test_pages import markup, open_page, words
from ui.frame import links, old_codes

QUANG_KIM, BAT_XAT = "02734", "02683"
NGOC_HA = "00016"


def alerts(app) -> list[str]:
    found = re.findall(r'<p class="gd-sentence" role="alert">(.*?)</p>', markup(app))
    return [re.sub(r"<[^>]+>", "", text) for text in found]


@pytest.mark.parametrize("page", ["unit", "transparency"])
def test_an_old_code_leads_to_the_commune_of_today_and_says_why(app_data, page):
    app = open_page(page, dataset="recorded", unit=QUANG_KIM)

    assert "Bát Xát" in re.search(r"<h1.*?</h1>", markup(app), re.S).group()
    assert alerts(app) == ["Xã Quang Kim (Huyện Bát Xát, Tỉnh Lào Cai, mã cũ 02734) nay thuộc Xã Bát Xát từ 1/7/2025."]


def test_a_divided_commune_offers_its_heirs_and_chooses_none(app_data):
    app = open_page("unit", dataset="recorded", unit=NGOC_HA, lang="en")
    (said,) = alerts(app)

    assert said.startswith("Phường Ngọc Hà (") and "was divided" in said
    assert set(re.findall(r"unit=(\d{5})", markup(app))) >= set(units.today(NGOC_HA))
    assert len(units.today(NGOC_HA)) > 1


def test_every_old_code_leads_somewhere():
    olds = reference_table("lineage").get_column("old_code").unique()
    today = set(reference_table("units").get_column("code"))

    assert olds.len() == 10_040
    assert all(units.today(code) and set(units.today(code)) <= today for code in olds)
    assert units.today("99999") == units.today("") == []


def test_every_old_code_that_is_no_code_of_today_is_explained(monkeypatch):
    said = []
    monkeypatch.setattr(links, "note", said.append)
    today = set(reference_table("units").get_column("code"))
    gone = sorted(set(reference_table("lineage").get_column("old_code")) - today)
    found = old_codes.meanings(Speaker("vi"))(gone)

    assert len(said) == len(gone) == 6_724
    assert set(found) <= today
    assert not [text for text in said if "{" in text or "None" in text]


def test_a_plan_of_old_codes_is_a_plan_of_their_heirs(app_data):
    app = open_page("inspection", dataset="simulated", province="15", plan=f"{QUANG_KIM},{BAT_XAT}")
    plan = next(box for box in app.multiselect if box.key == "chosen_plan")

    assert plan.value == [BAT_XAT]
    assert any("Quang Kim" in said for said in alerts(app))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"province": "99"}, "The link asks for the province “99”, which is not here; shown is"),
        ({"measure": "no_such"}, "The link asks for the measure “no_such”, which is not here; shown is"),
        ({"period": "2019-01"}, "The link asks for the period “January 2019”, which is not here; shown is"),
        ({"dataset": "other"}, "The link asks for the dataset “other”, which is not here; shown is"),
    ],
)
def test_what_is_not_there_is_said_and_kept(app_data, query, said):
    app = open_page("rankings", **({"dataset": "recorded", "province": "25", "lang": "en"} | query))

    assert any(text.startswith(said) for text in alerts(app)), alerts(app)
    assert app.query_params[next(iter(query))] == next(iter(query.values()))


def test_the_country_has_another_word_in_links(app_data):
    app = open_page("rankings", dataset="simulated", province="country")

    assert alerts(app) == []
    assert "cả nước" in words(app)


def test_a_commune_of_another_province_is_not_dropped_in_silence(app_data):
    app = open_page("map", dataset="recorded", province="25", unit=BAT_XAT, lang="en")

    assert alerts(app) == [
        "The link asks for the commune “Xã Bát Xát, Lào Cai”, which is not here; shown is “None chosen”."
    ]


@pytest.mark.parametrize("page", ["overview", "rankings", "map", "online_filing", "unit", "inspection", "methods"])
def test_a_plain_link_says_nothing(app_data, page):
    assert alerts(open_page(page, dataset="recorded")) == []
