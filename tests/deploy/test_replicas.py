"""Two replicas behind nginx, with the project's own configuration: who sticks where, and what a killed one costs."""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from files.places import HOME
from tests.conftest import CAPTURED, _row
from tests.pages.test_in_browser import browser
from tests.replicas import PLAIN, Service, running

__all__ = ["browser"]

pytestmark = pytest.mark.browser
NAME = "gandan.example.vn"
ASKED = 'gandan_request_seconds_count{part="search.json"'


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A data folder of its own: the recorded figures, and a dataset `live` that is published again."""
    folder = tmp_path_factory.mktemp("data")
    shutil.copytree(HOME / "data" / "published" / "recorded", folder / "published" / "recorded")
    publish(folder, "live", numbered(0), nature="live")
    return folder


@pytest.fixture(scope="module")
def service(data, tmp_path_factory) -> Iterator[Service]:
    hosts = f"{NAME},127.0.0.1"
    with running(tmp_path_factory.mktemp("nginx"), GANDAN_DATA=str(data), GANDAN_HOSTS=hosts) as own:
        yield own


def ask(address: str, **headers: str) -> urllib.request.addinfourl:
    asked = urllib.request.Request(address, headers={name.replace("_", "-"): text for name, text in headers.items()})
    return urllib.request.urlopen(asked, timeout=30, context=PLAIN)


@pytest.fixture
def page(browser, service):
    context = browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def settled(page) -> None:
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)


def replica_of(service: Service, cookie: str) -> int:
    """Which replica a reader's cookie leads to: the one whose count of requests grows."""
    before = {port: service.metric(port, ASKED) for port in service.ports}
    for _ in range(5):
        ask(f"{service.address}/search.json", Cookie=f"gan_dan_reader={cookie}").read()
    after = {port: service.metric(port, ASKED) for port in service.ports}
    grown = [port for port in service.ports if after[port] - before[port] >= 5]
    assert len(grown) == 1
    return grown[0]


def test_headers_reach_the_reader_through_nginx(service):
    reply = ask(service.address + "/")

    assert reply.headers["strict-transport-security"]
    assert reply.headers["content-security-policy"]
    assert reply.headers["server"] == "nginx"
    assert "Secure" in reply.headers["set-cookie"]


@pytest.mark.parametrize("path", ["/health", "/open/v1"])
def test_a_replica_hears_the_name_that_the_reader_asked_for(service, path):
    assert ask(service.address + path, Host=NAME).status == 200
    with pytest.raises(urllib.error.HTTPError, match="400"):
        ask(service.address + path, Host="elsewhere.example.vn")


def test_metrics_are_not_for_the_outside(service):
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(service.address + "/metrics")
    assert refused.value.code == 403


def test_a_reader_stays_with_a_replica_and_readers_spread(service):
    ports = {}
    # A reader's replica follows from the cookie and the ports, which differ each time: eight readers may share one.
    while set(ports.values()) != set(service.ports) and len(ports) < 64:
        name = f"reader-{len(ports)}"
        ports[name] = replica_of(service, name)

    assert set(ports.values()) == set(service.ports)
    assert {name: replica_of(service, name) for name in list(ports)[:3]} == {
        name: ports[name] for name in list(ports)[:3]
    }


def test_open_data_is_answered_from_the_cache_without_anybody_s_cookie(service):
    address = f"{service.address}/open/v1/measurements?dataset=recorded&province=25&limit=10"
    first, second = ask(address), ask(address, Cookie="gan_dan_reader=x; _streamlit_user=forged")

    assert first.headers["x-cache"] in ("MISS", "EXPIRED")
    assert second.headers["x-cache"] == "HIT"
    assert first.read() == second.read()


def test_a_killed_replica_s_reader_goes_on_at_the_other_with_the_same_view(service, page):
    page.goto(service.address + "/minh-bach?dataset=recorded&unit=04792")
    settled(page)
    name = page.inner_text("h1")
    assert "Tân Hòa" in name
    cookie = next(one["value"] for one in page.context.cookies() if one["name"] == "gan_dan_reader")
    port = replica_of(service, cookie)

    other = next(one for one in service.ports if one != port)
    _open_at(service, other, page.context.browser)  # the first reader of a fresh process waits for its figures

    service.replicas[port].send_signal(signal.SIGKILL)
    service.replicas[port].wait(10)
    page.evaluate("window.mine = true")
    started = time.monotonic()
    page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])", timeout=15_000)
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]", timeout=15_000)
    while page.evaluate("document.documentElement.lang") != "en" and time.monotonic() - started < 30:
        page.locator(".st-key-top_row").get_by_text("EN", exact=True).click()  # lost while the page is drawn again
        page.wait_for_timeout(1000)
    taken = time.monotonic() - started
    settled(page)
    service.start(port)
    service.wait(port)

    assert taken < 10
    assert page.evaluate("window.mine") is True  # the page went on: it was not loaded again
    assert "unit=04792" in page.url
    assert "Tân Hòa" in page.inner_text("h1")
    assert _alive(other)


def _open_at(service: Service, port: int, chromium) -> None:
    name = next(name for name in "abcdefghijklmnop" if replica_of(service, name) == port)
    context = chromium.new_context(ignore_https_errors=True)
    cookie = {"name": "gan_dan_reader", "value": name, "url": service.address}
    context.add_cookies([cookie])
    own = context.new_page()
    own.goto(service.address + "/minh-bach?dataset=recorded&unit=04792")
    settled(own)
    context.close()


def _alive(port: int) -> bool:
    return urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10).status == 200


def test_no_reader_sees_an_error_or_a_mixture_while_figures_are_published(service, data):
    """Every publish gives all communes the same numerator, so a reply with two of them would be a mixture."""
    trouble: list[str] = []
    seen: set[tuple[float, ...]] = set()
    stop = threading.Event()

    def read(name: str) -> None:
        cookie = f"gan_dan_reader={name}"
        for number in itertools.count():
            if stop.is_set():
                return
            query = f"dataset=live&measure=on_time_share&limit={100 + number % 400}"  # past nginx's cache
            try:
                reply = json.load(ask(f"{service.address}/open/v1/measurements?{query}", Cookie=cookie))
                ask(f"{service.address}/health", Cookie=cookie).read()
            except OSError as error:
                trouble.append(str(error))
            else:
                seen.add(tuple({row["numerator"] for row in reply["rows"]}))

    readers = [threading.Thread(target=read, args=(name,)) for name in ("an", "binh", "chi")]
    for reader in readers:
        reader.start()
    for number in range(1, 9):
        publish(data, "live", numbered(number), nature="live")
    stop.set()
    for reader in readers:
        reader.join(60)

    assert trouble == []
    assert len(seen) > 2
    assert all(len(numerators) == 1 for numerators in seen)


def numbered(number: int) -> Harvest:
    """Figures of three communes that all have the same numerator."""
    captured = CAPTURED + timedelta(minutes=number)
    rows = [_row(unit_code=code, numerator=500.0 + number, denominator=1000.0, captured_at=captured)
            for code in ("04792", "04795", "00004")]  # fmt: skip
    return Harvest(measurement_rows(rows), captured, ["portal:test"])
