"""The search box: what finds what, in which order, and how the route says why."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from ranking.search_entries import EXACT, NEARLY, PREFIX, WORD
from store.reference import reference_table
from web import search
from web.search import ROUTES

APP = Starlette(routes=ROUTES)
INDEX = search.index()


def codes(query: str, limit: int = 12) -> list[str]:
    return [hit.code for hit in INDEX.find(query, limit)]


@pytest.mark.parametrize(
    "query",
    [
        "Hải Thượng", "hai thuong", "HẢI THƯỢNG", "P. HẢI THƯỢNG", "p.hai thuong", "  hai   thuong ",
        "phường Hải Thượng", "Ha\u0309i Thu\u031bo\u031b\u0323ng", "Hải Thượng, Nghi Sơn",
        "Phường Hải Thượng - Thanh Hóa",
        "hai thuong ward", "Hải Thượng thanh hóa",
        "phường Hải Thượng thị xã Nghi Sơn tỉnh Thanh Hóa", "Hải Thượng, TX. Nghi Sơn",
        "16654", "nghi son", "Phường Nghi Sơn", "TX. Nghi Sơn", "H. Nghi Son",
    ],
)  # fmt: skip
def test_many_spellings_lead_to_nghi_son(query):
    assert codes(query)[0] == "16654"


def test_an_old_name_says_what_it_was_and_where():
    hit = INDEX.find("P. Hải Thượng")[0]
    assert (hit.kind, hit.name) == ("old", "Phường Nghi Sơn")
    assert (hit.why.name, hit.why.district) == ("Phường Hải Thượng", "Thị xã Nghi Sơn")
    assert (hit.why.province, hit.why.part, hit.why.others) == ("Tỉnh Thanh Hóa", "whole", ())


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Phường Hải Thượng", "16654"),
        ("Xã Hải Thượng", "19702"),
        ("X. Hải Thượng", "19702"),
        ("hai thuong quang tri", "19702"),
    ],
)
def test_namesakes_are_told_apart_by_kind_and_place(query, code):
    assert codes(query)[0] == code


@pytest.mark.parametrize(("query", "code"), [("ha long", "06688"), ("Hà Long", "15274"), ("HẠ LONG", "06688")])
def test_diacritics_that_were_typed_count(query, code):
    assert codes(query)[0] == code


@pytest.mark.parametrize(
    ("query", "first", "then"),
    [
        ("Quang Kim", "Xã Quang Kim", "Xã Quảng Kim"),
        ("quang kim", "Xã Quang Kim", "Xã Quảng Kim"),
        ("xã Quang Kim", "Xã Quang Kim", "Xã Quảng Kim"),
        ("Quảng Kim", "Xã Quảng Kim", "Xã Quang Kim"),
    ],
)
def test_the_exact_name_comes_before_the_near_one(query, first, then):
    assert [hit.why.name for hit in INDEX.find(query, 2)] == [first, then]


@pytest.mark.parametrize("query", ["4795", "04795", "4795.0", " 4795 "])
def test_a_code_that_has_lost_its_zero_leads_to_its_unit(query):
    assert codes(query) == ["04795"]


def test_an_old_code_that_has_lost_its_zero_leads_to_the_unit_of_today():
    assert [(hit.name, hit.why.name) for hit in INDEX.find("2734")] == [("Xã Bát Xát", "Xã Quang Kim")]


def test_namesakes_come_in_order_of_population_each_in_its_province():
    hits = [hit for hit in INDEX.find("Tân Tiến") if hit.kind == "new" and hit.score == EXACT]
    populations = dict(reference_table("units").select("code", "population").iter_rows())
    people = [populations[hit.code] for hit in hits]
    assert len({hit.province_code for hit in hits}) > 3
    assert people == sorted(people, reverse=True)


def test_a_province_narrows_namesakes_down():
    assert {hit.province_code for hit in INDEX.find("xã Tân Tiến, Bắc Ninh")} == {"24"}


def test_a_new_unit_is_found_by_the_province_it_came_from():
    assert codes("Tân Tiến, Bắc Giang") == codes("Tân Tiến, Bắc Ninh")


def test_a_place_where_there_is_none_of_that_name_finds_nothing():
    assert codes("Hải Thượng, Cà Mau") == []


def test_better_matches_come_first_and_new_units_before_old_ones():
    hits = INDEX.find("Nghi Sơn", 30)
    assert [hit.score for hit in hits] == sorted(hit.score for hit in hits)
    exact = [hit.kind for hit in hits if hit.score == EXACT]
    assert exact == sorted(exact)  # "new" before "old"


def test_the_start_of_a_name_counts_more_than_the_start_of_a_word():
    scores = [hit.score for hit in INDEX.find("lâm viên", 30)]
    assert scores[0] == PREFIX
    assert {hit.score for hit in INDEX.find("quốc tử giám")} == {WORD}


def test_a_split_commune_names_all_its_successors():
    parts = {hit.code: hit.why for hit in INDEX.find("00634") if hit.kind == "old"}
    successors = {"00622", "00634", "00637", "09556", "09886"}
    assert set(parts) == successors - {"00634"}  # the unit that has the same code today is shown as itself
    assert all(why.part == "part" and {code, *why.others} == successors for code, why in parts.items())


@pytest.mark.parametrize("query", ["hai thuog", "hai thuomg", "hai tuhong", "haii thuong", "hai thuog thanh hoa"])
def test_one_slip_of_the_hand_is_forgiven(query):
    hit = INDEX.find(query)[0]
    assert (hit.code, hit.score) == ("16654", NEARLY)


@pytest.mark.parametrize("query", ["hai thuxyg", "tsn", "xyzzyq"])
def test_two_slips_or_a_slip_in_a_short_name_are_not(query):
    assert codes(query) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Thanh Hóa", "38"), ("tỉnh thanh hoa", "38"), ("38", "38"), ("H56", "38"), ("h56.", "38"), ("TP.HCM", "79"),
        ("tphcm", "79"), ("tp. hồ chí minh", "79"), ("tỉnh Hòa Bình", "25"), ("Thừa Thiên Huế", "46"),
        ("Thanh Hoa province", "38"),
    ],
)  # fmt: skip
def test_provinces_are_found(query, code):
    hit = INDEX.find(query)[0]
    assert (hit.kind, hit.code) == ("province", code)


def test_a_state_code_leads_to_its_unit():
    assert codes("H44.204") == codes("h44.204") == ["04792"]


def test_a_state_code_that_is_not_known_leads_to_its_province_and_says_so():
    [hit] = INDEX.find("H38.12")
    assert (hit.code, hit.why.of, hit.why.name) == ("15", "state", "H38.12")


def test_the_start_of_a_code_finds_its_units():
    hits = INDEX.find("1665")
    assert hits[0].code == "16654"
    assert all(hit.score == PREFIX for hit in hits)


def test_an_old_code_leads_to_the_unit_of_today():
    hit = INDEX.find("19708")[0]
    assert (hit.code, hit.why.name) == ("19702", "Xã Hải Thượng")


@pytest.mark.parametrize("query", ["P10 Vũng Tàu", "P.10, Vũng Tàu", "Phường 10, TP. Vũng Tàu"])
def test_numbered_wards_are_told_apart_by_their_city(query):
    [hit] = INDEX.find(query)
    assert (hit.why.name, hit.why.district) == ("Phường 10", "Thành phố Vũng Tàu")


def test_a_city_below_a_province_leads_to_what_became_of_it():
    hits = INDEX.find("TP. Thủ Đức")
    assert hits[0].name == "Phường Thủ Đức"
    assert {(hit.why.of, hit.why.name) for hit in hits} == {("district", "Thành phố Thủ Đức")}


def test_a_name_that_begins_like_a_kind_is_still_a_name():
    assert INDEX.find("xa dung")[0].name == "Xã Xa Dung"
    assert INDEX.find("quan son")[0].name == "Xã Quan Sơn"


@pytest.mark.parametrize("query", ["lam vien - da lat", "Lâm Viên, Đà Lạt", "lam vien da lat", "P. Lâm Viên – Đà Lạt"])
def test_a_name_with_a_hyphen_is_found(query):
    assert codes(query)[0] == "24778"


@pytest.mark.parametrize("query", ["Ea H'Leo", "ea hleo", "Ea H’leo"])
def test_a_name_with_an_apostrophe_is_found(query):
    assert codes(query)[0] == "24184"


def test_a_unit_is_named_once():
    found = codes("tân", 500)
    assert len(found) == len(set(found))


def test_the_limit_holds():
    assert len(codes("tân", 12)) == 12


@pytest.mark.parametrize(
    "query",
    [
        "", " ", "'", "%", "' or 1=1 --", "<script>alert(1)</script>", "\0", "((((", "[a-z]*", ".", "h..", ",,,", "²",
        "\ud800", "h" * 5000,
    ],
    ids=repr,
)  # fmt: skip
def test_nonsense_finds_nothing_and_does_no_harm(query):
    assert codes(query) == []


@pytest.fixture
def ask(get):
    def asked(query: str, lang: str = "vi"):
        reply = get(APP, "/search.json", urlencode({"q": query, "lang": lang}))
        assert reply.status == 200
        return json.loads(reply.body)

    return asked


def test_a_hit_says_why_in_vietnamese(ask):
    hit = ask("hai thuong")["hits"][0]
    assert hit == {
        "kind": "old", "code": "16654", "label": "Phường Nghi Sơn", "place": "Thanh Hóa", "province": "38",
        "why": "Phường Hải Thượng (thị xã Nghi Sơn, Thanh Hóa) nay thuộc phường Nghi Sơn (toàn bộ)",
    }  # fmt: skip


def test_a_hit_says_why_in_english(ask):
    why = ask("hai thuong", "en")["hits"][0]["why"]
    assert why == "Phường Hải Thượng (thị xã Nghi Sơn, Thanh Hóa) is now in phường Nghi Sơn (all of it)"


@pytest.mark.parametrize(("lang", "words"), [("vi", "(một phần)"), ("en", "(part of it)")])
def test_a_split_commune_names_its_other_successors_in_words(ask, lang, words):
    why = next(hit["why"] for hit in ask("Đại Mỗ", lang)["hits"] if hit["code"] == "09556")
    assert words in why
    assert all(name in why for name in ("phường Xuân Phương", "phường Tây Mỗ", "phường Đại Mỗ", "phường Dương Nội"))


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("nghi son", ""),
        ("tỉnh hòa bình", "Tỉnh Hòa Bình nay thuộc tỉnh Phú Thọ"),
        ("H38.12", "Chưa biết mã H38.12 là của đơn vị nào; phần đầu của mã là của tỉnh Lào Cai"),
        ("Huyện Bạch Long Vĩ", "Huyện Bạch Long Vĩ (Hải Phòng) nay thuộc đặc khu Bạch Long Vĩ (toàn bộ)"),
        ("Q. 1, TP.HCM", "Gồm cả hoặc một phần của 4 xã, phường cũ thuộc quận 1 (TP. Hồ Chí Minh)"),
    ],
)
def test_every_kind_of_reason_has_its_words(ask, query, why):
    hits = ask(query)["hits"]
    assert why in [hit["why"] for hit in hits[:2]]


def test_what_was_found_is_counted_in_both_languages(ask):
    assert ask("hai thuong")["said"] == "2 kết quả"
    assert ask("hai thuong", "en")["said"] == "Results: 2"
    assert ask("tân")["said"].startswith("12 kết quả đầu tiên")


def test_nothing_found_says_so_and_what_can_be_typed(ask):
    reply = ask("xyzzyq")
    assert reply["hits"] == []
    assert "“xyzzyq”" in reply["said"]
    assert "mã đơn vị" in reply["said"]


def test_nothing_asked_is_nothing_said(ask):
    assert ask("") == {"said": "", "hits": []}


def test_an_unknown_language_is_answered_in_vietnamese(ask):
    assert ask("hai thuong", "fr") == ask("hai thuong", "vi")


def test_a_long_query_is_cut(ask):
    assert ask("z" * 500)["said"].count("z") == 80


def test_braces_in_a_query_stay_as_they_are(ask):
    assert "“{query.__class__}”" in ask("{query.__class__}")["said"]


def test_a_reply_may_be_kept_for_an_hour(get):
    reply = get(APP, "/search.json", "q=nghi+son")
    assert reply.headers["cache-control"] == "public, max-age=3600"
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize("query", ["", "q", "q=%ff%fe", "q=%00", "q=%ed%a0%80", "q=a&q=b", "lang=en", "q=%", "q[]=1"])
def test_no_address_is_an_error(get, query):
    assert get(APP, "/search.json", query).status == 200
