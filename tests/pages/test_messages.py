"""Asking to be told, on the start page: what, where to, ending it; a calendar whose address is shown once."""

from __future__ import annotations

import pytest

from files.places import published_folder
from journal import audit, calendars, subscriptions
from tests.opened import open_page
from tests.pages.test_inspection import press
from tests.pages.test_pages import words
from tests.pages.test_promises import reader
from ui.frame import sign_in

PEOPLE = 'people:\n  - {who: leader@phutho.gov.vn, roles: [leader], provinces: ["25"]}\n'


@pytest.fixture
def as_reader(published, monkeypatch):
    (published_folder().parent / "access.yaml").write_text(PEOPLE, encoding="utf-8")
    return lambda role: monkeypatch.setattr(sign_in, "current", lambda: reader(role))


def opened():
    return open_page("overview", dataset="live", province="25", messages="true")


def test_a_leader_asks_for_messages_to_the_own_address_and_ends_them(as_reader):
    as_reader("leader")
    app = press(opened(), "Đăng ký")
    (kept,) = subscriptions.of("leader@phutho.gov.vn")
    assert (kept.role, kept.place, kept.channel, kept.address) == ("leader", "25", "mail", kept.who)
    assert "chưa gửi tin nào" in words(app) and "Máy chủ chưa đặt nơi gửi thư" in words(app)
    press(app, "Thôi nhận")
    assert subscriptions.of(kept.who) == []
    acts = [line["act"] for line in audit.lines(published_folder().parent)]
    assert {"subscribed", "subscription_ended"} <= set(acts)


def test_the_address_of_a_calendar_is_shown_once(as_reader):
    as_reader("leader")
    app = press(opened(), "Tạo địa chỉ lịch")
    (address,) = [code.value for code in app.code]
    secret = address.rpartition("/")[2].removesuffix(".ics")
    assert calendars.by(secret).who == "leader@phutho.gov.vn"
    assert [code.value for code in app.run().code] == []
    press(app, "Đóng địa chỉ")
    assert calendars.by(secret) is None


def test_who_is_not_named_in_the_file_of_roles_is_told_so(as_reader):
    as_reader("inspector")
    app = opened()
    assert "Vai trò của bạn đến từ hệ thống đăng nhập" in words(app)
    assert not [button for button in app.button if button.label == "Đăng ký"]
