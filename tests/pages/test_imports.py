"""The editor's page: what comes in, what is refused, what is published in whose name; marks on figures in doubt."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from display.words.text import Speaker
from etl.workbooks.guard import PARTS_MAX
from etl.workbooks.read import read_workbook
from files.faults import BadInput, Fault
from journal import audit, corrections, database, incoming, place, problems
from journal.database import VisitError
from journal.incoming import IncomingError
from journal.problems import Problem
from store import sight, snapshot
from store.access.rules import Reader
from tests import workbooks
from tests.opened import linked, open_page
from tests.workbooks import FormSheet, counts, row
from ui.frame import sign_in
from ui.imports import upload

EDITOR = Reader("nhaplieu@phutho.gov.vn", frozenset({("editor", "25")}), "signed_in")
FIGURES = counts(60, 40, 10, 50, 30, 5, 20, 5)


@pytest.fixture
def form(tmp_path) -> bytes:
    """A sound workbook: Lâm Thao, and a unit that nobody knows."""
    rows = [row(1, "Xã Lâm Thao", FIGURES), row(2, "Xã Không Có", FIGURES)]
    return workbooks.write(tmp_path / "form.xlsx", FormSheet(rows)).read_bytes()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """A workbook with one part added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item, old.read(item))
        new.writestr(name, part)
    return out.getvalue()


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
SHEET = "xl/worksheets/sheet1.xml"
HOSTILE = {
    "bomb": lambda form: with_part(form, SHEET, b"\0" * 310_000_000),
    "ratio": lambda form: with_part(form, SHEET, b" " * 40_000_000),
    "entities": lambda form: with_part(form, SHEET, BOMB),
    "entities in utf-16": lambda form: with_part(form, SHEET, BOMB.decode().encode("utf-16")),
    "macros": lambda form: with_part(form, "xl/vbaProject.bin", b"x"),
    "old macros": lambda form: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "_VBA_PROJECT".encode("utf-16-le"),
    "parts": lambda form: archive({"xl/workbook.xml": "<x/>", **{f"xl/p{n}.xml": "" for n in range(PARTS_MAX + 1)}}),
    "word": lambda form: archive({"word/document.xml": "<x/>"}),
    "program": lambda form: b"MZ\x90\0" + bytes(2000),
    "cut off": lambda form: form[: len(form) // 2],
    "empty": lambda form: b"",
}
"""How each hostile file is made of a sound form: some take a second, so only the one that is asked for."""


def archive(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return out.getvalue()


SAID = {
    "bomb": "unfolds", "ratio": "damaged|no form|empty|unfolds", "entities": "entities",
    "entities in utf-16": "entities",
    "macros": "macros", "old macros": "macros", "parts": "unfolds", "word": "a Word document",
    "program": "a program", "cut off": "damaged", "empty": "empty",
}  # fmt: skip


def test_every_hostile_file_has_its_sentence():
    assert HOSTILE.keys() == SAID.keys()


@pytest.mark.parametrize("kind", SAID)
def test_a_hostile_file_is_refused_with_a_sentence(form, tmp_path, kind):
    path = tmp_path / "x.xlsx"
    path.write_bytes(HOSTILE[kind](form))
    started = time.monotonic()
    with pytest.raises(BadInput, match=SAID[kind]):
        read_workbook(path)
    assert time.monotonic() - started < 60


def test_a_sound_form_is_understood_and_nothing_is_published_yet(published, form):
    before = (published / "published" / "live" / "current").read_text()
    (report,) = incoming.looked_at(incoming.take([("biểu 8.xlsx", form)]), "25")

    assert report["file"] == "biểu 8.xlsx"
    assert report["refused"] == ""
    assert report["periods"] == ["2026-08"]
    assert report["units"] == 1
    sums = {one["measure"]: (one["numerator"], one["denominator"]) for one in report["sums"]}
    assert sums["online_filing_share"] == (60, 100)
    (cell, *_) = report["quarantine"]
    assert (cell["value"], cell["column"]) == ("Xã Không Có", "Đơn vị")
    assert (published / "published" / "live" / "current").read_text() == before


def test_what_is_published_is_in_the_log_under_the_editor_s_name_and_the_workbook_is_kept(published, form):
    folder = incoming.take([("bieu.xlsx", form)])
    incoming.publish(folder, "25", EDITOR.name)

    first, last = list(audit.lines(published))[-2:]
    assert (first["act"], first["who"], first["dataset"]) == ("publish", EDITOR.name, "live")
    assert (last["act"], last["who"], last["files"]) == ("import", EDITOR.name, "bieu.xlsx")
    assert (last["province"], last["period"], last["snapshot"]) == ("25", "2026-08", first["snapshot"])
    figures = sight.scan(snapshot.open_snapshot("live", unreleased=True), "measurements").collect()
    assert figures.filter(unit_code="08494", measure="online_filing_share").height == 1
    assert not folder.exists()
    (kept,) = (published / "raw" / "forms").iterdir()
    assert kept.read_bytes() == form


def test_a_form_of_another_province_is_refused(published, form):
    (report,) = incoming.looked_at(incoming.take([("bieu.xlsx", form)]), "38")
    assert "only forms of 38 are taken" in report["refused"]


def test_a_hostile_file_beside_a_sound_one_costs_only_itself(published, form):
    reports = incoming.looked_at(incoming.take([("a.xlsx", HOSTILE["macros"](form)), ("b.xlsx", form)]), "25")
    assert [bool(report["refused"]) for report in reports] == [True, False]
    assert "macros" in reports[0]["refused"]


def test_too_many_and_too_large_files_are_refused_before_they_are_kept(published):
    with pytest.raises(IncomingError, match="too_many"):
        incoming.take([("a.xlsx", b"")] * (incoming.FILES_MAX + 1))
    with pytest.raises(IncomingError, match="too_large"):
        incoming.take([("a.xlsx", bytes(200 * 2**20))])
    assert not (published / "incoming").exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.xlsx", "a\nb.xlsx", "\u202exslx.exe", "-rf.xlsx", "C:\\x.xlsx", "."]
)
def test_a_name_cannot_lead_out_of_the_folder(published, form, name):
    folder = incoming.take([(name, form)])
    (path,) = folder.rglob("*.*") if "." in name[1:] else folder.glob("*/*")
    assert path.parent == folder / "00"
    assert path.name.isprintable()


def test_a_full_disk_is_told_and_leaves_nothing_behind(published, form, monkeypatch):
    def full(self, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(IncomingError, match="full: No space left"):
        incoming.take([("a.xlsx", form)])
    assert list((published / "incoming").iterdir()) == []


def test_what_was_left_lying_is_removed_after_a_day(published, form):
    old = published / "incoming" / f"{int(time.time()) - 90_000}-abc"
    old.mkdir(parents=True)
    incoming.take([("a.xlsx", form)])
    assert not old.exists()


def test_a_batch_that_is_gone_is_told(published, form):
    folder = incoming.take([("a.xlsx", form)])
    incoming.discard(folder)
    with pytest.raises(IncomingError, match="gone"):
        incoming.publish(folder, "25", EDITOR.name)


def test_no_secret_reaches_the_process_that_reads_workbooks(published, form, monkeypatch):
    seen = {}

    def watched(command, **options):
        seen.update(options["env"])
        raise OSError(errno.ENOENT, "stop")

    monkeypatch.setenv("GANDAN_METRICS_TOKEN", "sesame")
    monkeypatch.setattr(incoming.subprocess, "run", watched)
    with pytest.raises(IncomingError):
        incoming.looked_at(incoming.take([("a.xlsx", form)]), "25")
    assert "sesame" not in json.dumps(seen)


def test_a_form_of_another_province_says_of_which(published, form):
    (report,) = incoming.looked_at(incoming.take([("bieu.xlsx", form)]), "38")
    assert report["province"] == "25"


def busy(*_: object) -> None:
    raise IncomingError("busy")


def test_the_second_editor_is_told_what_the_first_published_and_asked_again(published, form, tmp_path):
    """Both look at the same figures; the first publishes others; the second's files are not lost, nor published."""
    other = workbooks.write(tmp_path / "other.xlsx", FormSheet([row(1, "Xã Lâm Thao", counts(6, 4, 1, 5, 3, 0, 2, 1))]))
    first, second = incoming.take([("a.xlsx", other.read_bytes())]), incoming.take([("b.xlsx", form)])
    incoming.looked_at(first, "25")
    incoming.looked_at(second, "25")
    incoming.publish(first, "25", "mai@phutho.gov.vn")
    after_first = (published / "published" / "live" / "current").read_text()

    with pytest.MonkeyPatch.context() as patch:  # while another command runs, and the editor presses again afterwards
        patch.setattr(incoming, "_child", busy)
        with pytest.raises(IncomingError, match="busy"):
            incoming.publish(second, "25", EDITOR.name)
    with pytest.raises(incoming.Overtaken) as told:
        incoming.publish(second, "25", EDITOR.name)
    (by,) = told.value.by
    assert (by["who"], by["province"], by["period"]) == ("mai@phutho.gov.vn", "25", "2026-08")
    # received, and the shares of online, on time and overdue with the count of overdue ones: all of Lâm Thao differ
    assert by["differ"] == 6
    assert by["at"] in [line["at"] for line in audit.lines(published)]
    assert (published / "published" / "live" / "current").read_text() == after_first

    incoming.looked_at(second, "25")
    incoming.publish(second, "25", EDITOR.name)
    figures = sight.scan(snapshot.open_snapshot("live", unreleased=True), "measurements").collect()
    assert figures.filter(unit_code="08494", measure="online_filing_share").item(0, "numerator") == 60


# --- the page


def said(app) -> str:
    """All words of a page that it was run for last."""
    words = [str(getattr(one, "value", "")) for one in app.main]
    words += [one.proto.body for one in app.get("html")]
    words += [one.label for name in ("expander", "page_link") for one in app.get(name) if hasattr(one, "label")]
    return "\n".join(words)


@pytest.fixture
def page(published, monkeypatch):
    monkeypatch.setattr(sign_in, "current", lambda: EDITOR)
    return linked("imports").run()


def test_an_editor_sees_the_own_province_only(page):
    assert not page.exception
    assert page.selectbox(key="import_province").options == ["Phú Thọ"]


def test_what_was_understood_is_shown_and_a_name_is_accepted_once_and_for_all(page, published, tmp_path):
    rows = [row(1, "Xã Lâm Thao", FIGURES, c4="sáu mươi"), row(2, "Phường Hòa Bìn", FIGURES)]
    content = workbooks.write(tmp_path / "bieu.xlsx", FormSheet(rows)).read_bytes()
    page.get("file_uploader")[0].upload("bieu.xlsx", content, "application/vnd.ms-excel")
    page.run()

    shown = said(page)
    for words in ("Trang tính đã đọc: Biểu II.06", "Tên đơn vị không tìm thấy (1)", "không có trong tệp", ">D8<"):
        assert words in shown
    choice = next(box for box in page.selectbox if box.key.startswith("import_name_"))
    assert choice.value == "04795"
    next(button for button in page.button if button.key.startswith("import_accept_")).click().run()

    assert (published / "local" / "names.csv").read_text().splitlines()[1:] == ["25,Phường Hòa Bìn,04795"]
    assert "Tên đơn vị không tìm thấy" not in said(page)
    assert [line["unit"] for line in audit.lines(published) if line["act"] == "name_accepted"] == ["04795"]
    page.button(key="import_publish").click().run()
    assert "Đã công bố nội bộ 1 tệp" in said(page)
    assert "Xem xếp hạng kỳ" in said(page)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (BadInput("/srv/local/names.csv", "is the own name of 04792", row=2, field="name"), "là tên riêng của 04792"),
        (
            BadInput("/srv/local/names.csv", "has 2 columns, not 3", row=5),
            "names.csv, dòng 5: có 2 cột, đúng phải là 3",
        ),
        (Fault("/srv/local: another change of names has been running for 30 s; try again later"), "lần nhập khác"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
    ],
)
def test_a_name_that_is_not_accepted_is_told_for_its_own_reason(fault, told):
    view = SimpleNamespace(language="vi", say=Speaker("vi"))
    kind, detail = upload._name_trouble(view, fault)
    said = upload._words(view, IncomingError(kind, detail)).replace("\\", "")
    assert told in said
    assert "/srv" not in said


def test_both_templates_are_handed_out(page):
    assert [button.proto.label for button in page.get("download_button")] == [
        "Biểu II.06 để điền",
        "Tiêu đề danh sách hồ sơ",
    ]


def test_the_page_opens_with_the_province_of_the_link(published):
    app = open_page("imports", province="38")

    assert app.selectbox(key="import_province").value == "38"


def test_a_mark_is_kept_shown_to_everybody_and_settled(page, published):
    page.selectbox(key="problem_unit").select("04792")
    page.text_area(key="problem_words").input("<b>Số</b> tháng 8 *trùng* =1+1 \u202e")
    next(button for button in page.button if "problem_form" in button.form_id).click().run()

    (mark,) = problems.still_open(False, unit="04792")
    assert mark.author == EDITOR.name
    assert "problem" in [line["act"] for line in audit.lines(published)]
    page.query_params["unit"] = "04792"
    shown = page.switch_page("pages/transparency.py").run()
    words = " ".join(one.value for one in shown.get("html") if hasattr(one, "value")) or str(shown)
    assert "&lt;b&gt;Số&lt;/b&gt; tháng 8 *trùng* =1+1 [U+202E]" in words
    assert EDITOR.name not in words.split("gd-notice")[1].split("</div></div>")[0]

    assert problems.settle(mark.id, "38", "x") is False
    assert problems.settle(mark.id, "25", EDITOR.name) is True
    assert problems.still_open(False, unit="04792") == []


def test_no_unit_is_in_doubt_because_it_comes_first(page, published):
    assert page.selectbox(key="problem_unit").value is None
    assert page.selectbox(key="problem_period").options == ["Mọi kỳ", "Tháng 8/2026"]
    page.text_area(key="problem_words").input("Đếm hai lần")
    next(button for button in page.button if "problem_form" in button.form_id).click().run()

    assert [error.value for error in page.error] == ["Hãy chọn xã, phường, đặc khu."]
    assert problems.still_open(False) == []


def test_a_correction_is_written_published_and_taken_back(page, published):
    page.selectbox(key="correction_unit").select("04792").run()
    page.selectbox(key="correction_figure").select(("on_time_share", "portal", "766-2026")).run()
    assert "Đang công bố: 90/100" in said(page)
    page.text_input(key="correction_numerator").input("95")
    page.text_input(key="correction_denominator").input("100")
    page.text_area(key="correction_reason").input("Đếm thiếu <b>năm</b> hồ sơ")
    next(button for button in page.button if "correction_form" in button.form_id).click().run()

    (kept,) = corrections.known("live")
    assert (kept.author, kept.old_numerator, kept.new_numerator) == (EDITOR.name, 90, 95)
    assert "90/100 → 95/100" in said(page)
    assert "Đếm thiếu &lt;b&gt;năm&lt;/b&gt; hồ sơ" in said(page)
    page.button(key="correction_publish").click().run()
    figures = sight.scan(snapshot.open_snapshot("live", unreleased=True), "measurements").collect()
    row = figures.filter(unit_code="04792", measure="on_time_share")
    assert row.select("numerator", "quality").row(0) == (95, "corrected")

    page.button(key=f"correction_withdraw_{kept.id}").click().run()
    assert corrections.known("live", in_force=True) == []
    acts = [line["act"] for line in audit.lines(published)]
    assert acts == ["publish", "release", "correction", "publish", "correction_withdrawn"]


@pytest.mark.parametrize(("words", "kind"), [("  ", "no_words"), ("x" * 501, "too_long")])
def test_a_mark_without_words_or_too_long_is_refused(published, words, kind):
    with pytest.raises(VisitError, match=kind):
        problems.mark(Problem("25", "04792", words))


def test_without_a_database_pages_go_on_without_marks_and_do_not_wait_each_time(published, monkeypatch):
    monkeypatch.setenv(place.URL, "postgresql://nobody@127.0.0.1:9/none")
    assert problems.still_open(False) == []

    monkeypatch.delattr(database, "transaction")
    assert problems.still_open(False) == []


def test_commands_stand_here_with_the_province_filled_in(app_data):
    codes = [code.value for code in open_page("imports", dataset="recorded").code]

    assert any(re.fullmatch(r"python -m etl pull --year 2026 --month 8 --province \d\d", code) for code in codes)
    assert sum("python -m etl" in code for code in codes) == 3
