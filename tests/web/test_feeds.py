"""Feeds, calendars, and the address that ends a message, as a reader's program asks for them."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import icalendar
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from journal import calendars, promises, subscriptions
from tests.conftest import CAPTURED
from tests.press.post.test_command import LAN, PROMISE
from tests.published_once import once, own
from web import calendars as web_calendars
from web import feeds, messages

__all__ = ["once", "own"]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def client(own) -> TestClient:
    return TestClient(Starlette(routes=[*feeds.ROUTES, *web_calendars.ROUTES, *messages.ROUTES]))


def entries(client: TestClient, path: str) -> list[ElementTree.Element]:
    reply = client.get(path)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "application/atom+xml")
    return ElementTree.fromstring(reply.content).findall(f"{ATOM}entry")


def test_a_feed_holds_the_public_figures_of_its_commune(client):
    (entry,) = entries(client, "/feed/unit/04792.atom")
    assert entry.findtext(f"{ATOM}title") == "Xong đúng hẹn, tháng 8/2026"
    assert "90" in entry.findtext(f"{ATOM}summary")
    assert entry.findtext(f"{ATOM}id") == "urn:gandan:live:04792:on_time_share_form:form:2026-08"


def test_a_withheld_figure_is_in_no_feed(client):
    assert entries(client, "/feed/unit/04828.atom") == []
    body = client.get("/feed/province/25.atom?lang=en").text
    assert 'xml:lang="en"' in body and "87" not in body


def test_simulated_figures_say_so_in_title_and_entries(client, own):
    """The same figures as those of `live`, published as simulated ones."""
    row = {
        "unit_code": "04792", "level": "commune", "measure": "on_time_share_form", "series": "ii06", "basis": "form",
        "period_start": date(2026, 8, 1), "period_end": date(2026, 8, 31), "period_kind": "month", "numerator": 90,
        "denominator": 100, "provisional": False, "source": "simulation", "captured_at": CAPTURED,
    }  # fmt: skip
    publish(own, "simulated", Harvest(measurement_rows([row]), CAPTURED, ["simulation"]), nature="simulated")
    reply = ElementTree.fromstring(client.get("/feed/unit/04792.atom?dataset=simulated").content)

    said = [reply.findtext(f"{ATOM}title"), *(one.findtext(f"{ATOM}summary") for one in reply.findall(f"{ATOM}entry"))]
    assert len(said) > 1 and all("mô phỏng" in one for one in said)


@pytest.mark.parametrize(
    "path", ["/feed/unit/99999.atom", "/feed/unit/04792", "/feed/x/25.atom", "/feed/province/25.atom?lang=fr"]
)
def test_other_addresses_are_none(client, path):
    assert client.get(path).status_code == 404


def test_a_calendar_opens_by_its_secret_until_it_is_revoked(client):
    kept, secret = calendars.make("lan@phutho.gov.vn", "25", "vi")
    promises.make(PROMISE, date(2026, 9, 26))
    reply = client.get(f"/calendar/{secret}.ics")
    found = icalendar.Calendar.from_ical(reply.content)
    said = [str(one["summary"]) for one in found.walk("VEVENT")]
    assert reply.headers["cache-control"] == "no-store" and reply.headers["content-type"].startswith("text/calendar")
    assert any(one.startswith("Hạn số liệu tháng") for one in said)
    assert calendars.revoke(kept.id, kept.who)
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


@pytest.mark.parametrize(("who", "place"), [("mai@thanhhoa.gov.vn", "25"), ("x@y.vn", "25")])
def test_a_calendar_of_who_has_no_role_there_any_more_opens_nothing(client, who, place):
    _, secret = calendars.make(who, place, "vi")
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_looking_at_the_address_ends_nothing_and_the_button_does(client):
    token = subscriptions.ask(LAN).token
    page = client.get(f"{messages.PATH}?token={token}&lang=en")
    assert "End this message?" in page.text and len(subscriptions.of(LAN.who)) == 1
    assert "Đã thôi nhận" in client.post(f"{messages.PATH}?token={token}").text
    assert subscriptions.of(LAN.who) == []
    assert "từ trước" in client.post(f"{messages.PATH}?token={token}").text


def test_what_stands_in_an_address_is_no_markup(client):
    assert "<script>" not in client.get(messages.PATH, params={"token": '"><script>'}).text
