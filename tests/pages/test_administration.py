"""The administrator's page: roles and their damage, sign-ins that are ended, works, times, and the audit log as CSV."""

from __future__ import annotations

import csv
import io
import re

import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from etl.publishing.release import release
from journal import audit, backups, database, endings, place, pulls
from store.access import people
from store.access.rules import EVERYWHERE, LOCAL, PUBLIC, Reader
from store.retention import LOCAL as OWN_FILE
from store.snapshot import open_snapshot
from tests.conftest import CAPTURED
from tests.opened import open_page
from tests.rooms import FLOORS, sources
from ui.administration import audit_lines, head, releases
from ui.frame import sign_in

ADMIN = Reader("quantri@phutho.vn", frozenset({("admin", EVERYWHERE)}), "signed_in")
LEADER = Reader("lan@phutho.vn", frozenset({("leader", "25")}), "signed_in")
ROLES = """people:
- {who: lan@phutho.vn, roles: [leader], provinces: ["25", "38"]}
- {who: quantri@phutho.vn, roles: [admin]}
"""
DAMAGED = ROLES.replace("[admin]", "[boss]")


@pytest.fixture
def service(published, monkeypatch):
    """The small data folder with roles, two sign-ins and works of the night; an administrator reads."""
    monkeypatch.delenv("GANDAN_ACCESS", raising=False)
    people._SOUND.clear()
    database._engine.cache_clear()
    endings._FOUND.forget()
    (published / "access.yaml").write_text(ROLES)
    people.current()
    audit.note(published, "lan@phutho.vn", "sign_in", roles="leader")
    audit.note(published, "minh@phutho.vn", "sign_in", roles="", trouble="unknown")
    pulls.note(published, "live", False, "not everything was pulled")
    backups.note(published, backups.BACKUP, True, "gan-dan-20261129T183000Z.tar.gz")
    monkeypatch.setattr(sign_in, "current", lambda: ADMIN)
    yield published
    people._SOUND.clear()
    endings._FOUND.forget()


def words(app) -> str:
    return " ".join(element.body for element in app.get("html") if not element.body.startswith("<style"))


def button(app, key: str):
    return next(one for one in app.button if one.key == key)


def test_the_page_shows_who_may_what_and_how_the_night_went(service):
    app = open_page("administration")
    shown = words(app)
    assert "Phú Thọ, Thanh Hóa" in shown
    assert "Lần gần nhất chưa xong: Tải số liệu (live)." in shown
    assert "gan-dan-20261129T183000Z.tar.gz" in shown and "chưa lần nào" in shown
    assert "400 ngày" in shown and "30 bản mới nhất" in shown
    assert "đăng nhập" in shown and "vì sao không có quyền: chưa được giao vai trò" in shown


def test_where_no_work_of_the_night_has_run_none_is_said_to_have_ended_well(service):
    (service / "pulls.json").unlink()
    (service / "backups.json").unlink()
    shown = words(open_page("administration"))
    assert "Chưa có việc hằng đêm nào từng chạy." in shown and "đều xong" not in shown


def test_the_page_speaks_english_and_opens_for_the_one_user_of_a_machine(service, monkeypatch):
    monkeypatch.setattr(sign_in, "current", lambda: LOCAL)
    shown = words(open_page("administration", lang="en"))
    assert "Failed last time: Pull (live)." in shown and "Kept" in shown and "Quản trị" not in shown


def test_the_page_is_in_the_navigation_of_administrators_alone(service, monkeypatch):
    seen = []
    page = sign_in.st.Page
    monkeypatch.setattr(
        "ui.frame.shell.st.Page", lambda *a, **k: seen.append((k["url_path"], k["visibility"])) or page(*a, **k)
    )
    open_page("transparency")
    assert ("quan-tri", "visible") in seen
    monkeypatch.setattr(sign_in, "current", lambda: LEADER)
    seen.clear()
    open_page("transparency")
    assert ("quan-tri", "hidden") in seen


def test_a_damaged_edit_is_shown_with_line_and_key_and_the_last_sound_state(service):
    (service / "access.yaml").write_text(DAMAGED)
    shown = words(open_page("administration"))
    assert "access.yaml · dòng 3 · people.1.roles.0" in shown
    assert "Bản đúng gần nhất, dưới đây, vẫn có hiệu lực" in shown
    assert "quantri@phutho.vn" in shown and "boss" not in shown


def test_administrators_are_told_of_a_damaged_file_on_every_page_and_nobody_else_is(service, monkeypatch):
    assert "gd-damaged" not in words(open_page("methods"))
    (service / "access.yaml").write_text(DAMAGED)
    shown = words(open_page("methods"))
    assert "Tệp vai trò access.yaml đang hỏng" in shown and "quan-tri" in shown
    monkeypatch.setattr(sign_in, "current", lambda: LEADER)
    assert "gd-damaged" not in words(open_page("methods"))


def test_all_sign_ins_of_a_person_are_ended_by_a_button_and_the_log_says_by_whom(service):
    app = open_page("administration")
    button(app, "end_lan@phutho.vn").click().run()

    assert not app.exception
    assert list(endings.ended()) == ["lan@phutho.vn"]
    last = list(audit.lines(service))[-1]
    assert (last["act"], last["who"], last["person"]) == ("sign_ins_ended", ADMIN.name, "lan@phutho.vn")
    assert button(app, "end_lan@phutho.vn").disabled and not button(app, "end_minh@phutho.vn").disabled
    assert "Đã kết thúc mọi phiên đăng nhập của lan@phutho.vn." in [one.value for one in app.success]


def test_whoever_is_no_administrator_any_more_ends_nobody_s(service, monkeypatch):
    app = open_page("administration")
    monkeypatch.setattr(sign_in, "current", lambda: LEADER)
    button(app, "end_lan@phutho.vn").click().run()
    assert endings.ended() == {}


def test_without_a_database_the_page_says_that_nothing_was_ended(service, monkeypatch):
    app = open_page("administration")
    monkeypatch.setenv(place.URL, "postgresql://gandan:secret@127.0.0.1:1/nowhere")
    button(app, "end_lan@phutho.vn").click().run()
    assert not app.exception
    assert [one.value for one in app.error] == [
        "Chưa kết thúc phiên của lan@phutho.vn: không kết nối được cơ sở dữ liệu."
    ]


def test_a_damaged_file_of_retention_is_shown_with_its_key(service):
    (service / OWN_FILE).parent.mkdir()
    (service / OWN_FILE).write_text("forms: {days: never}\n")
    shown = words(open_page("administration"))
    assert "forms.days must be all or a whole number of days" in shown


def test_the_log_is_filtered_by_what_the_link_says(service):
    shown = words(open_page("administration", act="sign_in", q="MINH"))
    assert "1 dòng, mới nhất trước." in shown
    assert "Không có dòng nào như vậy." in words(open_page("administration", act="forget"))


def test_the_csv_holds_each_line_and_runs_nothing():
    lines = [{"at": "2026-11-29T00:00:00+00:00", "who": "=1+1", "act": "export", "file": "a.csv", "rows": 3}]
    (row,) = csv.DictReader(io.StringIO(audit_lines.as_csv(lines).decode("utf-8-sig")))
    assert row["who"] == "'=1+1" and row["about"] == '{"file": "a.csv", "rows": 3}'


# --- releases


@pytest.fixture
def waiting(service, measurement):
    """A form of August that waits for release; its snapshot."""
    form = measurement(measure="on_time_share_form", series="ii06", basis="form", source="form:a.xlsx")
    return publish(service, "live", Harvest(measurement_rows([form]), CAPTURED, ["form:a.xlsx"]), nature="live").id


def test_an_administrator_releases_what_waits_and_it_is_noted(service, waiting):
    app = open_page("administration")
    assert "Chưa công bố: biểu II.06 (tháng 8/2026)" in words(app)
    app.text_input(key="release_note_live").set_value("Biểu tháng 8")
    button(app, "release_do_live").click()
    app.run()
    assert open_snapshot("live").manifest.id == waiting
    assert "Không có gì chờ công bố." in words(app) and "Chưa công bố:" not in words(app)
    (line,) = [one for one in audit.lines(service) if one["act"] == "release" and one["how"] == "person"]
    assert (line["who"], line["note"]) == (ADMIN.name, "Biểu tháng 8")


def test_who_is_no_administrator_any_more_releases_nothing(service, waiting, monkeypatch):
    app = open_page("administration")
    monkeypatch.setattr(sign_in, "current", lambda: LEADER)
    releases._release(service, "live", waiting, "release_note_live")
    assert open_snapshot("live").manifest.id != waiting
    assert button(app, "release_do_live")


def test_an_earlier_snapshot_is_released_again_with_a_note_alone(service, waiting):
    before = open_snapshot("live").manifest.id
    release(service, "live", "an@phutho.vn")
    app = open_page("administration")
    assert button(app, "release_again_do").disabled
    app.text_input(key="release_again_note").set_value("Biểu của Phú Thọ sai")
    app.run()
    button(app, "release_again_do").click()
    app.run()
    assert open_snapshot("live").manifest.id == before
    assert "công bố lại bản trước: Biểu của Phú Thọ sai" in words(app)


def test_a_leader_reads_what_waits_and_the_public_the_release_before(service, waiting, monkeypatch):
    monkeypatch.setattr(sign_in, "current", lambda: LEADER)
    shown = words(open_page("methods"))
    assert waiting in shown and "Chưa công bố: biểu II.06 (tháng 8/2026)" in shown and "Xem và công bố" not in shown
    monkeypatch.setattr(sign_in, "current", lambda: PUBLIC)
    shown = words(open_page("methods", part="releases"))
    assert waiting not in shown and "Chưa công bố" not in shown
    assert "số mới của Cổng, công bố ngay khi cập nhật" in shown


def test_the_errata_tell_released_figures_alone(service, measurement, monkeypatch):
    rows = [measurement(numerator=91.0, captured_at=CAPTURED.replace(day=4))]
    publish(service, "live", Harvest(measurement_rows(rows), CAPTURED.replace(day=4), ["portal:test"]), nature="live")
    monkeypatch.setattr(sign_in, "current", lambda: PUBLIC)
    shown = words(open_page("methods", part="errata", lang="en"))
    assert "90/100" in shown and "91/100" in shown


def test_what_the_log_tells_is_in_words_and_in_what_language_the_page_is(service):
    audit.note(service, "lan@phutho.vn", "refused", page="inspection")
    audit.note(service, "lan@phutho.vn", "correction", unit="04792", measure="on_time_share", period="2026-08")
    audit.note(service, "lan@phutho.vn", "sign_in", roles="leader,editor", trouble="", iat=1_788_000_000, neu="x")
    shown = words(open_page("administration"))
    assert "trang: Kiểm tra" in shown and "đơn vị: Xã Tân Hòa (04792)" in shown.replace("Phường", "Xã")
    assert "vai trò: lãnh đạo, người nhập số liệu" in shown and "neu: x" in shown
    assert "chưa tải được đủ" in shown and "not everything" not in shown
    assert "page: Inspection" in words(open_page("administration", lang="en"))


def test_every_key_that_an_act_is_noted_with_has_words():
    said = re.compile(r"note(?:_act)?\((?:[^()]|\([^()]*\))*\)")
    keys = set()
    for path in sources(*FLOORS):
        for call in said.findall(path.read_text(encoding="utf-8")):
            if "act" in call or "audit.note" in call:
                keys |= set(re.findall(r"[(,]\s*([a-z_]+)=", call))
    assert keys - {"patience_seconds"} <= {*audit_lines.KEYS}


def test_the_log_and_the_runs_are_read_once_for_a_page(service, monkeypatch):
    read = []
    lines, last = audit._lines, backups.last
    monkeypatch.setattr(audit, "_lines", lambda path: read.append(path.name) or lines(path))
    monkeypatch.setattr(head.backups, "last", lambda data: read.append("backups") or last(data))
    open_page("administration")
    assert sorted(set(read)) == sorted(read) and "backups" in read
