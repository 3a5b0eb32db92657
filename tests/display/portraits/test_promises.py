"""Promises in words and what became of the figures: Nghi Sơn had 85 to 92 of 100 on time, and 60 in August 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from display.portraits import promises as portraits
from display.portraits import since_visit
from display.words import promises as words
from journal import place, promises
from journal.promises import Promise
from press import workbook
from ranking import before_after
from ranking.before_after import Comparison, Effect, Side
from store.access.rules import PUBLIC, Reader
from store.reference import measures
from tests.display.portraits.conftest import view_of
from tests.unit_world import HAI_BINH, NGHI_SON
from ui.inspection import since

TODAY = date(2026, 9, 26)
PROMISE = Promise(
    unit_code=NGHI_SON,
    finding="Thiếu người",
    who="Chị Hà",
    what="Thêm một người",
    promised_on=date(2026, 7, 5),
    due_on=date(2026, 7, 31),
    measure="on_time_share",
    basis="portal",
)


@pytest.fixture(autouse=True)
def own_database(tmp_path, monkeypatch):
    monkeypatch.setenv(place.URL, f"sqlite:///{tmp_path / 'visits.db'}")
    monkeypatch.setattr(portraits, "today", lambda: TODAY)


def test_the_verdict_sets_the_month_after_beside_those_before(small):
    assert words.verdict(view_of(small, "vi"), PROMISE).startswith(
        "9,8 → 40,0 hồ sơ trễ một tháng (90,2\u00a0% → 60,0\u00a0%), tăng rõ. Chưa đủ xã, phường tương tự để so; "
    )
    assert "The mean of 6 months before and 1 after." in words.verdict(view_of(small), PROMISE)


def test_a_field_has_no_months_before_so_nothing_is_said_yet(small):
    said = words.verdict(view_of(small), replace(PROMISE, field="Đất đai"))
    assert said == "Verdict: waits for a whole month with figures after 31 Jul 2026."


def test_before_a_month_has_passed_the_verdict_waits(small):
    later = replace(PROMISE, due_on=date(2026, 8, 20))
    assert words.verdict(view_of(small), later) == "Verdict: waits for a whole month with figures after 20 Aug 2026."


def test_a_promise_about_no_figure_or_one_that_is_not_there_says_so(small):
    assert "no figure" in words.verdict(view_of(small), replace(PROMISE, measure=""))
    assert "no such figure" in words.verdict(view_of(small), replace(PROMISE, basis="dossiers"))


@pytest.mark.parametrize(
    ("measure", "change", "said"),
    [("on_time_share", 5.0, "giảm rõ"), ("on_time_share", -5.0, "tăng rõ"), ("on_time_share", 0.5, "chưa đổi rõ"),
     ("in_person_share", 5.0, "tăng rõ"), ("in_person_share", -5.0, "giảm rõ")],
)  # fmt: skip
def test_the_word_is_about_what_should_be_few(small, measure, change, said):
    side = Side(85.0, 80.0, 90.0, 340, 400, 3)
    after = replace(side, share=85 + change)
    found = Comparison(side, after, change, -9, 9, Effect(12, 0.0, change, change - 2, change + 2))

    assert words.word(view_of(small, "vi"), measures()[measure], found) == said
    assert words.said(view_of(small, "vi"), measures()[measure], found).count("12 xã, phường tương tự") == 1


def test_a_promise_says_who_does_what_until_when_and_how_it_stands(small):
    view = view_of(small, "vi")

    assert words.head(view, PROMISE) == "Chị Hà: Thêm một người"
    assert words.dates(view, PROMISE) == (
        "hứa ngày 5/7/2026, hạn 31/7/2026 · về Đúng hạn (Cổng), theo Cổng Dịch vụ công quốc gia · quá hạn 57 ngày"
    )
    kept = replace(PROMISE, closed_at=datetime(2026, 8, 1, tzinfo=UTC), closed_as="kept")
    assert words.state(view, kept, TODAY) == "đã làm (1/8/2026)"
    assert words.state(view, replace(PROMISE, due_on=TODAY), TODAY) == "còn hạn"


def test_overdue_ones_are_listed_for_who_may_see_the_province(small):
    kept = promises.make(PROMISE, TODAY)
    promises.make(replace(PROMISE, due_on=date(2026, 12, 1)), TODAY)
    view = view_of(small)

    assert portraits.overdue(view, "38") == portraits.overdue(view, "VN") == [kept]
    assert portraits.overdue(view, "25") == []
    leader = Reader("a@b.vn", frozenset({("leader", "25")}), "signed_in")
    for reader in (PUBLIC, leader):
        assert portraits.overdue(replace(view, reader=reader), "VN") == []
        assert portraits.of_unit(replace(view, reader=reader), NGHI_SON) == []
    own = Reader("a@b.vn", frozenset({("unit", NGHI_SON)}), "signed_in")
    assert len(portraits.of_unit(replace(view, reader=own), NGHI_SON)) == 2
    assert portraits.of_unit(replace(view, reader=own), HAI_BINH) == []


def test_the_next_visit_begins_with_what_is_open_and_what_was_promised_last(small):
    closed = promises.make(replace(PROMISE, promised_on=date(2026, 3, 1), what="Việc cũ"), TODAY)
    promises.close(closed.id, NGHI_SON, "kept", "lan")
    still = promises.make(replace(PROMISE, promised_on=date(2026, 2, 1), what="Việc chưa xong"), TODAY)
    last = promises.make(PROMISE, TODAY)
    promises.close(last.id, NGHI_SON, "dropped", "lan")

    assert [one.id for one in portraits.of_last_visit(view_of(small), NGHI_SON)] == [last.id, still.id]


def test_the_sheet_of_the_next_visit_opens_with_them(small):
    promises.make(PROMISE, TODAY)
    title, lines = workbook._parts(view_of(small, "vi"), NGHI_SON, [])[0]

    assert title == "Lời hứa của lần trước (1)"
    assert [line.title for line in lines] == ["Chị Hà: Thêm một người"]
    assert lines[0].ask.startswith("Thiếu người\n9,8 → 40,0 hồ sơ trễ một tháng")


def test_since_a_visit_the_page_names_what_clearly_changed_and_was_revised(small):
    view = view_of(small, "vi")
    found = since_visit.news(view, NGHI_SON, date(2026, 7, 5))
    said = since.lines(view, found)

    assert [(row.measure.id, one.word) for row, one in found.changed] == [("on_time_share", before_after.FELL)]
    assert "9,8 → 40,0 hồ sơ trễ một tháng" in said[0]
    assert said[1:] == ["1 tỷ lệ khác so được chưa đổi rõ."]
    assert since.lines(view, since_visit.news(view, NGHI_SON, date(2026, 1, 20)))[-1] == "1 giá trị cũ đã được sửa."
