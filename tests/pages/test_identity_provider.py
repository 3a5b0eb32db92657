"""Signing in at the certified `oidc-provider`: what a provider in service does that a stand-in does not.

Discovery, claims that it tells only when asked about the person, groups, other keys, a clock that is two minutes off,
and somebody who signs out at the provider.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import Browser, BrowserContext, Page

from files.places import HOME
from journal import database as journal_database
from journal import endings, place
from tests.pages.test_in_browser import WIDTHS, browser, free_port, served
from tests.pages.test_sign_in_in_browser import NOT_YOURS, REFUSED, acts, links, settled
from tests.served import wait_for

__all__ = ["browser"]

PROGRAM = HOME / "tests" / "provider"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("node") is None or not (PROGRAM / "node_modules" / "oidc-provider").is_dir(),
        reason="no oidc-provider on this machine: `make check-slow` installs it (deploy/node.sh)",
    ),
]
CLIENT, SECRET = "gan-dan", "a-secret-that-the-provider-gave"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
PEOPLE = {
    "lan": {"email": "lan@phutho.vn", "email_verified": True, "name": "Lan", "groups": ["nhan-vien"]},
    "minh": {"email": "minh@phutho.vn", "email_verified": True, "name": "Minh", "groups": ["kiem-tra-25", "nhan-vien"]},
    "la": {"email": "lan@phutho.vn", "email_verified": False, "name": "Lạ", "groups": []},
}
ROLES = """groups: groups
people:
- {who: lan@phutho.vn, roles: [leader], provinces: ["25"]}
- {who: "group:kiem-tra-25", roles: [inspector], provinces: ["25"]}
"""
FIRST, SECOND = (RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"}) for name in ("first", "second"))


@dataclass
class Service:
    """The app beside a provider that can be started again with other keys and another clock."""

    address: str
    port: int
    data: Path

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    @contextmanager
    def provider(self, *keys: RSAKey, skew: int = 0) -> Iterator[None]:
        settings = {
            "port": self.port, "client": CLIENT, "secret": SECRET, "skewSeconds": skew, "people": PEOPLE,
            "redirect": f"{self.address}/oauth2callback", "backChannel": f"{self.address}/auth/back-channel-logout",
            "keys": [key.as_dict(private=True) for key in keys or (FIRST,)],
        }  # fmt: skip
        program = subprocess.Popen(["node", "server.mjs", json.dumps(settings)], cwd=PROGRAM)
        try:
            wait_for(f"{self.issuer}/.well-known/openid-configuration")
            yield
        finally:
            program.kill()
            program.wait(20)


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Service]:
    folder, port, own = tmp_path_factory.mktemp("service"), free_port(), free_port()
    (folder / "access.yaml").write_text(ROLES, encoding="utf-8")
    (folder / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\n'
        f'cookie_secret = "a-secret-of-the-tests-that-is-long-enough"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "http://localhost:{own}/.well-known/openid-configuration"\n'
        'client_kwargs = { scope = "openid email profile", prompt = "login", code_challenge_method = "S256" }\n',
        encoding="utf-8",
    )
    shutil.copytree(HOME / "data" / "published" / "recorded", folder / "data" / "published" / "recorded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(folder / "data"))
        patch.setenv("GANDAN_ACCESS", str(folder / "access.yaml"))
        patch.setenv("GANDAN_AUDIT", str(folder / "audit"))
        patch.delenv(place.URL, raising=False)
        journal_database._engine.cache_clear()
        with served("--secrets.files", str(folder / "secrets.toml"), port=port):
            yield Service(f"http://localhost:{port}", own, folder)
        journal_database._engine.cache_clear()


@pytest.fixture
def reader(browser: Browser) -> Iterator[BrowserContext]:
    wide, high = WIDTHS["desk"]
    context = browser.new_context(viewport={"width": wide, "height": high}, locale="vi-VN")
    yield context
    context.close()


def signed_in(reader: BrowserContext, service: Service, name: str, path: str = "/xep-hang") -> Page:
    page = reader.new_page()
    page.goto(service.address + path)
    settled(page)
    page.get_by_role("button", name="Đăng nhập").first.click()
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill("x")
    page.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: "/interaction/" in url or url.startswith(service.address))
    if "/interaction/" in page.url:  # the person agrees that the app learns who they are
        page.locator("button[type=submit]").click()
    page.wait_for_url(f"{service.address}/**")
    settled(page)
    page.get_by_role("button", name="Tài khoản").wait_for(timeout=30_000)
    return page


def test_an_address_that_the_provider_tells_only_when_asked_counts_and_signing_out_ends_at_both(reader, service):
    with service.provider():
        page = signed_in(reader, service, "lan")
        page.goto(service.address + "/xep-hang")
        settled(page)
        assert REFUSED not in page.inner_text("h1") and NOT_YOURS not in page.inner_text("h1")
        assert "So sánh" in links(page)

        page.get_by_role("button", name="Tài khoản").click()
        page.get_by_role("button", name="Đăng xuất").click()
        page.wait_for_url(f"{service.issuer}/session/end?**")
        page.locator("button[name=logout]").click()
        page.wait_for_url(f"{service.address}/**")
        page.goto(service.address + "/xep-hang")
        settled(page)
        assert REFUSED in page.inner_text("h1")
    assert ("lan@phutho.vn", "sign_in") in acts(service)


def test_a_group_gives_its_role_and_an_address_that_was_not_checked_gives_none(reader, browser, service):
    with service.provider():
        page = signed_in(reader, service, "minh", "/kiem-tra")
        page.goto(service.address + "/kiem-tra")
        page.wait_for_selector("h1:has-text('Phú Thọ')", timeout=60_000)

        other = browser.new_context(locale="vi-VN")
        page = signed_in(other, service, "la")
        page.goto(service.address + "/xep-hang")
        settled(page)
        assert NOT_YOURS in page.inner_text("h1")
        other.close()


def test_other_keys_of_the_provider_are_taken_while_the_app_runs(reader, browser, service):
    """A sign-in of before stays, and the next one is checked against the keys of now."""
    with service.provider(FIRST):
        before = signed_in(reader, service, "lan")
    with service.provider(SECOND, FIRST):
        other = browser.new_context(locale="vi-VN")
        assert "So sánh" in links(signed_in(other, service, "minh"))
        other.close()
    with service.provider(SECOND):
        other = browser.new_context(locale="vi-VN")
        assert "So sánh" in links(signed_in(other, service, "minh"))
        other.close()
    before.goto(service.address + "/xep-hang")
    settled(before)
    assert "So sánh" in links(before)


@pytest.mark.parametrize("skew", [120, -120], ids=["ahead", "behind"])
def test_a_clock_that_is_two_minutes_off_lets_in_and_an_end_holds(reader, browser, service, skew, monkeypatch):
    """Ends are told by our own clock: one that is ahead would outlive them, one that is behind would stay ended."""
    monkeypatch.setenv("GANDAN_DATA", str(service.data / "data"))
    with service.provider(skew=skew):
        page = signed_in(reader, service, "lan")
        assert "So sánh" in links(page)
        endings.end("lan@phutho.vn", "admin@phutho.vn")
        page.wait_for_selector(f"h1:has-text('{NOT_YOURS}')", timeout=15_000)

        other = browser.new_context(locale="vi-VN")
        assert "So sánh" in links(signed_in(other, service, "lan"))
        other.close()


def test_whoever_signs_out_at_the_provider_is_signed_out_here_within_ten_seconds(reader, service):
    with service.provider():
        page = signed_in(reader, service, "minh")
        assert "So sánh" in links(page)
        other = reader.new_page()
        other.goto(f"{service.issuer}/session/end")
        other.locator("button[name=logout]").click()
        other.wait_for_url(f"{service.issuer}/session/end/success**")

        page.wait_for_selector(f"h1:has-text('{NOT_YOURS}')", timeout=10_000)
        assert ("sub:minh", "sign_out") in acts(service)


# --- what is no word of the provider


def told(service: Service, token: str) -> int:
    body = urllib.parse.urlencode({"logout_token": token}).encode()
    try:
        return urllib.request.urlopen(f"{service.address}/auth/back-channel-logout", body, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


def logout_token(service: Service, key: RSAKey = FIRST, **changes: object) -> str:
    now = int(time.time())
    claims = {"iss": service.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": "1", "sub": "nobody"}
    claims |= {"events": {EVENT: {}}} | changes
    header = {"alg": "RS256", "kid": key.as_dict()["kid"], "typ": "logout+jwt"}
    return jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, key)


LONG_AGO = int(time.time()) - 3600
REFUSED_TOKENS = {
    "of another issuer": {"iss": "http://elsewhere.vn"},
    "for another client": {"aud": "another"},
    "old": {"iat": LONG_AGO},
    "run out": {"exp": LONG_AGO},
    "without a person": {"sub": None},
    "an identity token": {"events": None, "nonce": "n"},
    "with a nonce": {"nonce": "n"},
    "of another event": {"events": {}},
}


def test_only_a_logout_token_of_the_provider_ends_anything(service):
    with service.provider():
        assert told(service, logout_token(service)) == 200
        for why, changes in REFUSED_TOKENS.items():
            assert (why, told(service, logout_token(service, **changes))) == (why, 400)
        forged = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        assert told(service, logout_token(service, forged)) == 400
        head, body, _ = logout_token(service).split(".")
        assert told(service, f"{head}.{body}.") == 400
        assert told(service, f"eyJhbGciOiJub25lIn0.{body}.") == 400
        assert told(service, "") == 400
    assert told(service, logout_token(service)) == 503  # the provider cannot be asked for its keys
