"""A reader's open page while each replica is started again, and while both are brought to another version."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from files.places import HOME
from journal import database, place, upgrades, visits
from tests.deploy.test_replicas import replica_of, settled
from tests.journal.test_upgrades import LAST, NEXT, SECOND, restart, revisions
from tests.pages.test_in_browser import browser
from tests.replicas import Service, running

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SECRET, COOKIE = "a-secret-of-the-tests-that-is-long-enough", "_streamlit_user"
ROLES = 'people:\n- {who: lan@phutho.vn, roles: [inspector], provinces: ["25"]}\n'
SECRETS = """[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "{secret}"
client_id = "gan-dan"
client_secret = "x"
server_metadata_url = "http://127.0.0.1:1/.well-known/openid-configuration"
"""
VIEW = "/don-vi?dataset=recorded&unit=04792&lang=vi"


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    shutil.copytree(HOME / "data" / "published" / "recorded", folder / "published" / "recorded")
    (folder / "access.yaml").write_text(ROLES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def service(data, tmp_path_factory) -> Iterator[Service]:
    secrets = tmp_path_factory.mktemp("secrets") / "secrets.toml"

    def ready(address: str) -> None:
        secrets.write_text(SECRETS.format(address=address, secret=SECRET), encoding="utf-8")

    options = ("--secrets.files", str(secrets))
    with running(tmp_path_factory.mktemp("nginx"), options=options, ready=ready, GANDAN_DATA=str(data)) as own:
        yield own


@pytest.fixture
def page(browser, service) -> Iterator[Page]:
    """The page of a commune, opened by somebody who has signed in."""
    context = browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900})
    known = {"email": "lan@phutho.vn", "email_verified": True, "aud": "gan-dan", "iat": int(time.time())}
    whole = known | {"origin": service.address, "is_logged_in": True, "provider": "default"}
    value = create_signed_value(SECRET, COOKIE, json.dumps(whole)).decode()
    context.add_cookies([{"name": COOKIE, "value": value, "url": service.address}])
    page = context.new_page()
    page.goto(service.address + VIEW)
    settled(page)
    page.evaluate("window.mine = true")
    yield page
    context.close()


def reader_s_replica(page: Page, service: Service) -> int:
    cookie = next(one["value"] for one in page.context.cookies() if one["name"] == "gan_dan_reader")
    return replica_of(service, cookie)


def ended(service: Service, port: int, how: signal.Signals) -> None:
    service.replicas[port].send_signal(how)
    service.replicas[port].wait(60)


def started(service: Service, port: int, home: Path = HOME) -> None:
    service.start(port, home)
    service.wait(port)


def in_language(page: Page, language: str) -> None:
    """Press the button of a language until the page is in it: a press is lost while the page connects again."""
    end = time.monotonic() + 60
    while page.evaluate("document.documentElement.lang") != language:
        assert time.monotonic() < end
        page.locator(".st-key-top_row").get_by_text(language.upper(), exact=True).click()
        page.wait_for_timeout(500)
    settled(page)


def assert_same_view(page: Page, title: str) -> None:
    assert page.evaluate("window.mine") is True  # the page went on: it was not loaded again
    assert "unit=04792" in page.url
    assert title in page.inner_text("h1")
    # What the role opens, and nobody without a sign-in.
    page.locator(".gd-sections a[href*='kiem-tra']").first.wait_for(timeout=30_000)


def test_a_page_goes_on_signed_in_while_each_replica_is_started_again(page, service):
    title = page.inner_text("h1").split(",")[0]
    assert_same_view(page, title)
    for language in ("en", "vi"):
        port = reader_s_replica(page, service)
        ended(service, port, signal.SIGTERM)
        in_language(page, language)
        started(service, port)
        assert_same_view(page, title)


@pytest.fixture
def next_version(tmp_path) -> Path:
    """A version to come, which keeps visits in another way: the program, copied, with one revision more."""
    folder = tmp_path / "next"
    left_out = shutil.ignore_patterns(
        ".git", ".venv*", ".*_cache", "__pycache__", "node_modules", "tests", "bench", "simulated", "live", "visits.db*"
    )
    shutil.copytree(HOME, folder, ignore=left_out)
    text = SECOND.replace("{next}", NEXT).replace("{last}", LAST)
    (folder / "journal" / "migrations" / "versions" / f"v{NEXT}_rooms.py").write_text(text, encoding="utf-8")
    return folder


def test_a_page_goes_on_signed_in_while_both_replicas_are_brought_to_another_version(
    page, service, data, next_version, monkeypatch
):
    monkeypatch.setenv(place.URL, f"sqlite:///{data / 'visits.db'}")
    restart(monkeypatch)
    kept = visits.record(visits.Note("04792", date(2026, 9, 1), "Đoàn 1", "Đã xem sổ"), date(2026, 9, 2))
    title = page.inner_text("h1").split(",")[0]
    other = {service.ports[0]: service.ports[1], service.ports[1]: service.ports[0]}
    first = other[reader_s_replica(page, service)]
    for port, language in ((first, "en"), (other[first], "vi")):
        ended(service, port, signal.SIGTERM)
        in_language(page, language)
        started(service, port, next_version)
        assert_same_view(page, title)

    assert revisions(place.url()) == [NEXT]
    restart(monkeypatch, next_version / "journal" / "migrations")
    assert [(one.id, one.findings) for one in visits.all_visits()] == [(kept.id, "Đã xem sổ")]
    assert upgrades.MIGRATIONS.is_relative_to(next_version)
    database._engine.cache_clear()
