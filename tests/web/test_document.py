"""The page's language, title and length, and replies that are left alone."""

from __future__ import annotations

import brotli
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from files.places import HOME
from web.document import Document, rewritten

PAGE = """<!doctype html><html lang="en"><head><link
      rel="preload" href="./font.woff2" /><title>Streamlit</title></head><body>Đúng hạn</body></html>"""


async def page(request: Request) -> Response:
    headers = {"etag": '"1"', "last-modified": "Wed, 02 Sep 2026 00:00:00 GMT", "x-asked": str(request.headers)}
    return HTMLResponse(PAGE, headers=headers)


async def in_parts(request: Request) -> Response:
    return StreamingResponse(
        (PAGE.encode()[n : n + 7] for n in range(0, len(PAGE.encode()), 7)), media_type="text/html"
    )


async def text(request: Request) -> Response:
    return PlainTextResponse('<html lang="en"><title>Streamlit</title>', headers={"etag": '"1"'})


APP = Document(
    Starlette(routes=[Route("/", page, methods=["GET", "POST"]), Route("/in-parts", in_parts), Route("/text", text)])
)


@pytest.fixture
def ask(get):
    def asked(path: str = "/", query: str = "", accept: str = "text/html,*/*", **words: str):
        return get(APP, path, query, accept=accept, **words)

    return asked


@pytest.mark.parametrize(
    ("query", "language"),
    [("", "vi"), ("lang=vi", "vi"), ("lang=en", "en"), ("a=1&lang=en", "en"), ("lang=fr", "vi"), ("lang=%22%3E", "vi")],
)
def test_the_page_is_in_the_reader_s_language(ask, query, language):
    assert f'<html lang="{language}">' in ask(query=query).body.decode()


def test_the_title_is_ours(ask):
    body = ask().body.decode()
    assert "<title>Gần Dân</title>" in body
    assert "Streamlit" not in body


def test_our_font_is_fetched_and_the_unused_one_is_not(ask):
    body = ask().body.decode()
    assert 'href="/app/static/fonts/be-vietnam-pro-400-normal.woff2" as="font"' in body
    assert "font.woff2" not in body
    assert (HOME / "static" / "fonts" / "be-vietnam-pro-400-normal.woff2").is_file()


def test_the_page_is_packed_as_the_browser_takes_it(ask):
    plain, packed = ask(), ask(accept_encoding="gzip, br")
    assert brotli.decompress(packed.body) == plain.body
    assert packed.headers["content-encoding"] == "br"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


def test_what_the_client_would_ask_for_stands_in_the_page():
    body = rewritten(PAGE, "vi", "app", {"LIGHT_THEME": {"font": "</script><b>"}})
    assert 'origin+"/app",LIGHT_THEME:{"font":"\\u003c/script>\\u003cb>"}}' in body
    assert 'href="/app/app/static/' in body


def test_the_rest_of_the_page_stays(ask):
    assert ask().body.decode().endswith("</head><body>Đúng hạn</body></html>")


@pytest.mark.parametrize("path", ["/", "/in-parts"])
def test_the_length_counts_the_bytes_that_are_sent(ask, path):
    reply = ask(path)
    assert int(reply.headers["content-length"]) == len(reply.body)
    assert reply.body.endswith("Đúng hạn</body></html>".encode())


def test_a_rewritten_page_is_not_taken_for_the_original(ask):
    headers = ask().headers
    assert headers["cache-control"] == "no-cache"
    assert "etag" not in headers
    assert "last-modified" not in headers


def test_the_page_is_asked_for_whole_and_uncompressed(ask):
    asked = ask(accept_encoding="gzip", range="bytes=0-9").headers["x-asked"]
    assert "gzip" not in asked
    assert "bytes" not in asked


def test_what_is_no_page_is_left_alone(ask):
    reply = ask("/text")
    assert reply.body.decode() == '<html lang="en"><title>Streamlit</title>'
    assert reply.headers["etag"] == '"1"'


@pytest.mark.parametrize("words", [{"accept": "application/json"}, {"method": "POST"}], ids=["no reader", "no reading"])
def test_a_request_that_asks_for_no_page_is_left_alone(ask, words):
    assert ask(**words).body.decode() == PAGE
