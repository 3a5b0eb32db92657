"""The round of the night: what is new goes out once, to whoever may see it, over a real SMTP server and a real hook."""

from __future__ import annotations

import email
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiosmtpd.controller import Controller

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from journal import promises, subscriptions
from journal.promises import Promise
from journal.subscriptions import HOOK, MAIL, Subscription
from press.post import command, hook
from press.post.command import FAILED, NO_RIGHT, OFF, QUIET, SENT, TODAY
from press.post.settings import Settings
from store.snapshot import open_snapshot
from tests.conftest import CAPTURED
from tests.published_once import once, own

__all__ = ["once", "own"]
DAY, NEXT_DAY = date(2026, 10, 12), date(2026, 10, 13)
LAN = Subscription("lan@phutho.gov.vn", "inspector", "25", MAIL, "lan@phutho.gov.vn", "vi")
PROMISE = Promise(
    "04792", "Trễ", "Chị Hà", "Hai người cùng thẩm định", promised_on=date(2026, 9, 20), due_on=date(2026, 10, 15)
)


@pytest.fixture
def opened(own):
    """What is released of it, and a promise of Tân Hòa that falls due."""
    promises.make(PROMISE, DAY)
    return open_snapshot("live")


class Box:
    """Keeps what a mail server was handed."""

    def __init__(self) -> None:
        self.mails: list[email.message.EmailMessage] = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 taken"


@pytest.fixture
def box() -> Iterator[tuple[Box, Settings]]:
    held = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(held, hostname="127.0.0.1", port=port)
    server.start()
    yield (
        held,
        Settings(
            url="https://gandan.example.vn",
            host="127.0.0.1",
            port=port,
            security="none",
            sender="tin@gandan.example.vn",
        ),
    )
    server.stop()


def test_a_digest_says_what_is_new_why_it_came_and_how_to_end_it(opened, box):
    held, settings = box
    asked = subscriptions.ask(LAN)

    assert command.one_round(settings, opened, asked, DAY) == SENT

    (mail,) = held.mails
    text = mail.get_content()
    assert (mail["To"], mail["From"]) == (LAN.address, settings.sender)
    assert mail["Subject"] == "Gần Dân · Phú Thọ: 1 điều mới"
    assert "Phường Tân Hòa: lời hứa đến hạn 15/10/2026. Chị Hà: Hai người cùng thẩm định" in text.replace("\n", " ")
    assert "Vì sao có tin này" in text and "lan@phutho.gov.vn đăng ký nhận tin lời hứa" in text.replace("\n", " ")
    assert f"https://gandan.example.vn/messages/end?token={asked.token}" in text
    assert mail["List-Unsubscribe"] == f"<https://gandan.example.vn/messages/end?token={asked.token}&lang=vi>"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_nothing_is_told_twice_and_never_two_a_day(opened, box):
    held, settings = box
    asked = subscriptions.ask(LAN)
    assert command.one_round(settings, opened, asked, DAY) == SENT
    promises.make(replace(PROMISE, what="Mở thêm quầy"), DAY)
    ends = [command.one_round(settings, opened, asked, day) for day in (DAY, NEXT_DAY, NEXT_DAY)]
    assert ends == [TODAY, SENT, QUIET]
    assert [mail["Subject"] for mail in held.mails] == ["Gần Dân · Phú Thọ: 1 điều mới"] * 2
    assert "thẩm định" not in held.mails[1].get_content()


def test_nothing_leaves_without_configuration_or_right(opened, box):
    held, settings = box
    asked = subscriptions.ask(LAN)
    assert command.one_round(Settings(), opened, asked, DAY) == OFF
    stranger = subscriptions.ask(replace(LAN, who="mai@thanhhoa.gov.vn", address="mai@thanhhoa.gov.vn"))
    nobody = subscriptions.ask(replace(LAN, who="x@y.vn", address="x@y.vn"))
    leader = subscriptions.ask(replace(LAN, who="an@phutho.gov.vn"))
    ends = [command.one_round(settings, opened, one, DAY) for one in (stranger, nobody, leader)]
    assert ends == [NO_RIGHT] * 3 and held.mails == []


def test_a_message_that_did_not_leave_is_tried_again(opened, box):
    held, settings = box
    asked = subscriptions.ask(LAN)
    closed = settings.model_copy(update={"port": 9})
    assert command.one_round(closed, opened, asked, DAY) == FAILED
    assert command.one_round(settings, opened, asked, DAY) == SENT
    assert len(held.mails) == 1


def test_late_data_is_told_to_who_brings_it_in(opened, box):
    held, settings = box
    asked = subscriptions.ask(replace(LAN, who="an@phutho.gov.vn", role="editor", address="an@phutho.gov.vn"))
    assert command.one_round(settings, opened, asked, DAY) == SENT
    text = " ".join(held.mails[0].get_content().split())
    assert "xã, phường chưa có số liệu tháng 9/2026 (theo biểu II.06), trễ từ 11/10/2026." in text


def test_a_dry_round_prints_and_notes_nothing(opened, capsys):
    asked = subscriptions.ask(LAN)
    assert command.one_round(Settings(), opened, asked, DAY, dry=True) == SENT
    assert "lời hứa đến hạn" in capsys.readouterr().out
    assert subscriptions.of(LAN.who)[0].sent_on is None


@pytest.fixture
def listener() -> Iterator[tuple[HTTPServer, list[tuple[dict, bytes]]]]:
    """A program that keeps what it is called with."""
    calls: list[tuple[dict, bytes]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            calls.append((dict(self.headers), self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(302 if self.path == "/away" else 204)
            self.send_header("location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server, calls
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_hook_is_called_with_a_signature_that_its_key_alone_makes(opened, listener):
    server, calls = listener
    settings = Settings(url="https://gandan.example.vn", hook_hosts=("127.0.0.1",))
    address = f"http://127.0.0.1:{server.server_port}/in"
    asked = subscriptions.ask(replace(LAN, channel=HOOK, address=address))

    assert command.one_round(settings, opened, asked, DAY) == SENT

    ((headers, body),) = calls
    moment, made = (part.split("=")[1] for part in headers[hook.HEADER].split(","))
    expected = hmac.new(asked.secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert made == expected
    assert [one["key"] for one in json.loads(body)["news"]] == ["promise.1.soon"]


def test_a_hook_that_sends_elsewhere_is_not_followed(opened, listener):
    server, calls = listener
    settings = Settings(url="https://gandan.example.vn", hook_hosts=("127.0.0.1",))
    asked = subscriptions.ask(replace(LAN, channel=HOOK, address=f"http://127.0.0.1:{server.server_port}/away"))
    assert command.one_round(settings, opened, asked, DAY) == FAILED
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://a.vn/x", True),
        ("http://a.vn/x", False),
        ("https://b.vn/x", False),
        ("http://127.0.0.1:1/", False),
        ("https://a.vn@b.vn/", False),
        ("https://a.vn.b.vn/", False),
    ],
)
def test_only_named_hosts_are_called(address, allowed):
    assert hook.is_allowed(Settings(hook_hosts=("a.vn",)), address) is allowed


def test_refused_rows_are_told_to_who_brings_them_in_without_what_stands_in_them(own, box):
    row = {
        "unit_code": "04792", "level": "commune", "measure": "on_time_share_form", "series": "ii06", "basis": "form",
        "period_start": date(2026, 9, 1), "period_end": date(2026, 9, 30), "period_kind": "month", "numerator": 187,
        "denominator": 143, "provisional": False, "source": "form:09.xlsx", "captured_at": CAPTURED,
    }  # fmt: skip
    elsewhere = row | {"unit_code": "16654"}
    publish(own, "live", Harvest(measurement_rows([row, elsewhere]), CAPTURED, ["form:09.xlsx"]), nature="live")
    held, settings = box
    day = CAPTURED.date()
    asked = subscriptions.ask(replace(LAN, who="an@phutho.gov.vn", role="editor", address="an@phutho.gov.vn"))
    assert command.one_round(settings, open_snapshot("live", unreleased=True), asked, day) == SENT
    text = " ".join(held.mails[0].get_content().split())
    assert "1 dòng của nguồn form:09.xlsx bị để riêng" in text and "phần lớn hơn toàn bộ." in text
    assert "187" not in text and "143" not in text
