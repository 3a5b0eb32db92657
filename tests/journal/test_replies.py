"""What communes say, in SQLite and in a real PostgreSQL: kept with its file, decided once, pruned together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from journal import attachments, replies
from journal.database import VisitError
from journal.reply import ANSWER, LONGEST, OBJECTION, Reply

TODAY = date(2026, 9, 26)
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 30 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 30 + b"\xff\xd9"
TOMORROW = datetime.now(UTC) + timedelta(days=1)


def said(kind: str = OBJECTION, **changes: object) -> Reply:
    reply = Reply(
        kind=kind,
        dataset="live",
        province_code="25",
        unit_code="04792",
        measure="on_time_share",
        basis="portal",
        series="766-2026",
        period="2026-08",
        words="Ba hồ sơ đã trả đúng hạn",
        old_numerator=90.0,
        old_denominator=100.0,
        new_numerator=93.0,
        new_denominator=100.0,
        author="tanhoa@phutho.gov.vn",
    )
    return replace(reply, **changes)


def test_an_objection_is_kept_with_both_values_its_file_and_a_day(database):
    kept = replies.say(said(), TODAY, PDF)

    assert replies.of_unit("live", "04792") == replies.of_province("live", "25") == replies.objections("live") == [kept]
    assert (kept.state, kept.decide_by, kept.file_kind, kept.has_file) == ("open", date(2026, 10, 11), "pdf", True)
    assert (kept.old_numerator, kept.new_numerator) == (90, 93)
    assert replies.file(kept.id, "25") == ("pdf", PDF)
    assert replies.file(kept.id, "38") is None
    assert replies.of_unit("recorded", "04792") == replies.of_province("live", "38") == []


def test_an_answer_has_neither_file_nor_day_and_the_public_sees_nothing_of_it(database):
    kept = replies.say(said(ANSWER), TODAY, PDF)

    assert (kept.state, kept.decide_by, kept.has_file) == ("said", None, False)
    assert replies.objections("live") == replies.of_province("live", "25") == []


def test_it_is_decided_once_by_its_own_province_with_a_reason(database):
    kept = replies.say(said(), TODAY)

    assert replies.decide(kept.id, "38", accepted=True, reason="Đúng", who="lan") is None
    with pytest.raises(VisitError, match="no_words"):
        replies.decide(kept.id, "25", accepted=True, reason=" ", who="lan")
    done = replies.decide(kept.id, "25", accepted=False, reason="Sổ ghi 90", who="lan")
    assert done is not None
    assert (done.state, done.decision, done.closed_by) == ("declined", "Sổ ghi 90", "lan")
    assert (done.old_numerator, done.new_numerator) == (90, 93)
    assert replies.decide(kept.id, "25", accepted=True, reason="Đúng", who="lan") is None
    assert replies.withdraw(kept.id, "04792", "mai") is None


def test_one_figure_has_one_open_objection(database):
    first = replies.say(said(), TODAY)
    with pytest.raises(VisitError, match="again"):
        replies.say(said(), TODAY, PDF)
    assert replies.say(said(period="2026-07"), TODAY).state == "open"
    assert replies.withdraw(first.id, "16654", "mai") is None
    assert replies.withdraw(first.id, "04792", "mai") is not None

    assert replies.say(said(), TODAY).state == "open"
    assert {one.state for one in replies.objections("live")} == {"open"}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"words": "\n "}, "no_words"),
        ({"words": "x" * (LONGEST + 1)}, "too_long"),
        ({"new_numerator": -1.0}, "no_number"),
        ({"new_numerator": float("inf")}, "no_number"),
        ({"new_numerator": None}, "no_number"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(changes, kind):
    with pytest.raises(VisitError) as error:
        replies.say(said(**changes), TODAY)
    assert error.value.kind == kind


@pytest.mark.parametrize(("content", "kind"), [(PDF, "pdf"), (PNG, "png"), (JPEG, "jpeg")])
def test_a_file_is_what_its_content_says(content, kind):
    assert attachments.kind_of(content, 5) == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "file_empty"),
        (b"<html><script>alert(1)</script>", "file_kind"),
        (b"MZ\x90" + PDF, "file_kind"),
        (PDF.replace(b"%%EOF", b""), "file_kind"),
        (PNG[:8] + b"<script>", "file_kind"),
        (JPEG[:-2], "file_kind"),
        (b"GIF89a" + b"\x00" * 30, "file_kind"),
        (PDF[:9] + b"\x00" * 5_000_000 + PDF[9:], "file_large"),
    ],
)
def test_a_file_that_is_none_of_these_or_too_large_is_refused(content, kind):
    with pytest.raises(VisitError) as error:
        attachments.kind_of(content, 5)
    assert error.value.kind == kind


def test_a_refused_file_leaves_no_objection_behind(database):
    with pytest.raises(VisitError, match="file_kind"):
        replies.say(said(), TODAY, b"<html>")

    assert replies.of_unit("live", "04792") == []


def test_what_is_closed_goes_with_its_file_and_what_is_open_stays(database):
    done, still = replies.say(said(), TODAY, PDF), replies.say(said(period="2026-07"), TODAY, PNG)
    replies.say(said(ANSWER), TODAY)
    replies.decide(done.id, "25", accepted=True, reason="Đúng", who="lan")

    assert replies.forget(datetime(2026, 1, 1, tzinfo=UTC)) == 0
    assert replies.held()[0] == 3
    assert replies.forget(TOMORROW) == 2
    assert replies.of_unit("live", "04792") == [still]
    assert (replies.file(done.id, "25"), replies.file(still.id, "25")) == (None, ("png", PNG))
