"""The right of reply on the pages: a commune objects, editors decide, the public reads that and nothing more."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from display.portraits.plain_figures import province
from display.words import replies as reply_words
from display.words.text import Speaker
from journal import audit, corrections, replies, site_wanted
from press.site import command
from press.site import pages as site_pages
from press.site.frame import Text
from store.access.rules import PUBLIC, Reader
from store.snapshot import open_snapshot
from tests.journal.test_replies import PDF, TODAY, said
from tests.opened import open_page
from tests.pages.test_inspection import box, press
from tests.pages.test_pages import markup, words
from ui.frame import sign_in
from ui.imports import objections

TAN_HOA, HOA_BINH = "04792", "04795"
NASTY = "Ba hồ sơ <img src=x onerror=alert(1)> \u202eđã trả"
SHOWN = "Ba hồ sơ &lt;img src=x onerror=alert(1)&gt; [U+202E]đã trả"
UNIT = Reader("tanhoa@phutho.gov.vn", frozenset({("unit", TAN_HOA)}), "signed_in")


def reader(role: str, province: str = "25") -> Reader:
    return Reader(f"{role}@phutho.gov.vn", frozenset({(role, province)}), "signed_in")


@pytest.fixture
def as_reader(published, monkeypatch):
    """Whom the pages are drawn for."""
    return lambda who: monkeypatch.setattr(sign_in, "current", lambda: who)


def unit_page(code: str = TAN_HOA) -> AppTest:
    return open_page("unit", dataset="live", unit=code)


def titles(app: AppTest) -> list[str]:
    return [title.value for title in app.subheader]


def choose(app: AppTest, **values: str) -> None:
    for name, value in values.items():
        widget = next(w for kind in ("selectbox", "radio") for w in app.get(kind) if w.key == f"reply_{name}_{TAN_HOA}")
        widget.set_value(value)


def test_a_commune_objects_and_everybody_reads_what_is_for_them(as_reader, published):
    as_reader(UNIT)
    app = unit_page()
    choose(app, kind="objection", figure="on_time_share.portal")
    for name, text in {"words": NASTY, "numerator": "93", "denominator": "100"}.items():
        box(app, f"reply_{name}_{TAN_HOA}").set_value(text)
    app = press(app, "Gửi")

    # A file that the browser itself refuses, such as one too large, never arrives: so it is said that there is none.
    assert app.success[0].value.startswith("Đã gửi, không có tệp kèm theo.")
    (kept,) = replies.of_unit("live", TAN_HOA)
    assert (kept.old_numerator, kept.old_denominator, kept.new_numerator) == (90, 100, 93)
    assert (kept.author, kept.state, kept.period) == (UNIT.name, "open", "2026-08")
    assert SHOWN in markup(app)
    assert "Số đã công bố: 90/100; đơn vị nêu: 93/100." in words(app)
    assert (published / site_wanted.WANTED).exists()
    assert [line["act"] for line in audit.lines(published)][-1] == "objection"

    as_reader(reader("leader"))
    assert SHOWN in markup(unit_page())
    as_reader(reader("leader", "38"))
    elsewhere = unit_page()
    assert "Đơn vị đã có ý kiến về số này: đang xem xét" in words(elsewhere)
    assert "Ba hồ sơ" not in markup(elsewhere)
    as_reader(PUBLIC)
    shown = open_page("transparency", dataset="live", unit=TAN_HOA)
    assert "Đơn vị đã có ý kiến về số này: đang xem xét, trả lời trước ngày" in words(shown)
    assert "Ba hồ sơ" not in markup(shown)


def test_editors_decide_and_both_values_stay(as_reader, published):
    kept = replies.say(said(), TODAY, PDF)
    as_reader(reader("editor"))
    app = open_page("imports", dataset="live", province="25")
    assert "Ý kiến phản đối của các đơn vị (1 chờ quyết định)" in titles(app)
    assert [button.label for button in app.get("download_button")].count("Tải tệp kèm theo") == 1
    box(app, f"objection_reason_{kept.id}").set_value("Sổ ghi 93")
    app = press(app, "Chấp nhận")

    assert "Được chấp nhận ngày" in words(app)
    (done,) = replies.objections("live")
    assert (done.state, done.old_numerator, done.new_numerator) == ("accepted", 90, 93)
    (correction,) = corrections.known("live", "25", in_force=True)
    assert (correction.old_numerator, correction.new_numerator, correction.reason) == (90, 93, "Sổ ghi 93")
    assert [line["act"] for line in audit.lines(published)][-2:] == ["objection_decided", "correction"]
    assert (published / site_wanted.WANTED).exists()
    as_reader(UNIT)
    assert "Lý do: Sổ ghi 93" in words(unit_page())


@pytest.mark.parametrize(
    ("changes", "says_both"),
    [({}, True), ({"new_numerator": None, "new_denominator": None}, False), ({"dataset": "simulated"}, False)],
    ids=["with a figure", "without a figure", "of figures that take no correction"],
)
def test_a_value_is_said_to_stand_beside_the_old_one_only_where_there_is_one(published, changes, says_both):
    kept = replies.say(said(**changes), TODAY)
    done = replies.decide(kept.id, "25", accepted=True, reason="Sổ ghi 93", who="lan")

    assert done is not None
    assert ("số cũ vẫn ghi cạnh số mới" in reply_words.state(Speaker("vi"), done)) == says_both


def test_a_file_is_handed_to_the_editors_of_the_province_alone_and_as_nothing_a_browser_shows(published):
    kept = replies.say(said(), TODAY, PDF)

    assert objections._content(reader("editor"), kept) == PDF
    for who in (reader("editor", "38"), reader("leader"), reader("inspector"), UNIT, PUBLIC):
        with pytest.raises(PermissionError):
            objections._content(who, kept)
    assert objections._NEVER_SHOWN == "application/octet-stream"


def test_a_commune_is_shown_its_own_page_whatever_the_link_asks(as_reader):
    as_reader(UNIT)
    app = unit_page(HOA_BINH)

    assert re.findall(r"<h1[^>]*>([^<]+)", markup(app)) == ["Phường Tân Hòa"]
    assert "Trang này mở cho đơn vị của bạn" in words(app)
    facts = r'<dl class="gd-unit-facts">.*?</dl>'
    assert "<a " not in re.findall(facts, markup(app), flags=re.S)[0]
    as_reader(reader("leader"))
    assert "<a " in re.findall(facts, markup(unit_page()), flags=re.S)[0]


def test_a_commune_is_told_no_count_of_questions_that_it_may_not_read(as_reader):
    as_reader(UNIT)
    shown = open_page("unit", dataset="live", unit=TAN_HOA, visit="true")
    assert "Câu hỏi kiểm tra chỉ hiện cho đoàn kiểm tra của tỉnh." in words(shown)
    assert "Câu hỏi riêng của đơn vị" not in markup(shown)


def test_a_button_that_was_drawn_for_the_commune_does_nothing_for_others(as_reader):
    kept = replies.say(said(), TODAY)
    as_reader(UNIT)
    app = unit_page()
    as_reader(reader("leader"))
    press(app, "Rút ý kiến")

    assert [one.state for one in replies.of_unit("live", TAN_HOA)] == [kept.state]
    as_reader(UNIT)
    press(unit_page(), "Rút ý kiến")
    assert [one.state for one in replies.of_unit("live", TAN_HOA)] == ["withdrawn"]


def test_an_answer_stands_beside_its_figure_for_who_may_read_it(as_reader):
    replies.say(said("answer", words="Hai người nghỉ ốm, " + "x" * 200), TODAY)
    replies.say(said(), TODAY)
    summary = r'<table class="gd-table gd-summary">.*?</table>'
    tables = []
    for who in (reader("leader"), reader("leader", "38")):
        as_reader(who)
        tables.append(re.findall(summary, markup(unit_page()), flags=re.S)[0])

    assert re.search(r"Đơn vị trả lời: Hai người nghỉ ốm, x{100,}… Đơn vị đã có ý kiến về số này: ", tables[0])
    assert "nghỉ ốm" not in tables[1] and "Đơn vị đã có ý kiến về số này: " in tables[1]


def test_the_public_reads_of_every_objection_also_of_a_figure_without_a_card(as_reader, published):
    replies.say(said(), TODAY)
    replies.say(said(measure="index_766"), TODAY)
    as_reader(PUBLIC)
    told = words(open_page("transparency", dataset="live", unit=TAN_HOA))

    assert told.count("Đơn vị đã có ý kiến về số này: đang xem xét") == 1
    assert "Đơn vị đã có ý kiến về Chỉ số 766, theo Cổng Dịch vụ công quốc gia, tháng 8/2026: đang xem xét" in told
    assert "Ba hồ sơ" not in told


def test_a_leader_has_no_form_and_a_silent_commune_no_section(as_reader):
    as_reader(reader("leader"))
    assert "Ý kiến của đơn vị" not in titles(unit_page())


def test_the_static_site_says_the_state_and_makes_that_page_again(published):
    snapshot = open_snapshot("live", unreleased=True)
    found, say = province(snapshot, "25"), Speaker("vi")

    def pages() -> tuple[Text, Text]:
        made = command._site(snapshot, command.BASE, [found])
        one, other = (site_pages.unit(made, say, found, found.portrait(code)) for code in (TAN_HOA, HOA_BINH))
        return one, other

    states = [pages()]
    kept = replies.say(said(), TODAY)
    replies.say(said(measure="index_766"), TODAY)
    states.append(pages())
    replies.decide(kept.id, "25", accepted=False, reason="Sổ ghi 90", who="lan")
    states.append(pages())
    none, asked, decided = (one.html().decode() for one, _ in states)

    assert "đã có ý kiến" not in none
    assert "Đơn vị đã có ý kiến về số này: " in asked and "11/10/2026" in asked
    assert "Đơn vị đã có ý kiến về Chỉ số 766, " in asked
    assert "giữ nguyên số" in decided
    assert not [text for text in (asked, decided) if "Sổ ghi 90" in text or "Ba hồ sơ" in text]
    assert len({one.source for one, _ in states}) == 3
    assert len({other.source for _, other in states}) == 1
