"""Forms on a disk without room: the page says so in a sentence, what was typed stays, and the next press keeps it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from streamlit.testing.v1 import AppTest

from display.portraits import promises as portraits
from journal import corrections, database, problems, promises, replies, visits
from journal.corrections import Correction
from journal.database import VisitError
from store.access.rules import Reader
from tests import small_disk
from tests.journal.test_full_disk import until_full
from tests.journal.test_replies import TODAY, said
from tests.opened import open_page
from tests.pages.test_inspection import box, press
from ui.frame import sign_in

pytestmark = pytest.mark.skipif(not small_disk.possible(), reason=small_disk.NEEDS)
TAN_HOA = "04792"
FULL = "ổ đĩa của máy chủ đã hết chỗ"


def reader(role: str) -> Reader:
    return Reader(f"{role}@phutho.gov.vn", frozenset({(role, "25")}), "signed_in")


@pytest.fixture
def disk(published, monkeypatch) -> Iterator[Path]:
    """The small world's data folder on a disk of its own, with a database that is open when the disk fills."""
    with TemporaryDirectory(prefix="gandan_disk_") as name, small_disk.mounted(Path(name), 4) as folder:
        shutil.copytree(published, folder, dirs_exist_ok=True)
        monkeypatch.setenv("GANDAN_DATA", str(folder))
        monkeypatch.setattr(portraits, "today", lambda: TODAY)
        database._engine.cache_clear()
        visits.all_visits()
        yield folder
        database._engine.cache_clear()


def fill(disk: Path) -> None:
    small_disk.fill(disk)
    note = visits.Note("04795", TODAY, "Đoàn 1", "")
    until_full(lambda text: visits.record(visits.Note(**{**vars(note), "findings": text}), TODAY))
    small_disk.fill(disk)


def errors(app: AppTest) -> str:
    assert not app.exception
    return " ".join(error.value for error in app.error)


def prepared(monkeypatch: pytest.MonkeyPatch, texts: dict[str, str]) -> AppTest:
    monkeypatch.setattr(sign_in, "current", lambda: reader("inspector"))
    app = open_page("inspection", dataset="live", province="25", plan=TAN_HOA, stop=TAN_HOA)
    for name, text in texts.items():
        box(app, f"{name}_{TAN_HOA}").set_value(text)
    return app


def test_a_visit_stays_in_its_form_until_there_is_room(disk, monkeypatch):
    long = "Thiếu sổ theo dõi. " * 300
    app = prepared(monkeypatch, {"visit_team": "Đoàn số 2", "visit_findings": long})
    fill(disk)

    assert FULL in errors(press(app, "Lưu"))
    assert box(app, f"visit_findings_{TAN_HOA}").value == long
    assert visits.of_unit(TAN_HOA) == []

    small_disk.make_room(disk)
    assert errors(press(app, "Lưu")) == ""
    assert [visit.findings for visit in visits.of_unit(TAN_HOA)] == [long.strip()]


def test_a_promise_stays_in_its_form_until_there_is_room(disk, monkeypatch):
    texts = {"promise_finding": "Trễ 17 hồ sơ. " * 60, "promise_who": "Chị Hà", "promise_what": "Trả kết quả. " * 60}
    app = prepared(monkeypatch, texts)
    box(app, f"promise_due_on_{TAN_HOA}").set_value(date(2026, 12, 16))
    fill(disk)

    assert FULL in errors(press(app, "Ghi lời hứa"))
    assert box(app, f"promise_what_{TAN_HOA}").value == texts["promise_what"]
    assert promises.of_unit(TAN_HOA) == []

    small_disk.make_room(disk)
    assert errors(press(app, "Ghi lời hứa")) == ""
    assert [promise.who for promise in promises.of_unit(TAN_HOA)] == ["Chị Hà"]


def test_a_mark_stays_in_its_form_until_there_is_room(disk, monkeypatch):
    monkeypatch.setattr(sign_in, "current", lambda: reader("editor"))
    app = open_page("imports", province="25")
    app.selectbox(key="problem_unit").select(TAN_HOA)
    app.text_area(key="problem_words").input("Đếm hai lần. " * 30)
    fill(disk)
    until_full(lambda text: problems.mark(problems.Problem("25", "04795", text[: problems.LONGEST])))
    button = next(button for button in app.button if "problem_form" in button.form_id)

    assert FULL in errors(button.click().run())
    assert app.text_area(key="problem_words").value == "Đếm hai lần. " * 30
    assert problems.still_open(False, unit=TAN_HOA) == []

    small_disk.make_room(disk)
    next(button for button in app.button if "problem_form" in button.form_id).click().run()
    assert len(problems.still_open(False, unit=TAN_HOA)) == 1


def test_a_decision_whose_correction_found_no_room_stands_and_says_what_is_left_to_do(disk, monkeypatch):
    monkeypatch.setattr(sign_in, "current", lambda: reader("editor"))
    objection = replies.say(said(new_numerator=93.0, new_denominator=100.0), TODAY)
    app = open_page("imports", province="25")

    def no_room(_: Correction) -> Correction:
        raise VisitError("full")

    monkeypatch.setattr(corrections, "correct", no_room)
    box(app, f"objection_reason_{objection.id}").set_value("Đúng như xã nêu")
    press(app, "Chấp nhận")

    assert "chưa ghi được số đính chính" in errors(app)
    assert [one.state for one in replies.of_unit("live", TAN_HOA)] == ["accepted"]
