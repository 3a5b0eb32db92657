"""Every address of before leads where it led, with what it asks for; what never was a page says so."""

from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router

from display.words import addresses
from web.no_page import NoPage

PATHS = addresses.PATHS.values()
QUERY = "lang=en&dataset=recorded&province=25&measure=on_time_share.portal&period=2026-08"
GIVEN_OUT = [
    "/", "/xep-hang", "/ban-do", "/nop-truc-tuyen", "/don-vi", "/kiem-tra", "/minh-bach", "/phuong-phap",
    "/nhap-bieu", "/quan-tri",
]  # fmt: skip
"""The pages' addresses as links, papers and other sites have them: none may go."""


async def framework(request):
    return PlainTextResponse("the framework")


APP = NoPage(Router([Route("/{rest:path}", framework)]), PATHS)
BELOW = NoPage(Router([Mount("/goc", routes=[Route("/{rest:path}", framework)])]), PATHS, "goc")


def ask(get, path, query="", app=APP, **headers):
    return get(app, path, query, **{"accept": "text/html,*/*"} | headers)


@pytest.mark.parametrize("path", GIVEN_OUT)
def test_an_address_that_was_given_out_goes_on_to_work(get, path):
    assert ask(get, path, QUERY).body == b"the framework"


@pytest.mark.parametrize(
    ("path", "leads"),
    [("/tong-quan", "/"), ("/tong-quan/", "/"), ("/xep-hang/", "/xep-hang"), ("/Don-Vi", "/don-vi")],
)
@pytest.mark.parametrize("query", ["", QUERY])
def test_another_spelling_leads_to_the_page_with_what_it_asks_for(get, path, leads, query):
    reply = ask(get, path, query)
    assert (reply.status, reply.headers["location"]) == (308, leads + (f"?{query}" if query else ""))


@pytest.mark.parametrize(
    ("query", "language", "words"), [("", "vi", "Không có trang này"), ("lang=en", "en", "There is no such page")]
)
def test_where_no_page_is_the_reader_is_told_in_their_language(get, query, language, words):
    reply = ask(get, "/don-vi/<b>04792", query)
    page = reply.body.decode()
    assert reply.status == 404
    assert f'<html lang="{language}">' in page
    assert words in page
    assert "don-vi/&lt;b&gt;04792" in page
    assert f'href="/?lang={language}"' in page


@pytest.mark.parametrize("path", ["/open/v1", "/embed/unit", "/static/js/index.x.js", "/favicon.png", "/auth/login"])
def test_what_is_no_page_of_the_framework_is_left_alone(get, path):
    assert ask(get, path).body == b"the framework"


def test_what_asks_for_no_page_is_left_alone(get):
    assert ask(get, "/abc", accept="application/json").body == b"the framework"


def test_below_another_path_the_same_holds(get):
    assert ask(get, "/goc/xep-hang", app=BELOW).body == b"the framework"
    assert ask(get, "/goc/tong-quan", "a=1", app=BELOW).headers["location"] == "/goc/?a=1"
    assert 'href="/goc/?lang=vi"' in ask(get, "/goc/abc", app=BELOW).body.decode()
