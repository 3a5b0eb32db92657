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
from display.portraits.plain_figures import Answer, province, questions
from display.portraits.plain_months import Month
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
        captured_at=CAPTURED, value=94.2, low=93.0, high=95.4, n=400, rank=12, of=148, place=place("first"),
        known="measured", band="above", level=91.0, units=148, peers=92.0, peer_count=15,
    )  # fmt: skip
    return replace(known, **changes)


def place(tier: str, **changes: object) -> dict[str, object]:
    """From rank 7 to 23 of 148 by the four months up to August, in its tier with nine chances in ten."""
    chances = {"p_first": 0.91 if tier == "first" else 0.3, "p_last": 0.91 if tier == "last" else 0.1}
    known = {"tier": tier, "expected": 12.4, "low": 7, "high": 23, "of": 148, "known": "measured", **chances}
    return {**known, "window": "four", "window_start": date(2026, 5, 1), "window_end": AUGUST.end, **changes}


def card(**changes: object) -> plain_words.Card:
    return plain_words.cards(VI, [answer(**changes)], "Phú Thọ")[0]


def test_a_share_is_said_as_so_many_in_a_hundred():
    assert card().sentence == (
        "Cứ 100 hồ sơ thì 94 đúng hạn hoặc chưa đến hạn; một nửa số xã, phường ở Phú Thọ không quá 91."
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


def test_one_sentence_says_where_the_commune_likely_stands():
    last = card(place=place("last"))

    assert (last.band, last.band_words) == ("below", "Thuộc nhóm cuối của tỉnh")
    said = "Có 9 phần 10 khả năng thuộc nhóm cuối trong tỉnh: từ hạng 7 đến hạng 23 trong 148 xã, phường."
    assert last.lines[0] == said


def test_what_cannot_be_told_apart_is_called_so_with_its_range():
    middle = card(place=place("middle"))

    assert (middle.band, middle.band_words) == ("alike", "Chưa tách được khỏi nhóm giữa")
    assert middle.lines[0] == "Có thể đứng từ hạng 7 đến hạng 23 trong 148 xã, phường của tỉnh."


@pytest.mark.parametrize("tier", ["first", "middle", "last"])
@pytest.mark.parametrize("band", ["above", "alike", "below"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_gives_one_verdict(tier, band, language):
    """The third of the province over four months, and nothing of the band of August, which may say otherwise."""
    say = Speaker(language)
    shown = plain_words.cards(say, [answer(place=place(tier), band=band)], "Phú Thọ")[0]
    text = " ".join([shown.band_words, *shown.lines, *shown.notes])

    assert shown.band_words == say(f"public.tier.{tier}")
    assert not [one for one in ("above", "alike", "below") if say(f"public.band.{one}") in text]


def test_the_months_of_a_place_and_how_its_error_is_known_are_said():
    notes = " ".join(card(known="assumed").notes)

    assert "Nhóm và khoảng hạng tính trên 4 tháng, 5–8/2026." in notes
    assert "Độ dao động là mức giả định, chưa đo được." in notes


def test_without_a_place_the_band_is_the_verdict_and_no_rank_is_said():
    """As where others were withheld: not known is not the same as not told apart."""
    shown = card(place=None)

    assert (shown.band, shown.band_words) == ("above", "Tốt hơn rõ so với nơi ở giữa của tỉnh")
    assert not [text for text in (*shown.lines, *shown.notes) if "hạng" in text or "tách được" in text]


def test_the_head_counts_the_verdicts_of_the_cards():
    answers = [answer(place=place("last"), band="alike"), answer(place=place("middle")), answer(place=None)]
    text = " ".join(plain_words._standing(VI, answers))

    assert "Trong 2 việc có thể xếp: 0 việc thuộc nhóm đầu của tỉnh, 1 việc thuộc nhóm cuối, 1 việc chưa tách" in text
    assert "trong 1 việc so được: 1 việc tốt hơn rõ" in text


def test_like_communes_are_named_with_their_number_and_their_level():
    assert "15 nơi giống nhất về dân số, diện tích: 92." in card().lines
    assert card(peers=None, peer_count=4).lines[-1].startswith("Chưa đủ số liệu")


def test_a_count_stands_beside_the_middle_commune():
    shown = card(measure="open_overdue", value=5.0, level=4.0, n=None)

    assert shown.sentence == ("Số hồ sơ đã quá ngày hẹn mà chưa xong: 5; một nửa số xã, phường ở Phú Thọ không quá 4.")


def test_where_no_side_is_good_nothing_is_praised():
    shown = card(measure="received", value=3710.0, level=2870.0, n=None, place=None)

    assert shown.band == "neutral"
    assert shown.band_words == "Nhiều hơn rõ so với nơi ở giữa của tỉnh"
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
    form = {"measure": "on_time_share_form", "series": "ii06", "basis": "form"}
    rows = [measurement(unit_code=code, numerator=a, denominator=b, **form) for code, (a, b) in figures.items()]
    rows += [
        measurement(unit_code="04831", state="not_reported", **form),
        measurement(unit_code="25", level="province", numerator=186, denominator=231, **form),
    ]
    publish(tmp_path, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    return province(snapshot.open_snapshot("live", unreleased=True), "25")


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

    assert "Cứ 100 hồ sơ thì 92 đúng hạn hoặc chưa đến hạn; một nửa số xã, phường ở Phú Thọ không quá 87." in text
    assert "Có 8 phần 10 khả năng thuộc nhóm đầu trong tỉnh" in text
    assert "Trung tâm phải công khai những gì" in text
    assert "dichvucong.gov.vn" in text


def test_the_page_shows_no_questions_of_inspectors_and_no_bare_rank(app_data):
    text = words(open_page("transparency", dataset="simulated", unit="16654"))

    assert "đoàn kiểm tra" not in text
    ranges = len(re.findall(r"từ hạng \d+ đến hạng \d+ trong \d+ xã, phường", text))
    assert ranges > 0
    assert text.count("hạng") - text.count("khoảng hạng") == 2 * ranges


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
