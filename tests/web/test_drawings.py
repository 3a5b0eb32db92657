"""The picture at its address: packed, kept by caches, and whole figures for those alone who may see them."""

from __future__ import annotations

from urllib.parse import urlsplit

import brotli
import pytest
from starlette.applications import Starlette

from display.drawing import addressed
from files.places import HOME
from store.access.rules import LOCAL, PUBLIC, Reader
from tests.display.drawing.test_addressed import selection, view
from web import drawings

OF_PHU_THO = Reader(name="an", grants=frozenset({("leader", "25")}), kind="signed_in")


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(HOME / "data"))


@pytest.fixture
def ask(get):
    def asked(seen=frozenset(), reader=PUBLIC, query="", **headers):
        app = Starlette(routes=drawings.routes(lambda _: reader))
        own = urlsplit(addressed.drawing_of(view(seen), selection(), []).address())
        return get(app, own.path, query or own.query, **headers)

    return asked


def test_everybody_gets_the_public_s_picture_and_may_keep_it(ask):
    reply = ask()
    assert (reply.status, reply.headers["content-type"]) == (200, "image/svg+xml")
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["vary"] == "accept-encoding"
    assert reply.body.startswith(b"<svg")
    assert brotli.decompress(ask(accept_encoding="br").body) == reply.body


@pytest.mark.parametrize(
    ("seen", "reader", "status"),
    [
        (None, PUBLIC, 403),
        (frozenset({"25"}), PUBLIC, 403),
        (None, OF_PHU_THO, 403),
        (frozenset({"38"}), OF_PHU_THO, 403),
        (frozenset({"25"}), OF_PHU_THO, 200),
        (None, LOCAL, 200),
    ],
)
def test_whole_figures_are_for_those_who_may_see_them(ask, seen, reader, status):
    reply = ask(seen, reader)
    assert reply.status == status
    assert reply.headers["cache-control"] == ("private, max-age=3600" if status == 200 else "no-store")


def test_an_incomplete_address_and_one_that_names_nothing_are_told_apart(ask):
    assert ask(query="dataset=recorded").status == 400
    own = urlsplit(addressed.drawing_of(view(), selection(), []).address()).query
    assert ask(query=own.replace("2026-08", "2020-01")).status == 404
    assert ask(query="x=1").status == 400
