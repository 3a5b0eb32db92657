"""The public's page: what it knows, what it says, and what it never says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from urllib.parse import parse_qs

import pytest

from display.drawing.icons import icon
from display.drawing.palette import LIGHT
from display.portraits import plain_chart, plain_words
from display.portraits.plain_figures import Answer, Month, province, questions
from display.words import numbers
from display.words.text import LANGUAGES, Speaker
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from ranking.periods import Period
from ranking.states import ABSENT
from store import snapshot
from store.reference import measures
from tests.conftest import CAPTURED
from tests.pages.test_pages import markup, open_page, words

VI = Speaker("vi")
AUGUST = Period(date(2026, 8, 1), date(2026, 8, 31), "month")


def answer(**changes: object) -> Answer:
    """94.2 on time in Phú Thọ's Tân Hòa in August, its province at 91, unless changed."""
    known = Answer(
        measure="on_time_share", icon="clock", basis="portal", period=AUGUST, state="reported", provisional=False,
        captured_at=CAPTURED, value=94.2, low=93.0, high=95.4, n=400, rank=12, rank_low=7, rank_high=23, of=148,
        band="above", level=91.0, units=148, peers=92.0, peer_count=15,
    )  # fmt: skip
    return replace(known, **changes)


def card(**changes: object) -> plain_words.Card:
    return plain_words.cards(VI, [answer(**changes)], "Phú Thọ")[0]


def test_a_share_is_said_as_so_many_in_a_hundred():
    assert card().sentence == (
        "Cứ 100 hồ sơ thì 94 đúng hạn hoặc chưa đến hạn; mức chung của xã, phường ở Phú Thọ là 91."
    )


@pytest.mark.parametrize(
    ("value", "level", "said"),
    [
        (94.2, 91.0, ("94", "91")),
        (99.6, 91.0, ("hơn 99", "91")),
        (100.0, 99.5, ("100", "hơn 99")),
        (0.0, 0.4, ("0", "chưa đến 1")),
        (94.3, 93.9, ("94,3", "93,9")),
        (94.0, 94.0, ("94", "94")),
        (94.0, None, ("94", "–")),
    ],
)
def test_whole_numbers_are_told_apart_where_they_would_read_alike(value, level, said):
    assert plain_words.in_hundred(VI, value, level) == said


def test_the_band_is_a_word_and_the_rank_a_range():
    shown = card()

    assert shown.band_words == "Tốt hơn rõ so với tỉnh"
    assert "Có thể đứng từ hạng 7 đến hạng 23 trong 148 xã, phường của tỉnh." in shown.lines


def test_no_rank_is_said_without_its_range():
    assert not any("hạng" in line for line in card(rank_low=None, rank_high=None).lines)


def test_like_communes_are_named_with_their_number_and_their_level():
    assert card().lines[0] == ("15 nơi giống nhất về dân số, diện tích: 92. So với các nơi này thì tốt hơn rõ.")
    assert card(peers=None, peer_count=4).lines[0].startswith("Chưa đủ số liệu")


def test_a_count_stands_beside_the_middle_commune():
    shown = card(measure="open_overdue", value=5.0, level=4.0, n=None)

    assert shown.sentence == ("Số hồ sơ đã quá ngày hẹn mà chưa xong: 5; một nửa số xã, phường ở Phú Thọ không quá 4.")


def test_where_no_side_is_good_nothing_is_praised():
    shown = card(measure="received", value=3710.0, level=2870.0, n=None)

    assert shown.band == "neutral"
    assert shown.band_words == "Nhiều hơn rõ so với tỉnh"
    assert shown.lines == ()


def test_few_dossiers_are_a_warning():
    assert "Chỉ có 12 hồ sơ, nên con số dễ thay đổi nhiều." in card(n=12).notes


@pytest.mark.parametrize("state", ["not_reported", "no_dossiers", "suppressed", ABSENT, "reported"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_silence_gives_its_reason_and_no_figure(state, language):
    shown = plain_words.cards(Speaker(language), [answer(value=None, state=state)], "Phú Thọ")[0]

    assert "94" not in shown.sentence
    assert (shown.band, shown.lines) == ("", ())


@pytest.mark.parametrize("state", ["not_reported", ABSENT])
def test_not_reported_says_that_it_is_not_zero(state):
    assert "không có nghĩa là bằng không" in plain_words.silence(VI, state)


def test_every_question_has_words_and_an_icon():
    asked, most = questions()

    assert most == 4
    for question in asked:
        assert icon(question.icon).startswith("<svg")
        for measure in question.measures:
            assert measure in measures()
            assert VI(f"public.measure.{measure}.note")


def month(number: int, own: float | None, level: float | None = 90.0) -> Month:
    return Month(date(2026, number, 1), "reported" if own is not None else "not_reported", own, level)


def test_the_drawing_breaks_where_a_month_is_silent():
    months = [month(1, 80.0), month(2, 81.0), month(3, None), month(4, 83.0), month(5, 84.0)]

    assert plain_chart.svg(VI, months, LIGHT, own=True).count("<polyline") == 3


def test_two_months_make_no_drawing():
    assert plain_chart.svg(VI, [month(1, 80.0), month(2, 81.0)], LIGHT, own=True) == ""


# --- figures


@pytest.fixture
def phu_tho(tmp_path, monkeypatch, measurement):
    """Phú Thọ in August: 90 and 70 of 100 on time, two withheld (7 of 8, and 19 of 23 with it), one silent."""
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    figures = {"04792": (90, 100), "04795": (70, 100), "04828": (7, 8), "04849": (19, 23)}
    rows = [measurement(unit_code=code, numerator=a, denominator=b) for code, (a, b) in figures.items()]
    rows += [
        measurement(unit_code="04831", state="not_reported"),
        measurement(unit_code="25", level="province", numerator=186, denominator=231),
    ]
    publish(tmp_path, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    return province(snapshot.open_snapshot("live"), "25")


def test_every_commune_of_the_province_is_there(phu_tho):
    assert len(phu_tho.communes) == 148


def test_the_level_is_that_of_the_published_communes_only(phu_tho):
    assert phu_tho.answers[0].value == 80.0
    assert phu_tho.answers[0].units == 2


@pytest.mark.parametrize("code", ["04828", "04849"])
def test_a_withheld_figure_is_nowhere_in_the_portrait(phu_tho, code):
    hidden = phu_tho.portrait(code).answers[0]

    assert hidden.state == "suppressed"
    assert {hidden.value, hidden.low, hidden.high, hidden.n, hidden.rank, hidden.band} == {None}


def test_a_silent_commune_and_one_without_a_row_are_two_things(phu_tho):
    assert phu_tho.portrait("04831").answers[0].state == "not_reported"
    assert phu_tho.portrait("04846").answers[0].state == ABSENT


# --- the page


def test_the_page_answers_in_plain_words(app_data):
    text = words(open_page("transparency", dataset="recorded", unit="04831"))

    assert "Cứ 100 hồ sơ thì 92 đúng hạn hoặc chưa đến hạn; mức chung của xã, phường ở Phú Thọ là 84." in text
    assert "Trung tâm phải công khai những gì" in text
    assert "dichvucong.gov.vn" in text


def test_the_page_shows_no_questions_of_inspectors_and_no_bare_rank(app_data):
    text = words(open_page("transparency", dataset="simulated", unit="16654"))

    assert "đoàn kiểm tra" not in text
    assert text.count("hạng") - text.count("khoảng hạng") == 2 * text.count("Có thể đứng từ hạng")


def test_without_a_commune_the_page_says_how_to_choose(app_data):
    text = words(open_page("transparency", dataset="recorded"))

    assert "Chọn tỉnh, thành phố" in text
    assert "Cách gửi phản ánh" in text


def test_the_page_escapes_what_a_link_brings(app_data):
    assert "<script>" not in markup(open_page("transparency", dataset="recorded", unit="<script>alert(1)</script>"))


def test_the_title_of_a_card_leads_to_the_ranking_that_holds_its_number(app_data):
    code = "08230"
    found = province(snapshot.open_snapshot("recorded").seen_in(frozenset()), "25").portrait(code).answers
    page = markup(open_page("transparency", dataset="recorded", unit=code))
    links = [unescape(link) for link in re.findall(r'<h4>(?:<img[^>]*>)?<a href="\./xep-hang\?([^"]+)"', page)]

    assert len(links) == len(found) >= 4
    for link, answer in zip(links, found, strict=True):
        query = {key: values[0] for key, values in parse_qs(link).items()}
        table = words(open_page("rankings", **query, q="Phù Ninh"))
        assert numbers.with_unit(answer.value, measures()[answer.measure], "vi") in table, answer.measure
        assert numbers.period_in_sentence(answer.period, "vi") in table
