"""Signing in and out in a real browser, against an identity provider that runs beside; and what must not let in."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, BrowserContext, Page
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from files.places import HOME
from journal import audit, endings
from store.snapshot import open_snapshot
from tests.pages.test_in_browser import IDLE, WIDTHS, browser, free_port, served, tab

__all__ = ["browser"]

pytestmark = pytest.mark.browser

CLIENT, COOKIE = "gan-dan", "_streamlit_user"
LAN, MINH, STRANGER, LATE, ELSEWHERE = "lan", "minh", "la", "muon", "noi-khac"
ROLES = """people:
- {who: lan@phutho.vn, roles: [leader], provinces: ["25"]}
- {who: minh@phutho.vn, roles: [inspector], provinces: ["25"]}
- {who: muon@phutho.vn, roles: [admin]}
- {who: noi-khac@phutho.vn, roles: [admin]}
"""
REFUSED, NOT_YOURS = "Trang này cần đăng nhập", "Trang này không mở cho vai trò của bạn"


def user(name: str, **claims: object) -> User:
    return User(sub=name, claims={"email": f"{name}@phutho.vn", "email_verified": True, **claims})


@dataclass
class Service:
    """The app with its address, its data folder and the secret of its cookies."""

    address: str
    data: Path
    secret: str


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Service]:
    folder, port, secret = tmp_path_factory.mktemp("service"), free_port(), "a-secret-of-the-tests-that-is-long-enough"
    people = [
        user(LAN), user(MINH), user(STRANGER), user(LATE, iat=int(time.time()) - 13 * 3600),
        user(ELSEWHERE, aud="another-app", azp=CLIENT),
    ]  # fmt: skip
    with run_server_in_thread(user_claims=people) as provider, pytest.MonkeyPatch.context() as patch:
        (folder / "access.yaml").write_text(ROLES, encoding="utf-8")
        (folder / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\ncookie_secret = "{secret}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "x"\n'
            f'server_metadata_url = "http://localhost:{provider.server_port}/.well-known/openid-configuration"\n',
            encoding="utf-8",
        )
        shutil.copytree(HOME / "data" / "published" / "recorded", folder / "data" / "published" / "recorded")
        patch.setenv("GANDAN_DATA", str(folder / "data"))
        patch.setenv("GANDAN_ACCESS", str(folder / "access.yaml"))
        patch.setenv("GANDAN_AUDIT", str(folder / "audit"))
        with served("--secrets.files", str(folder / "secrets.toml"), port=port):
            yield Service(f"http://localhost:{port}", folder, secret)


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    wide, high = WIDTHS["desk"]
    context = browser.new_context(viewport={"width": wide, "height": high}, locale="vi-VN")
    yield context
    context.close()


@pytest.fixture
def reader(context: BrowserContext, service: Service) -> Iterator[BrowserContext]:
    """A browser without cookies, and with nothing kept from the test before but the compiled scripts."""
    yield context
    for page in context.pages:
        page.goto(service.address + IDLE)
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
    context.clear_cookies()
    assert context.cookies() == []


def opened(reader: BrowserContext, service: Service, path: str = "/") -> Page:
    page = tab(reader)
    page.goto(service.address + path)
    settled(page)
    return page


def settled(page: Page) -> None:
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)


def signed_in(reader: BrowserContext, service: Service, name: str, path: str = "/") -> Page:
    """A page after signing in as a person of the provider."""
    page = opened(reader, service, path)
    page.get_by_role("button", name="Đăng nhập").first.click()
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(f"{service.address}/**")
    settled(page)
    page.get_by_role("button", name="Tài khoản").wait_for(timeout=30_000)
    return page


def links(page: Page) -> str:
    return page.inner_text(".gd-sections")


def acts(service: Service) -> list[tuple[str, str]]:
    return [
        (line["who"], line["act"])
        for path in sorted((service.data / "audit").glob("*"))
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        if line["act"] in audit.ACTS
    ]


def test_the_public_arrives_on_its_page_and_is_refused_the_others(reader, service):
    page = opened(reader, service)
    assert page.url.startswith(service.address + "/minh-bach")
    assert "So sánh" not in links(page)

    for path in ("/xep-hang", "/don-vi?unit=16654", "/kiem-tra"):
        page.goto(service.address + path)
        settled(page)
        assert REFUSED in page.inner_text("h1")
    assert ("public", "refused") in acts(service)


def test_a_leader_signs_in_sees_the_own_province_and_signs_out(reader, service):
    page = signed_in(reader, service, LAN)
    page.wait_for_selector("h1:has-text('Phú Thọ')", timeout=30_000)
    assert "So sánh" in links(page)
    assert "Đi kiểm tra" not in links(page)

    page.goto(service.address + "/kiem-tra")
    settled(page)
    assert NOT_YOURS in page.inner_text("h1")

    page.get_by_role("button", name="Tài khoản").click()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/oauth2/end_session**")
    page.goto(service.address + "/xep-hang")
    settled(page)
    assert REFUSED in page.inner_text("h1")
    assert [act for who, act in acts(service) if who == "lan@phutho.vn"] == ["sign_in", "refused", "sign_out"]


def test_an_inspector_opens_the_page_of_visits(reader, service):
    page = signed_in(reader, service, MINH, "/kiem-tra?lang=vi&start=16654")
    page.wait_for_url("**/kiem-tra?*start=16654*", timeout=30_000)  # the page that was refused before
    page.wait_for_selector("h1:has-text('Phú Thọ')", timeout=30_000)


@pytest.mark.parametrize(
    ("name", "why"),
    [(STRANGER, "chưa được giao vai trò"), (LATE, "đã hết hạn"), (ELSEWHERE, "một ứng dụng khác")],
    ids=["without a role", "expired", "another audience"],
)
def test_a_sign_in_that_does_not_count_says_why(reader, service, name, why):
    page = signed_in(reader, service, name)
    page.goto(service.address + "/xep-hang")
    settled(page)

    assert NOT_YOURS in page.inner_text("h1")
    page.wait_for_selector(f"[data-testid=stMain]:has-text('{why}')")


def forged(service: Service, secret: str, **changes: object) -> str:
    known = {"email": "muon@phutho.vn", "email_verified": True, "aud": CLIENT, "iat": int(time.time())}
    whole = known | {"origin": service.address, "is_logged_in": True, "provider": "default"} | changes
    return create_signed_value(secret, COOKIE, json.dumps(whole)).decode()


@pytest.mark.parametrize(
    ("secret", "changes", "lets_in"),
    [
        (None, {}, True), ("another-secret-that-is-just-as-long-as-it-is", {}, False),
        (None, {"origin": "http://elsewhere.vn"}, False), (None, {"aud": "another-app"}, False),
    ],
    ids=["our own", "forged", "of another origin", "for another app"],
)  # fmt: skip
def test_a_cookie_counts_only_as_we_made_it(reader, service, secret, changes, lets_in):
    value = forged(service, secret or service.secret, **changes)
    reader.add_cookies([{"name": COOKIE, "value": value, "url": service.address}])
    page = opened(reader, service, "/xep-hang")

    shown = page.inner_text("h1")
    assert (REFUSED not in shown and NOT_YOURS not in shown) == lets_in
    snapshot = open_snapshot("recorded").manifest.id
    layer = (
        f"/layers/units.geojson?dataset=recorded&snapshot={snapshot}&measure=on_time_share"
        "&basis=portal&period=2026-08&scope=25&shape=symbol&language=vi&theme=light&seen=all"
    )
    assert (page.request.get(service.address + layer).status == 403) != lets_in


def test_the_page_itself_brings_the_token_that_a_sign_in_needs(reader, service):
    """The client opens its socket at once, and a cookie of a sign-in counts there beside the token alone."""
    reply = tab(reader).request.get(service.address + "/xep-hang", headers={"accept": "text/html"})
    assert "_streamlit_xsrf=" in reply.headers["set-cookie"]


@pytest.mark.parametrize("query", ["state=made-up&code=x", "code=x", "error=access_denied&state=x"])
def test_a_tampered_return_from_the_provider_lets_nobody_in(reader, service, query):
    page = opened(reader, service, f"/oauth2callback?{query}")
    page.goto(service.address + "/xep-hang")
    settled(page)

    assert REFUSED in page.inner_text("h1")
    assert COOKIE not in {cookie["name"] for cookie in reader.cookies()}


def test_a_file_is_for_the_page_that_made_it_and_gone_with_it(reader, browser, service):
    page = signed_in(reader, service, LAN, "/xep-hang")
    with page.expect_download() as made:
        page.locator(".st-key-download_csv button").click()
    address = made.value.url
    assert made.value.failure() is None
    reply = page.request.get(address)
    assert (reply.status, reply.headers["cache-control"]) == (200, "no-store")
    assert browser.new_context().request.get(address).status == 403

    page.goto(service.address + IDLE)
    until(lambda: page.request.get(address).status == 403)


def test_an_ended_sign_in_is_applied_in_open_pages_within_ten_seconds(reader, service):
    page = signed_in(reader, service, MINH, "/xep-hang")
    page.locator(".st-key-download_csv button").wait_for(timeout=30_000)
    # As the administrator's page does it, at another replica: this one finds it in the database.
    endings.end("minh@phutho.vn", "admin@phutho.vn")

    page.wait_for_selector(f"h1:has-text('{NOT_YOURS}')", timeout=10_000)
    assert "đã được kết thúc" in page.inner_text("[data-testid=stMain]")
    assert "So sánh" not in links(page)


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
