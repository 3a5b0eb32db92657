"""Signing out by POST from a page of ours alone; GET answers with the button and signs nobody out."""

from __future__ import annotations

import pytest
from starlette.responses import RedirectResponse
from starlette.routing import Route, Router

from web.sign_out import SignOut

PROVIDER = "https://dangnhap.vn/end_session"


@pytest.fixture
def service():
    """An app that signs out by GET as Streamlit does, behind `SignOut`; whose sign-ins were ended."""
    ended = []

    async def streamlits(request):
        assert request.method == "GET"
        reply = RedirectResponse(PROVIDER, 302)
        reply.delete_cookie("_streamlit_user")
        return reply

    inner = Router([Route("/goc/auth/logout", streamlits, methods=["GET"])])
    app = SignOut(inner, "goc", end=lambda request: ended.append(request.headers.get("cookie")), origin=lambda: OWN)
    return app, ended


OWN = "https://gandan.phutho.vn"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_or_picture_signs_nobody_out(get, service, method):
    app, ended = service
    reply = get(app, "/goc/auth/logout", "lang=en", method=method, sec_fetch_site="same-origin")
    assert (reply.status, reply.headers["allow"], ended) == (405, "POST", [])
    assert "set-cookie" not in reply.headers
    assert '<form class="gd-sign-out" method="post" action="/goc/auth/logout?lang=en">' in reply.body.decode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_fetch_site": "same-origin"}, 200),
        ({"origin": OWN, "host": "127.0.0.1:8501"}, 200),
        ({"origin": "http://127.0.0.1:8501", "host": "127.0.0.1:8501"}, 200),
        ({"sec_fetch_site": "cross-site", "origin": OWN}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "none"}, 403),
        ({"origin": "https://xau.vn", "host": "127.0.0.1:8501"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_form_signs_out_from_a_page_of_ours_alone(get, service, headers, status):
    app, ended = service
    reply = get(app, "/goc/auth/logout", method="POST", cookie="who", **headers)
    assert reply.status == status
    assert ended == (["who"] if status == 200 else [])
    assert ("set-cookie" in reply.headers) == (status == 200)


def test_the_browser_is_led_on_to_the_provider_without_a_redirect(get, service):
    reply = get(service[0], "/goc/auth/logout", method="POST", sec_fetch_site="same-origin")
    assert reply.headers["refresh"] == f"0; url={PROVIDER}"
    assert reply.headers["cache-control"] == "no-store"
    assert f'href="{PROVIDER}"' in reply.body.decode()


def test_other_addresses_go_by(get, service):
    assert get(service[0], "/goc/auth/login", method="POST").status == 404
