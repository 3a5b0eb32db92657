"""A practice on the pages: an editor or the commune's people note it, leaders read it, nobody else writes."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from display.portraits import promises as portraits
from files.places import published_folder
from journal import audit, practices
from store.access.rules import Reader
from tests.opened import open_page
from tests.pages.test_inspection import box, press
from tests.pages.test_pages import markup, words
from ui.frame import sign_in

TAN_HOA = "04792"
NASTY = "**đậm** <img src=x onerror=alert(1)> \u202eabc"
SHOWN = "**đậm** &lt;img src=x onerror=alert(1)&gt; [U+202E]abc"


def reader(role: str, place: str = "25") -> Reader:
    return Reader(f"{role}@phutho.gov.vn", frozenset({(role, place)}), "signed_in")


@pytest.fixture
def as_reader(published, monkeypatch):
    """Whom the pages are drawn for: `as_reader("leader")`."""
    monkeypatch.setattr(portraits, "today", lambda: date(2026, 9, 26))
    return lambda *held: monkeypatch.setattr(sign_in, "current", lambda: reader(*held))


def unit() -> AppTest:
    return open_page("unit", dataset="live", unit=TAN_HOA, practice="true")


def written(app: AppTest, **texts: object) -> AppTest:
    for name, value in texts.items():
        box(app, f"practice_{name}_{TAN_HOA}").set_value(value)
    return press(app, "Ghi cách làm")


def form(app: AppTest) -> list[str]:
    return [str(button.key) for button in app.button if "practice" in str(button.key)]


def test_an_editor_notes_it_a_leader_reads_it_and_it_is_taken_back(as_reader, published):
    as_reader("editor")
    app = written(unit(), since=date(2026, 3, 2), what=NASTY)

    (kept,) = practices.all_of(simulated=False)
    assert (kept.unit_code, kept.kind, kept.source) == (TAN_HOA, "kiosk", "editor@phutho.gov.vn")
    assert "Kiốt tự phục vụ" in markup(app) and SHOWN in markup(app)
    assert "từ 2/3/2026" in words(app)

    as_reader("leader")
    assert not form(unit())
    overview = open_page("overview", dataset="live", province="25", practices="true")
    assert "Chưa xét được" in words(overview)  # the months and similar communes of this small country do not suffice
    assert SHOWN in markup(overview)
    assert "bằng chứng, không phải chứng minh" in words(overview)

    as_reader("editor")
    press(unit(), "Rút lại (ghi nhầm)")
    assert practices.all_of(simulated=False) == []
    acts = [(line["act"], line["unit"]) for line in audit.lines(published) if str(line["act"]).startswith("practice")]
    assert acts == [("practice", TAN_HOA), ("practice_withdrawn", TAN_HOA)]


def test_the_people_of_a_commune_note_their_own_and_no_other(as_reader):
    as_reader("unit", TAN_HOA)
    written(unit(), since=date(2026, 3, 2))
    assert [one.unit_code for one in practices.all_of(simulated=False)] == [TAN_HOA]

    app = unit()
    as_reader("unit", "08230")
    written(app, since=date(2026, 4, 1))
    assert len(practices.all_of(simulated=False)) == 1


def test_a_province_notes_what_all_its_communes_began(as_reader):
    as_reader("editor")
    app = open_page("overview", dataset="live", province="25", practices="true")
    box(app, "practice_since_25").set_value(date(2026, 3, 2))
    press(app, "Ghi cách làm")

    as_reader("leader")
    assert "cả tỉnh, thành phố Phú Thọ" in words(unit())


def test_what_is_wrong_is_told_and_stays_in_the_form(as_reader):
    as_reader("editor")
    app = written(unit(), since=date(2026, 9, 27), what="hai máy")

    assert [error.value for error in app.error] == ["Chưa lưu: ngày bắt đầu ở tương lai."]
    assert box(app, f"practice_what_{TAN_HOA}").value == "hai máy"
    assert [error.value for error in written(unit()).error] == ["Chưa lưu: cần có ngày bắt đầu."]


def test_a_file_that_is_wrong_is_told_to_the_leader(as_reader, published):
    folder = published_folder().parent / "local"
    folder.mkdir()
    (folder / "practices.csv").write_text("unit_code,kind\n", encoding="utf-8")
    as_reader("leader")

    assert not unit().exception
    overview = open_page("overview", dataset="live", province="25", practices="true")
    assert "Chưa đọc được tệp cách làm: practices.csv, row 1" in words(overview)
